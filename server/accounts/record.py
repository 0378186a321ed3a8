"""我们记录什么: every stored field about a person, with its value, why it is kept, who sees it and how long.

Two registers make the page: the organisation's (channels/branch/fields.py) and the one of accounts below. A new stored field
belongs in one of them. May be imported by server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.branch.fields import FIELDS, RETENTION_KEPT_TEXT, RETENTION_TEXT, SEES_TEXT
from channels.branch.records import MEMBERS, unseal
from channels.branch.store import template_of, titles_of
from server.accounts.book import Identified
from server.accounts.parts import Parts
from storage.client import Mongo

Both = tuple[str, str]
"""The same text in Chinese and English."""

ONLY_YOU: Both = ("只有您本人", "only you")
NOBODY: Both = ("无人可见(加密保存)", "nobody; it is stored sealed or as a digest")
OFFICERS: Both = ("您本人;有权查看记录的负责人", "you; officers who may read the record of the branch")
MEETING_DESK: Both = ("您本人;本次会议的工作人员", "you; the desk of that meeting")
WITH_MINUTES: Both = ("随会议记录保存", "as long as the minutes of the meeting")
WHILE_ACCOUNT: Both = ("账号存在期间", "as long as the account exists")


@dataclass(frozen=True, slots=True)
class FieldText:
    """What is said about a field of the account.

    Attributes:
        key: Name.
        label: What it is called.
        purpose: Why it is kept.
        sees: Who can see it.
        kept: How long.
    """

    key: str
    label: Both
    purpose: Both
    sees: Both
    kept: Both


ACCOUNT_FIELDS: tuple[FieldText, ...] = (
    FieldText("login", ("登录名", "Log-in name"), ("登录", "signing in"), ONLY_YOU, WHILE_ACCOUNT),
    FieldText("password", ("密码(仅保存不可还原的摘要)", "Password (only a one-way hash)"), ("登录", "signing in"), NOBODY,
              WHILE_ACCOUNT),
    FieldText("password_at", ("上次修改密码", "Password last changed"), ("让您发现异常", "lets you notice what is wrong"),
              ONLY_YOU, WHILE_ACCOUNT),
    FieldText("factor_at", ("双重验证设置时间", "Second factor set up"), ("保护账号", "protecting the account"), ONLY_YOU,
              WHILE_ACCOUNT),
    FieldText("recovery_left", ("剩余恢复码", "Recovery codes left"), ("手机丢失时登录", "signing in without the phone"),
              ONLY_YOU, WHILE_ACCOUNT),
    FieldText("devices", ("已登录设备", "Signed-in devices"), ("让您随时退出", "lets you sign them out"), ONLY_YOU,
              ("退出后立即删除;最长30天", "deleted at sign-out; 30 days at most")),
    FieldText("known_devices", ("登录过的设备(仅摘要)", "Devices used before (digests only)"),
              ("他人试错密码时您仍能登录", "lets you in while others guess"), NOBODY, ("180天", "180 days")),
    FieldText("failures", ("登录失败次数", "Failed log-ins"), ("防止猜密码", "stops guessing"), NOBODY,
              ("成功登录即清零;最长30天", "cleared by a log-in; 30 days at most")),
    FieldText("read_marks", ("阅读位置", "Read marks"), ("各设备未读数一致", "keeps unread counts in step"), ONLY_YOU,
              ("在册期间", "while you are on the roll")),
    FieldText("messages", ("您发送的消息和文件", "Messages and files you sent"), ("交流", "talking to each other"),
              ("所在房间的成员", "members of the room"), ("按组织模板,默认2年", "as the template says; 2 years by default")),
    FieldText("attendance", ("会议到会记录:签到、点名应答、抽点、离开时间", "Attendance: check-in, roll-call, spot checks, leaving"),
              ("到会人数和法定人数", "attendance and quorum"), MEETING_DESK, WITH_MINUTES),
    FieldText("leaves", ("请假类别和说明", "Leave: category and note"), ("审批", "deciding on it"),
              ("类别:会议工作人员;说明:您和审批人", "category: the desk of the meeting; note: you and who decides"),
              ("类别随会议记录保存;说明90天后删除", "category with the minutes; note erased after 90 days")),
    FieldText("named_votes", ("记名表决中您投的票", "Your votes by name"), ("计票", "counting"), MEETING_DESK, WITH_MINUTES),
    FieldText("opinions", ("缺席时的书面意见", "Written opinions while absent"), ("计票", "counting"), NOBODY, WITH_MINUTES),
    FieldText("proposals", ("您提议或审定的叫法和规则修改", "Changes of words and rules you proposed or decided on"),
              ("让大家知道规则由谁、为何修改", "lets everybody see who changed the rules and why"),
              ("组织的全体成员", "all members of the organisation"), ("与组织同在", "as long as the organisation")),
    FieldText("audit", ("敏感操作记录", "Record of sensitive actions"), ("您能看到谁看过您的档案", "shows you who looked"), OFFICERS,
              ("3年", "3 years")),
)  # fmt: skip
"""Every field of accounts, in the order of the page."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the page.

    Attributes:
        text: What is said about the field.
        values: What is stored; empty when nothing is, or when it cannot be shown.
        at_ms: For times: milliseconds since the epoch, 0 for none.
    """

    text: FieldText
    values: tuple[str, ...] = field(default=(), repr=False)
    at_ms: int = 0


class Record:
    """Reads a person's own record.

    Args:
        parts: What accounts stand on.
        mongo: The database.
    """

    def __init__(self, parts: Parts, mongo: Mongo) -> None:
        self._parts = parts
        self._mongo = mongo

    async def of_account(self, found: Identified) -> list[RecordLine]:
        """Lines about the account; empty for bots."""
        account = found.account
        if account is None:
            return []
        devices = await self._parts.book.list(account.id)
        values: dict[str, tuple[str, ...]] = {
            "login": (account.login,),
            "recovery_left": (str(account.recovery_left),),
            "devices": tuple(view.agent for view in devices),
        }
        times = {"password_at": account.password_at_ms, "factor_at": account.factor_at_ms}
        return [RecordLine(text, values.get(text.key, ()), times.get(text.key, 0)) for text in ACCOUNT_FIELDS]

    async def of_member(self, found: Identified) -> list[RecordLine]:
        """Lines about the membership, personal fields opened for their owner; empty without membership."""
        if found.person is None:
            return []
        document = await self._mongo[MEMBERS].find_one({"_id": found.person.member})
        org = await self._mongo["orgs"].find_one({"_id": found.person.org})
        if document is None or org is None:
            return []
        template = template_of(org)
        values = await self._plain(document) | {
            key: (value,) for key, value in unseal(self._parts.cipher, document).items()
        }
        member_class = template.class_of(document["class"])
        if member_class is not None:
            values["class"] = (member_class.title.zh, member_class.title.en)
        return [
            RecordLine(text, values.get(text.key, ()))
            for text in branch_texts(template.defaults.retention_left_days)
        ]

    async def _plain(self, document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        directory, member = self._parts.directory, document["_id"]
        titles = (await titles_of(self._mongo, [member])).get(member, ())
        return {
            "number": (document["number"],),
            "name": (document["name"],),
            "branch": (await directory.unit_name(document["branch"]),),
            "groups": tuple([await directory.unit_name(group) for group in document["groups"]]),
            "roles": tuple(title.zh for title in titles),
            "status": (document["status"],),
        }


def branch_texts(retention_days: int) -> list[FieldText]:
    """The organisation's register as texts of the page."""
    kept = tuple(part.format(days=retention_days) for part in RETENTION_TEXT)
    return [
        FieldText(
            key=row.key,
            label=(row.zh, row.en),
            purpose=(row.purpose_zh, row.purpose_en),
            sees=SEES_TEXT[row.sees],
            kept=(kept[0], kept[1]) if row.personal else RETENTION_KEPT_TEXT,
        )
        for row in FIELDS
    ]
