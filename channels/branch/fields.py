"""The register of fields: what the roll keeps about a member, why, who sees it, how long.

Sources: PIPL art. 6 and 17; domain.md ID-02, SEC-18. The page 我们记录什么 and the export are made from these rows; a
field without a row cannot be stored.

Imported by this feature and the roof.
"""

from dataclasses import dataclass
from typing import Literal

Sees = Literal["branch", "officers", "self"]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field.

    Attributes:
        key: Name in the store and on the wire.
        zh, en: Label.
        purpose_zh, purpose_en: Why it is kept.
        sees: `branch`: everybody in the branch; `officers`: the member, and officers with `branch.read_personal` who
            say why (the member sees who, when and why); `self`: the member only.
        personal: True: stored encrypted, erased after the retention time, never in logs, events or snapshots.
        blind: True: can be looked up by a keyed hash (log-in by phone or mail).
        required: A member cannot be without it.
    """

    key: str
    zh: str
    en: str
    purpose_zh: str
    purpose_en: str
    sees: Sees
    personal: bool = False
    blind: bool = False
    required: bool = False


FIELDS: tuple[FieldRow, ...] = (
    FieldRow("number", "编号", "Number", "区分同名成员", "tells namesakes apart", "branch", required=True),
    FieldRow("name", "姓名", "Name", "在花名册和群聊中显示", "shown on the roll and in chat", "branch", required=True),
    FieldRow("branch", "支部", "Branch", "确定您所在的支部", "says which branch you belong to", "branch", required=True),
    FieldRow("groups", "小组", "Groups", "确定您所在的小组", "says which groups you belong to", "branch"),
    FieldRow("class", "成员类别", "Class", "确定是否有表决权", "says whether you may vote", "branch", required=True),
    FieldRow("roles", "职务", "Roles", "让大家知道由谁负责", "lets everybody know who is responsible", "branch"),
    FieldRow("status", "在册状态", "Status", "确定是否可以登录", "says whether you may sign in", "branch", required=True),
    FieldRow("joined_on", "加入时间", "Joined on", "计算入会年限", "length of membership", "officers", personal=True),
    FieldRow("phone", "手机号", "Phone", "登录,紧急联系", "signing in, urgent contact", "officers", personal=True, blind=True),
    FieldRow("mail", "电子邮箱", "Mail", "登录,接收通知", "signing in, notices", "officers", personal=True, blind=True),
    FieldRow("birth_date", "出生日期", "Date of birth", "区分同名成员", "tells namesakes apart", "officers", personal=True),
    FieldRow("gender", "性别", "Gender", "花名册统计(只用人数)", "counts for the roll, never alone", "officers", personal=True),
)  # fmt: skip

FIELD: dict[str, FieldRow] = {row.key: row for row in FIELDS}
PERSONAL: tuple[str, ...] = tuple(row.key for row in FIELDS if row.personal)
BLIND: tuple[str, ...] = tuple(row.key for row in FIELDS if row.blind)

SEES_TEXT: dict[Sees, tuple[str, str]] = {
    "branch": ("本支部成员", "members of your branch"),
    "officers": ("您本人;写明原因的本支部负责人(您能看到谁看过)", "you; officers of your branch who say why (you see who did)"),
    "self": ("只有您本人", "only you"),
}  # fmt: skip

RETENTION_TEXT: tuple[str, str] = (
    "在册期间;离开后{days}天删除",
    "while you are on the roll; erased {days} days after you left",
)
RETENTION_KEPT_TEXT: tuple[str, str] = (
    "在册期间及之后(用于查阅历史记录)",
    "while you are on the roll and after, for past records",
)
