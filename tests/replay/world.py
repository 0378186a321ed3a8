"""A small organisation on a real database, with the real pipeline in front: the stage of flow and replay tests.

Everybody here is invented. Organisation O: branch B with group G, branch C. Organisation P: branch Q.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from channels.branch.records import BRANCH_INDEXES, MEMBERS, ORGS, ROLE_HOLDS, UNITS
from channels.branch.store import grants_of
from channels.catalog import FEATURES
from channels.chat.contract import MAIN, chat_topic
from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.core.dispatch import Dispatcher, Gates
from channels.core.feature import FactRow
from channels.core.registry import Registry
from channels.me.contract import Room, room_added, room_removed
from channels.protocol.base import Command, LiveEvent, LogEvent, Result, WireModel
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.ids import AccountId, MemberId, OrgId, RoomId, SessionId, UnitId
from storage.log import LOG_INDEXES, Entry, TopicLog
from storage.outbox import FactHandler, Outbox
from tests.kit.values import CountingIds

R = TypeVar("R", bound=Result)
S = TypeVar("S", bound=WireModel)

EPOCH = "1"


def fixed_id(kind: int, number: int) -> str:
    """A canonical id that says what it is for: kind in the third group, number at the end."""
    return f"01980000-0000-7{kind:03x}-8000-{number:012x}"


ORG_O, ORG_P = OrgId(fixed_id(1, 1)), OrgId(fixed_id(1, 2))
BRANCH_B, GROUP_G, BRANCH_C, BRANCH_Q = (UnitId(fixed_id(2, n)) for n in range(1, 5))
SECRETARY, AN, BEI, CHEN, DING, QIN = (MemberId(fixed_id(3, n)) for n in range(1, 7))
NAMES = {SECRETARY: "林书记", AN: "安一", BEI: "贝二", CHEN: "陈三", DING: "丁四", QIN: "秦五"}

UNITS_SEED = (
    (BRANCH_B, ORG_O, "branch", "第一支部", None, BRANCH_B),
    (GROUP_G, ORG_O, "group", "第一小组", BRANCH_B, BRANCH_B),
    (BRANCH_C, ORG_O, "branch", "第二支部", None, BRANCH_C),
    (BRANCH_Q, ORG_P, "branch", "别处", None, BRANCH_Q),
)
MEMBERS_SEED = (
    (SECRETARY, ORG_O, BRANCH_B, ()),
    (AN, ORG_O, BRANCH_B, (GROUP_G,)),
    (BEI, ORG_O, BRANCH_B, (GROUP_G,)),
    (CHEN, ORG_O, BRANCH_B, ()),
    (DING, ORG_O, BRANCH_C, ()),
    (QIN, ORG_P, BRANCH_Q, ()),
)


class NoLimits:
    """Rate limits are not what these tests are about."""

    def take(self, key: str, burst: int, per_minute: int) -> int:
        """Always a token."""
        return 0


@dataclass
class World:
    """The stage.

    Attributes:
        reader: Stores and time.
        registry: Features of the catalog.
        clock: Stands until moved.
        dispatcher: The pipeline.
        heard: Entries of all commits, in order.
        live: Live events, in order.
        browsers: Member -> mark of the browser they sit at; nobody has one by itself.
    """

    reader: Reader
    registry: Registry
    clock: FixedClock
    heard: list[Entry] = field(default_factory=list)
    live: list[LiveEvent] = field(default_factory=list)
    access: list[str] = field(default_factory=list)
    browsers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log.listeners.append(self.heard.extend)
        gates = Gates(NoLimits(), lambda event, _actor: self.live.append(event), self._access_changed)
        self.dispatcher = Dispatcher(self.registry, self.reader, gates)
        self._refs = 0

    @property
    def log(self) -> TopicLog:
        """The topic log."""
        return self.reader.log

    @property
    def mongo(self) -> Mongo:
        """Collections."""
        return self.reader.mongo

    async def _access_changed(self, member: str) -> None:
        self.access.append(member)

    async def actor(self, member: str) -> Actor:
        """The caller as the roof builds it from the roll."""
        found = await self.mongo[MEMBERS].find_one({"_id": member})
        units, grants = await grants_of(self.mongo, member)
        return Actor(
            account=AccountId(member.replace("-7003-", "-7004-")),
            session=SessionId(member.replace("-7003-", "-7005-")),
            org=OrgId(found["org"]) if found else None,
            member=MemberId(member),
            units=units,
            grants=grants,
            browser=self.browsers.get(member, ""),
        )

    async def do(self, caller: str, model: type[Command], /, **fields: Any) -> Any:  # noqa: ANN401 - the row's result
        """Run a command as a member through the pipeline; `ref` is given. Returns its result."""
        self._refs += 1
        return await self.run(caller, model(ref=self._refs, **fields))

    async def run(self, member: str, command: Command) -> Result:
        """Run a command as a member through the pipeline."""
        return await self.dispatcher.answer(command, await self.actor(member), self.clock.now_ms())

    async def watch(self, member: str, topic: str) -> None:
        """Have a member follow a topic, so that its live events are told."""
        row, actor = self.registry.topics[topic.partition(":")[0]], await self.actor(member)
        assert await row.may_enter(actor, topic.partition(":")[2], self.reader)

    async def live_events(self) -> list[LiveEvent]:
        """What was told live so far, in order."""
        return self.live

    async def snapshot(self, member: str, topic: str, model: type[S]) -> S:
        """What a fresh client of the member gets for a topic it may enter."""
        kind, _, ident = topic.partition(":")
        row = self.registry.topics[kind]
        actor = await self.actor(member)
        assert await row.may_enter(actor, ident, self.reader), (
            f"{NAMES[MemberId(member)]} may not enter {topic}"
        )
        snapshot = await row.snapshot(actor, ident, self.reader)
        assert isinstance(snapshot, model)
        return snapshot

    async def may_enter(self, member: str, topic: str) -> bool:
        """What the topic's feature says about entering now."""
        kind, _, ident = topic.partition(":")
        return await self.registry.topics[kind].may_enter(await self.actor(member), ident, self.reader)

    def events(self, entries: Sequence[Entry], *topics: str) -> list[LogEvent]:
        """Events of entries as subscribers of the topics get them."""
        return [
            self.registry.topics[entry.topic.partition(":")[0]].render(entry)
            for entry in entries
            if entry.topic in topics
        ]

    async def settle_facts(self) -> None:
        """Have all pending facts handled, as the outbox worker does."""
        actor = await self.actor(SECRETARY)

        async def no_access(member: str) -> None:
            del member

        def handler(row: FactRow) -> FactHandler:
            context = Context(actor, self.clock.now_ms(), self.reader, self.live.append, no_access)
            return lambda body, fact_id: row.handle(body, fact_id, context)

        handlers = {kind: [handler(row) for row in rows] for kind, rows in self.registry.facts.items()}
        outbox = Outbox(self.mongo, self.log, self.clock, handlers)
        while await outbox.step():
            pass

    async def seed(self) -> None:
        """Put the units, members and roles into the database, and tell everybody of their rooms."""
        await self.mongo[ORGS].insert_many([_org(ORG_O, "甲组织", BRANCH_B), _org(ORG_P, "乙组织", BRANCH_Q)])
        await self.mongo[UNITS].insert_many([_unit(*row) for row in UNITS_SEED])
        await self.mongo[MEMBERS].insert_many([_member(*row) for row in MEMBERS_SEED])
        hold = {"org": ORG_O, "unit": BRANCH_B, "branch": BRANCH_B, "member": SECRETARY, "role": "secretary"}
        title = {"title": {"zh": "书记", "en": "Secretary"}, "since_ms": 0, "by": "system"}
        await self.mongo[ROLE_HOLDS].insert_one({"_id": fixed_id(6, 1), **hold, **title})
        for member, _, branch, groups in MEMBERS_SEED:
            for unit in (branch, *groups):
                await self.log.append(room_added(member, self.room(unit)))

    @staticmethod
    def room(unit: UnitId) -> Room:
        """Room of a unit."""
        kind, name = next((row[2], row[3]) for row in UNITS_SEED if row[0] == unit)
        return Room(RoomId(unit), "branch" if kind == "branch" else "group", name, unit)

    async def put_in_group(self, member: str, group: UnitId) -> None:
        """Change the roll: the member is in the group from now on."""
        change = {"$addToSet": {"groups": group, "units": group}}
        await self.mongo[MEMBERS].update_one({"_id": member}, change)
        head_n = await self.log.counter_head(chat_topic(group), MAIN)
        await self.log.append(room_added(member, self.room(group), head_n=head_n))

    async def take_from_group(self, member: str, group: UnitId) -> None:
        """Change the roll: the member is no longer in the group."""
        await self.mongo[MEMBERS].update_one({"_id": member}, {"$pull": {"groups": group, "units": group}})
        await self.log.append(room_removed(member, group))

    async def leave(self, member: str) -> None:
        """Change the roll: the member left the organisation."""
        gone = {"$set": {"units": [], "groups": [], "status": "left"}}
        await self.mongo[MEMBERS].update_one({"_id": member}, gone)


