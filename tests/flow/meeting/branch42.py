"""The branch of the stories (domain.md 3): 42 members in four groups, all with the right to vote. Everybody here is fictional."""

from dataclasses import dataclass
from typing import Any

from channels.branch.records import MEMBERS, ORGS, ROLE_HOLDS, UNITS
from channels.meeting.protocol.life import (
    MeetingAnnounce,
    MeetingCreate,
    MeetingItemDraft,
    MeetingOpen,
    MeetingOpenLobby,
    MeetingPlan,
)
from channels.protocol.base import Command
from storage.ids import MemberId, OrgId, UnitId
from tests.replay.world import World, fixed_id

GROUPS = (
    ("第一组", "林书远 曹玉兰 邵军 田甜 罗晨 韩立群 白露 丁一鸣 方雅琴 贺文斌 龙海生"),
    ("第二组", "宋佳宁 赵立新 潘志强 姚静 高远 秦岚 任建华 史晓东 陶然 万里红 汪洋洋"),
    ("第三组", "何雨桐 陆远航 冯国栋 孙巧云 钟敏 谢春生 熊芳 徐子墨 严冬梅 杨帆"),
    ("第四组", "蒋思源 叶知秋 尹新宇 余小曼 郑凯 邹婷婷 左宁 崔明月 段海波 顾清"),
)
OFFICES = (
    ("林书远", "secretary", "书记"),
    ("蒋思源", "deputy", "副书记"),
    ("宋佳宁", "organizer", "组织委员"),
    ("何雨桐", "committee", "宣传委员"),
    ("陆远航", "oversight", "纪检委员"),
)
GUESTS = ("周晓禾", "沈岚")
"""An applicant and the upper contact; members of the organisation's root, not of the branch."""

ORG = OrgId(fixed_id(1, 42))
ROOT = UnitId(fixed_id(2, 41))
BRANCH = UnitId(fixed_id(2, 42))
EVENING_MS = 1_796_900_400_000
"""2026-12-10 19:00 in Asia/Shanghai."""

MINUTE_MS = 60_000


def at(clock: str) -> int:
    """Server time of the evening: `19:04:22` or `19:15:00.000`."""
    hours, minutes, seconds = clock.split(":") if clock.count(":") == 2 else (*clock.split(":"), "0")
    return EVENING_MS + round((int(hours) - 19) * 3_600_000 + int(minutes) * 60_000 + float(seconds) * 1_000)


@dataclass
class Branch42:
    """The branch on its stage.

    Attributes:
        world: Pipeline, database, clock.
        ids: Name -> member.
    """

    world: World
    ids: dict[str, MemberId]

    async def do(self, name: str, model: type[Command], /, **fields: Any) -> Any:  # noqa: ANN401 - the row's result
        """Run a command as somebody by name, and handle the facts it caused."""
        result = await self.world.do(self.ids[name], model, **fields)
        await self.world.settle_facts()
        return result

    def move_to(self, clock: str) -> None:
        """Set the server's clock to a time of the evening."""
        self.world.clock.advance(at(clock) - self.world.clock.now_ms())

    def plan(self, **more: Any) -> MeetingPlan:  # noqa: ANN401 - fields of the plan
        """The plan of story S1."""
        fields: dict[str, Any] = {
            "title": "12月支部党员大会",
            "place": "社区二楼活动室",
            "starts_at_ms": EVENING_MS,
            "ends_at_ms": EVENING_MS + 100 * MINUTE_MS,
            "items": [
                MeetingItemDraft(title="第四季度工作与党费使用通报", kind="report"),
                MeetingItemDraft(title="表决《2027年志愿服务计划》", kind="motion", rule="general"),
                MeetingItemDraft(title="讨论接收周晓禾为预备党员", kind="motion", rule="admission"),
                MeetingItemDraft(title="征集意见", kind="other"),
            ],
            "chair": self.ids["林书远"],
            "recorder": self.ids["何雨桐"],
            "organizer": self.ids["宋佳宁"],
            "scrutineers": [self.ids["陆远航"]],
            "tellers": [self.ids["孙巧云"], self.ids["谢春生"]],
            "guests": [self.ids[name] for name in GUESTS],
        }
        return MeetingPlan(**{**fields, **more})

    async def announced(self, **more: Any) -> str:  # noqa: ANN401 - fields of the plan
        """A general meeting that was announced three days before."""
        self.world.clock.advance(EVENING_MS - 3 * 86_400_000 - self.world.clock.now_ms())
        return await self.announced_tonight(**more)

    async def announced_tonight(self, **more: Any) -> str:  # noqa: ANN401 - fields of the plan
        """The same, announced at this moment of the story."""
        made = await self.do(
            "宋佳宁",
            MeetingCreate,
            unit=BRANCH,
            kind="general",
            plan=self.plan(**more),
            cid=self.world.reader.ids.uuid7(),
        )
        meeting = str(made.meetings[0])
        await self.do("宋佳宁", MeetingAnnounce, meeting=meeting)
        return meeting

    async def opened(self, **more: Any) -> str:  # noqa: ANN401 - fields of the plan
        """A general meeting that is in session since 19:00:00."""
        meeting = await self.announced(**more)
        self.move_to("18:50")
        await self.do("宋佳宁", MeetingOpenLobby, meeting=meeting)
        self.move_to("19:00")
        await self.do("宋佳宁", MeetingOpen, meeting=meeting)
        return meeting


