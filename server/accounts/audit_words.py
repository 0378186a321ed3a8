"""What actions of the audit trail are called for officers who watch over a branch, and in which kinds they are sorted.

The member it is about reads `audit_texts.py` instead. Pure. May be imported by server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from channels.branch.roles import ROLES

Pair = tuple[str, str]
"""Chinese and English."""

Kind = Literal["read", "roll", "roles", "units", "template", "accounts", "bots"]

KINDS: dict[Kind, Pair] = {
    "read": ("查看与导出", "Reading and exports"),
    "roll": ("花名册", "Roll"),
    "roles": ("职务", "Roles"),
    "units": ("支部与小组", "Branches and groups"),
    "template": ("叫法与规则", "Words and rules"),
    "accounts": ("账号", "Accounts"),
    "bots": ("机器人令牌", "Bot tokens"),
}
"""In the order of the filter."""


@dataclass(frozen=True, slots=True)
class ActWord:
    """One action.

    Attributes:
        kind: Where the filter finds it.
        text: What was done, in the third person.
    """

    kind: Kind
    text: Pair


ACT_WORDS: dict[str, ActWord] = {
    "roll.opened": ActWord("read", ("查看了个人资料", "opened personal details")),
    "roll.exported": ActWord("read", ("导出了花名册", "exported the roll")),
    "audit.opened": ActWord("read", ("查看了一位成员的操作记录", "looked at the record of one member")),
    "audit.exported": ActWord("read", ("导出了操作记录", "exported this record")),
    "roll.imported": ActWord("roll", ("导入了花名册", "imported a roll")),
    "roll.member_added": ActWord("roll", ("加入花名册", "put on the roll")),
    "roll.member_changed": ActWord("roll", ("修改了资料", "changed details")),
    "roll.member_left": ActWord("roll", ("移出花名册", "took off the roll")),
    "roll.member_returned": ActWord("roll", ("重新加入花名册", "put back on the roll")),
    "roll.details_erased": ActWord("roll", ("保存期满,删除了个人资料", "erased personal details, their time being over")),
    "branch.role_granted": ActWord("roles", ("添加了职务", "gave a role")),
    "branch.role_revoked": ActWord("roles", ("撤销了职务", "took a role away")),
    "branch.organisation_founded": ActWord("units", ("创建了组织", "founded the organisation")),
    "branch.unit_added": ActWord("units", ("新建了小组或支部", "made a group or branch")),
    "branch.unit_changed": ActWord("units", ("更改了名称或顺序", "changed a name or the order")),
    "branch.unit_closed": ActWord("units", ("关闭了小组", "closed a group")),
    "template.proposed": ActWord("template", ("提议修改叫法和规则", "proposed a change of words and rules")),
    "template.confirmed": ActWord("template", ("审定通过了修改", "confirmed a change of words and rules")),
    "template.declined": ActWord("template", ("没有同意修改", "declined a change of words and rules")),
    "template.withdrawn": ActWord("template", ("撤回了提议", "took a proposal back")),
    "account.code_issued": ActWord("accounts", ("发放了激活码", "handed out an activation code")),
    "account.activated": ActWord("accounts", ("激活了账号", "activated the account")),
    "account.provisioned": ActWord("accounts", ("创建了账号", "made the account")),
    "account.disabled": ActWord("accounts", ("停用了账号", "disabled the account")),
    "account.enabled": ActWord("accounts", ("恢复了账号", "enabled the account")),
    "account.signed_in": ActWord("accounts", ("登录了", "signed in")),
    "account.password_changed": ActWord("accounts", ("修改了密码", "changed the password")),
    "account.password_reset": ActWord("accounts", ("用激活码设置了新密码", "set a new password with a code")),
    "account.factor_enrolled": ActWord("accounts", ("设置了双重验证", "set up a second factor")),
    "account.recovery_codes_made": ActWord("accounts", ("生成了新的恢复码", "made new recovery codes")),
    "account.factor_reset_asked": ActWord("accounts", ("申请重置双重验证", "asked to reset a second factor")),
    "account.factor_reset_approved": ActWord("accounts", ("批准重置双重验证", "approved the reset of a second factor")),
    "account.factor_reset_declined": ActWord("accounts", ("拒绝重置双重验证", "declined the reset of a second factor")),
    "token.made": ActWord("bots", ("新建了机器人令牌", "made a bot token")),
    "token.revoked": ActWord("bots", ("撤销了机器人令牌", "revoked a bot token")),
}  # fmt: skip
"""Action -> word. A test holds that every action written anywhere has one."""

NOTE_WORDS: dict[str, Pair] = {
    "count": ("条数", "entries"),
    "format": ("格式", "format"),
    "role": ("职务", "role"),
    "kind": ("类别", "kind"),
    "name": ("名称", "name"),
    "added": ("新增", "added"),
    "changed": ("修改", "changed"),
    "held": ("有误未导入", "held back"),
    "scopes": ("权限", "scopes"),
    "how": ("方式", "how"),
    "template": ("模板", "template"),
}
"""Notes that are shown; others (ids) mean nothing to people."""

_UNIT_WORDS: dict[str, Pair] = {"branch": ("支部", "branch"), "group": ("小组", "group")}


def word_of(action: str) -> ActWord:
    """Word of an action; one without a word is shown as it is, among those of the roll."""
    return ACT_WORDS.get(action, ActWord("roll", (action, action)))


def actions_of(kind: Kind) -> tuple[str, ...]:
    """Every action of a kind."""
    return tuple(action for action, word in ACT_WORDS.items() if word.kind == kind)


def note_lines(notes: Mapping[str, str | int]) -> list[tuple[Pair, Pair]]:
    """Label and value of the notes that are shown, in both languages, in the order of NOTE_WORDS."""
    return [(label, _value(name, notes[name])) for name, label in NOTE_WORDS.items() if name in notes]


def _value(name: str, value: str | int) -> Pair:
    if name == "role" and value in ROLES:
        return ROLES[str(value)].zh, ROLES[str(value)].en
    if name == "kind" and value in _UNIT_WORDS:
        return _UNIT_WORDS[str(value)]
    if name == "kind" and value in get_args(Kind):
        return KINDS[value]  # type: ignore[index]  # just looked at
    return str(value), str(value)
