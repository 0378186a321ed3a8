"""Who and what the demo shows: the people who sign in, and what was said. Data only; everybody is fictional."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROLL = Path(__file__).with_name("roll-b42.csv")
ORGANISATION = "江澜市青禾社区第二党支部"
TEMPLATE = "party_branch_zh"
NUMBER_PREFIX = "QH"
ISSUER = "会堂演示"
"""What authenticator apps show beside the log-in name."""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody who can sign in.

    Attributes:
        key: Word for scripts: `secretary`, `organizer`, `member`, `sysadmin`.
        zh, en: What the part is called.
        name: Display name.
        login: Log-in name.
        number: Member number; empty for the system administrator.
    """

    key: str
    zh: str
    en: str
    name: str
    login: str
    number: str


PARTS: tuple[Part, ...] = (
    Part("secretary", "书记", "secretary", "林书远", "linshuyuan", "QH0001"),
    Part("organizer", "组织委员", "organizer", "宋佳宁", "songjianing", "QH0012"),
    Part("member", "党员", "member", "曹玉兰", "caoyulan", "QH0002"),
    Part("sysadmin", "系统管理员", "system administrator", "吴工", "wugong", ""),
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something said.

    Attributes:
        by: Member number of who says it.
        text: What.
        group: Name of the group; empty for the branch room.
        answers: Position (from 1) of the line of the same room whose thread this joins; 0 for none.
        names: Member numbers of those it mentions.
        liked_by: Member numbers of those who react with 👍.
        pinned: True when it is pinned (by whoever said it).
    """

    by: str
    text: str
    group: str = ""
    answers: int = 0
    names: tuple[str, ...] = ()
    liked_by: tuple[str, ...] = ()
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Gathering:
    """The next meeting.

    Attributes:
        title, place: As the plan says.
        by, chair, recorder, tellers: Member numbers.
        items: Title, kind and rule of each item.
    """

    title: str
    place: str
    by: str
    chair: str
    recorder: str
    tellers: tuple[str, ...]
    items: tuple[tuple[str, Literal["report", "discussion", "motion", "other"], str | None], ...]


GATHERING = Gathering(
    title="支部党员大会",
    place="社区二楼活动室",
    by="QH0012",
    chair="QH0001",
    recorder="QH0023",
    tellers=("QH0024", "QH0026"),
    items=(
        ("第四季度工作与党费使用通报", "report", None),
        ("表决《2027年志愿服务计划》", "motion", "general"),
        ("征集意见", "other", None),
    ),
)

TALK: tuple[Line, ...] = (
    Line("QH0001", "大家好,支部的线上会堂开始试用了。手机和电脑都可以用,有问题请在这里留言。", liked_by=("QH0002", "QH0012", "QH0033")),
    Line("QH0012", "12月10日(周四)19:00 在社区二楼活动室开支部党员大会,线上同时开放。请各组提前统计到会情况。", pinned=True,
         liked_by=("QH0023", "QH0034")),
    Line("QH0002", "收到。我眼睛不太好,字能放大一些吗?"),
    Line("QH0023", "可以的,在“我的”里打开大字模式就行。", answers=3, names=("QH0002",), liked_by=("QH0002",)),
    Line("QH0033", "需要帮忙设置的同志,周三下午可以到活动室找我。", answers=3),
    Line("QH0024", "第四季度党费使用情况已经整理好,会上通报,也欢迎大家会前来查看明细。"),
    Line("QH0025", "10日我要出公差,已向组织委员请假,书面意见明天交。"),
    Line("QH0012", "好的,已记下。", answers=7, names=("QH0025",)),
    Line("QH0030", "周六的河道清理还缺三个人,愿意参加的同志请回复。", liked_by=("QH0026", "QH0031")),
    Line("QH0026", "我参加。", answers=9),
    Line("QH0041", "算我一个,我带两副手套。", answers=9),
    Line("QH0001", "第一组的同志,学习资料放在活动室书架第二层,看完请放回。", group="第一组", liked_by=("QH0007",)),
    Line("QH0008", "好的,我今天去取。", group="第一组"),
    Line("QH0033", "第四组本周五晚上小范围碰个头,商量志愿服务计划。", group="第四组", pinned=False),
)  # fmt: skip
"""In order; positions in `answers` count the lines of one room."""
