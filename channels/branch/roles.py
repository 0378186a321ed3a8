"""Roles and what they may do, as one table (domain.md 2.17). Data and pure look-ups.

A role is held by a member in a unit. What it reaches is written in its row:

* `unit`: only the unit it is held in;
* `groups`: the unit and its groups, never another branch below (a secretary sees own branch only, domain.md ID-08);
* `below`: the unit and everything below; only roles whose capabilities show no persons have it.

A plain member needs no capability for chatting, reading the people of own units or leaving: those are rights of membership.
Roles per meeting or per vote (chair, recorder, scrutineer, teller) belong to those features and are not held here.
Imported by this feature and the roof.
"""

from dataclasses import dataclass
from typing import Literal

Reach = Literal["unit", "groups", "below"]

CAPABILITIES: dict[str, tuple[str, str]] = {
    "branch.read_personal": (
        "查看成员的联系方式等个人资料(须写原因,本人可见)", "open personal details of a member, with a reason the member sees"
    ),
    "branch.manage_roll": ("维护花名册,导入成员", "keep the roll, import members"),
    "branch.manage_units": ("新建、更名和关闭小组", "create, rename and close groups"),
    "branch.manage_roles": ("指定和撤销职务", "give and take roles"),
    "branch.export_roll": ("导出花名册(带水印,全支部可见记录)", "export the roll, watermarked and on record"),
    "branch.issue_activation": ("发放激活码", "hand out activation codes"),
    "branch.read_counts": ("查看下级的人数统计(不含个人)", "see counts of units below, never persons"),
    "branch.read_audit": ("查看本支部的敏感操作记录", "read the record of sensitive actions of the branch"),
    "account.mfa_reset": ("参与重置成员的双重验证(须两人)", "take part in resetting a member's second factor (two officers)"),
    "chat.delete": ("依公约删除他人消息(须写原因)", "delete others' messages by the rules, with a reason"),
    "chat.pin": ("置顶消息", "pin messages"),
    "chat.mention_everyone": ("提及所有人", "mention everyone"),
    "bot.manage": ("管理机器人令牌", "manage bot tokens"),
    "meeting.manage": ("召集和组织会议,维护签到表", "call and run meetings, keep the attendance sheet"),
    "meeting.approve_leave": ("批准请假(不能批准自己的)", "decide on leave, never one's own"),
    "template.propose": ("提议修改组织的叫法和会议规则", "propose changes of words and rules of meetings"),
    "template.decide": (
        "审定别人提议的修改(不能审定自己的)", "decide on changes of words and rules, never on one's own"
    ),
}  # fmt: skip
"""Every capability that a role below can give -> what it allows, zh and en. Features explain theirs in their own rows, too."""

SYSTEM_CAPABILITIES: dict[str, tuple[str, str]] = {
    "system.manage_organisations": ("创建组织和首位负责人", "create organisations and their first officer"),
    "system.import_roll": ("在服务器上导入花名册", "import a roll on the server"),
    "system.manage_accounts": ("管理系统账号", "manage system accounts"),
    "system.read_health": ("查看运行状况", "see how the installation is doing"),
}
"""What a system administrator may do. None of it opens organisation content (domain.md SEC-10)."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role.

    Attributes:
        word: Stable name.
        zh: Neutral Chinese title; the template may call it otherwise.
        en: Neutral English title.
        capabilities: What it gives.
        reach: Where.
        officer: True when the second factor is always required.
    """

    word: str
    zh: str
    en: str
    capabilities: frozenset[str] = frozenset()
    reach: Reach = "unit"
    officer: bool = False


_CHAT = frozenset({"chat.delete", "chat.pin", "chat.mention_everyone"})
_MEETING = frozenset({"meeting.manage", "meeting.approve_leave"})
_TEMPLATE = frozenset({"template.propose", "template.decide"})
_ROLL = frozenset(
    {"branch.read_personal", "branch.manage_roll", "branch.issue_activation", "account.mfa_reset"}
)
_LEAD = _CHAT | _ROLL | _MEETING | _TEMPLATE | {"branch.manage_units", "branch.manage_roles", "branch.export_roll", "branch.read_counts",
                         "branch.read_audit", "bot.manage"}  # fmt: skip

ROLES: dict[str, Role] = {
    role.word: role
    for role in (
        Role("non_voting", "无表决权成员", "non-voting member"),
        Role("observer", "列席", "observer"),
        Role("delegate", "代表", "delegate"),
        Role("group_leader", "小组长", "group leader", frozenset({"chat.pin", "chat.mention_everyone"}) | _MEETING, officer=True),
        Role("helper", "帮办员", "helper"),
        Role("committee", "委员", "committee member", frozenset({"chat.pin", "chat.mention_everyone", "template.decide"}), "groups", True),
        Role("organizer", "组织者", "organizer", _CHAT | _ROLL | _MEETING | _TEMPLATE | {"branch.manage_units"}, "groups", True),
        Role("secretary", "书记", "secretary", _LEAD, "groups", True),
        Role("deputy", "副书记", "deputy secretary", _LEAD, "groups", True),
        Role("oversight", "监督员", "oversight officer", frozenset({"branch.read_audit", "account.mfa_reset"}), "groups", True),
        Role("case_handler", "反馈处理人", "case handler", officer=True),
        Role("upper_contact", "上级联络员", "upper contact", frozenset({"branch.read_counts"}), "below", True),
    )
}  # fmt: skip
"""Word -> role. `member` is not a row: being on the roll is what makes a member."""


@dataclass(frozen=True, slots=True)
class Separation:
    """Two things one person may not be at the same time.

    Attributes:
        one: A role word or a part played in one matter.
        other: The other.
        scope: `held`: never both in one branch, checked when a role is given. `matter`: never both in the same matter
            (one message, one vote, one case); the feature that owns the matter asks `must_differ`.
    """

    one: str
    other: str
    scope: Literal["held", "matter"]


SEPARATIONS: tuple[Separation, ...] = (
    Separation("oversight", "secretary", "held"),
    Separation("oversight", "deputy", "held"),
    Separation("oversight", "organizer", "held"),
    Separation("upper_contact", "secretary", "held"),
    Separation("upper_contact", "deputy", "held"),
    Separation("recorder", "reviewer_of_minutes", "matter"),
    Separation("moderator", "appeal_judge", "matter"),
    Separation("leave_applicant", "leave_approver", "matter"),
    Separation("candidate", "scrutineer", "matter"),
    Separation("candidate", "teller", "matter"),
    Separation("candidate", "ballot_helper", "matter"),
    Separation("case_subject", "case_handler", "matter"),
    Separation("template_proposer", "template_decider", "matter"),
    Separation("mfa_reset_requester", "mfa_reset_approver", "matter"),
    Separation("mfa_reset_subject", "mfa_reset_approver", "matter"),
    Separation("mfa_reset_subject", "mfa_reset_requester", "matter"),
)
"""domain.md 2.17, and the two officers of story S3.5."""


def must_differ(one: str, other: str) -> bool:
    """True when one person may not be both (in one branch, or in one matter)."""
    return any({one, other} == {s.one, s.other} for s in SEPARATIONS)


def clashes(role: str, held: frozenset[str]) -> frozenset[str]:
    """Roles in `held` that forbid giving `role` in the same branch."""
    return frozenset(
        h for h in held if any({role, h} == {s.one, s.other} for s in SEPARATIONS if s.scope == "held")
    )
