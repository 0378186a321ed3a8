"""A branch founded the real way on a real database: the stage of the roll's store and flow tests. Everybody is fictional."""

from dataclasses import dataclass, field
from pathlib import Path

from channels.branch.contract import Unit, branch_topic
from channels.branch.hand import SYSTEM, Hand, commit
from channels.branch.handlers import render, snapshot
from channels.branch.protocol import BranchSnapshot
from channels.branch.records import BRANCH_INDEXES, MEMBERS
from channels.branch.reduce import apply_all
from channels.branch.roll.apply import Outcome, apply
from channels.branch.roll.dryrun import Choices, DryRun, dry_run
from channels.branch.store import grants_of
from channels.branch.units import Founding, founded
from channels.catalog import FEATURES
from channels.core.actor import Actor
from channels.core.context import Reader
from channels.core.registry import Registry
from moderation.audit import AUDIT_INDEXES
from storage.client import Document, Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.ids import AccountId, IdSource, MemberId, OrgId, SessionId
from storage.log import LOG_INDEXES, TopicLog

ROLLS = Path(__file__).resolve().parents[1] / "fixtures/roll"
NOW_MS = 1_795_300_000_000
"""2026-11-22, when the fixture rolls were saved."""


@dataclass
class Hall:
    """A founded branch.

    Attributes:
        reader: Stores.
        clock: Stands until moved.
        org: Organisation.
        branch: Its root branch.
        told: Members whose access changed, in order.
    """

    reader: Reader
    clock: FixedClock
    org: OrgId
    branch: Unit
    told: list[str] = field(default_factory=list)

    @property
    def mongo(self) -> Mongo:
        """Collections."""
        return self.reader.mongo

    def hand(self, actor: str = SYSTEM, name: str = "", role: str = "") -> Hand:
        """Somebody who acts; the command line unless told otherwise."""
        return Hand(self.reader, actor, name, role, self._tell)

    async def _tell(self, member: str) -> None:
        self.told.append(member)

    async def dry(self, name: str, choices: Choices | None = None) -> DryRun:
        """A trial run of a fixture roll."""
        return await dry_run(self.reader, self.branch.unit, (ROLLS / name).read_bytes(), choices or Choices())

    async def take(self, name: str, *, offices: bool = False, choices: Choices | None = None) -> Outcome:
        """Import a fixture roll."""
        return await apply(self.hand(), await self.dry(name, choices), give_offices=offices)

    async def member(self, name: str) -> Document:
        """The stored record of the only member of this name."""
        found = await self.mongo[MEMBERS].find({"name": name}, limit=2)
        assert len(found) == 1, f"{len(found)} people are called {name}"
        return found[0]

    async def actor(self, name: str) -> Actor:
        """A member as the roof builds the caller from the roll."""
        doc = await self.member(name)
        units, grants = await grants_of(self.mongo, doc["_id"])
        ident = AccountId(doc["_id"])
        return Actor(ident, SessionId(doc["_id"]), self.org, MemberId(doc["_id"]), units, grants)

    async def state(self) -> BranchSnapshot:
        """The branch as a fresh client gets it."""
        anybody = Actor(AccountId("x"), SessionId("x"), self.org, None, frozenset(), ())
        return await snapshot(anybody, self.branch.unit, self.reader)

    async def replayed(self, before: BranchSnapshot, after_seq: int) -> BranchSnapshot:
        """What a client holds that had `before` and heard everything since."""
        entries = await self.reader.log.since(branch_topic(self.branch.unit), after_seq, 10_000)
        return apply_all(before, [render(entry) for entry in entries])

    async def head(self) -> int:
        """Newest entry of the branch's topic."""
        return (await self.reader.log.head(branch_topic(self.branch.unit))).seq


async def open_hall(mongo: Mongo, cipher: FieldCipher, ids: IdSource) -> Hall:
    """Found fixture B42's organisation; nobody is on its roll yet."""
    registry = Registry(FEATURES)
    indexes = {spec.name: spec for spec in (*LOG_INDEXES, *BRANCH_INDEXES, *AUDIT_INDEXES, *registry.indexes)}
    await mongo.ensure_indexes(indexes.values())
    clock = FixedClock(NOW_MS)
    reader = Reader(mongo, TopicLog(mongo, clock, "1"), cipher, clock, ids, registry.route)

    async def nobody(member: str) -> None:
        del member

    hand = Hand(reader, SYSTEM, "", "", nobody)
    org, root, steps = founded(hand, Founding("江澜市青禾社区第二党支部", "party_branch_zh", "QH"))
    await commit(hand, steps)
    return Hall(reader, clock, org, root)