def _org(org: str, name: str, root: str) -> dict[str, Any]:
    return {
        "_id": org, "name": name, "name_key": name, "template": "association", "accent": "#b63a2b", "mfa": "everyone",
        "time_zone": "Asia/Shanghai", "root": root,
    }  # fmt: skip


def _unit(unit: str, org: str, kind: str, name: str, parent: str | None, branch: str) -> dict[str, Any]:
    path = [parent, unit] if parent else [unit]
    return {
        "_id": unit, "org": org, "kind": kind, "name": name, "name_key": name, "parent": parent, "path": path,
        "branch": branch, "order": 0,
    }  # fmt: skip


def _member(member: MemberId, org: str, branch: str, groups: tuple[str, ...]) -> dict[str, Any]:
    return {
        "_id": member, "org": org, "number": f"M{member[-3:]}", "name": NAMES[member], "name_key": NAMES[member],
        "branch": branch, "groups": list(groups), "units": [branch, *groups], "class": "personal", "status": "active",
    }  # fmt: skip


async def build_world(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> World:
    """A seeded world on an empty database."""
    registry = Registry(FEATURES)
    await mongo.ensure_indexes((*LOG_INDEXES, *BRANCH_INDEXES, *registry.indexes))
    log = TopicLog(mongo, clock, EPOCH)
    reader = Reader(mongo, log, cipher, clock, CountingIds(), registry.route)
    world = World(reader, registry, clock)
    await world.seed()
    return world