async def seed_branch42(world: World) -> Branch42:
    """Put organisation, units, members and offices into the database."""
    groups = {title: UnitId(fixed_id(2, 43 + place)) for place, (title, _) in enumerate(GROUPS)}
    names = [(name, title) for title, line in GROUPS for name in line.split()]
    ids = {name: MemberId(fixed_id(3, 100 + place)) for place, (name, _) in enumerate(names)}
    ids |= {name: MemberId(fixed_id(3, 200 + place)) for place, name in enumerate(GUESTS)}
    await world.mongo[ORGS].insert_one(_org())
    await world.mongo[UNITS].insert_many(
        [
            _unit(ROOT, "branch", "江澜市青禾社区", None, ROOT, 0),
            _unit(BRANCH, "branch", "第二党支部", ROOT, BRANCH, 0) | {"roll_version": 7},
            *(
                _unit(unit, "group", title, BRANCH, BRANCH, place)
                for place, (title, unit) in enumerate(groups.items())
            ),
        ]
    )
    await world.mongo[MEMBERS].insert_many(
        [
            _member(ids[name], name, f"{place + 1:03}", BRANCH, (groups[title],))
            for place, (name, title) in enumerate(names)
        ]
        + [_member(ids[name], name, f"9{place:02}", ROOT, ()) for place, name in enumerate(GUESTS)]
    )
    await world.mongo[ROLE_HOLDS].insert_many(
        [_hold(place, ids[name], role, title) for place, (name, role, title) in enumerate(OFFICES)]
    )
    return Branch42(world, ids)


def _org() -> dict[str, Any]:
    return {
        "_id": ORG, "name": "江澜市青禾社区党委", "name_key": "江澜市青禾社区党委", "template": "party_branch_zh", "accent": "#b63a2b",
        "mfa": "everyone", "time_zone": "Asia/Shanghai", "root": ROOT,
    }  # fmt: skip


def _unit(unit: str, kind: str, name: str, parent: str | None, branch: str, order: int) -> dict[str, Any]:
    path = [ROOT] if unit == ROOT else [ROOT, BRANCH] if unit == BRANCH else [ROOT, BRANCH, unit]
    return {
        "_id": unit, "org": ORG, "kind": kind, "name": name, "name_key": name, "parent": parent, "path": path,
        "branch": branch, "order": order,
    }  # fmt: skip


def _member(member: str, name: str, number: str, branch: str, groups: tuple[str, ...]) -> dict[str, Any]:
    return {
        "_id": member, "org": ORG, "number": number, "name": name, "name_key": name, "branch": branch, "groups": list(groups),
        "units": [branch, *groups], "class": "full", "status": "active",
    }  # fmt: skip


def _hold(place: int, member: str, role: str, title: str) -> dict[str, Any]:
    return {
        "_id": fixed_id(6, 100 + place), "org": ORG, "unit": BRANCH, "branch": BRANCH, "member": member, "role": role,
        "title": {"zh": title, "en": role.capitalize()}, "since_ms": 0, "by": "system",
    }  # fmt: skip
