"""Whoever changes the organisation, with what, and the steps of a change that are committed as one unit.

Officers come with a `Context` or a request, the command line with none of them: a `Hand` is what all have in common.
Imported by this feature and the roof.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from channels.core.context import Reader
from moderation.audit import Act, AuditTrail
from storage.client import Mongo
from storage.log import Append, Insert, Write

SYSTEM = "system"
"""Actor of changes made on the server's own command line."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts.

    Attributes:
        reader: The stores.
        actor: Member id; account id for accounts without membership; SYSTEM for the command line.
        name: Display name at this moment, for the audit trail and watermarks.
        role: Role word under which it is done; empty for oneself and the command line.
        access_changed: Tells every process that a member's units or roles changed.
    """

    reader: Reader
    actor: str
    name: str
    role: str
    access_changed: Callable[[str], Awaitable[None]]

    @property
    def mongo(self) -> Mongo:
        """Collections."""
        return self.reader.mongo

    @property
    def now_ms(self) -> int:
        """Wall time."""
        return self.reader.clock.now_ms()

    def audit(self, action: str, **facts: Any) -> Insert:  # noqa: ANN401 - keywords of Act, checked there
        """A row of the audit trail as a companion write; keywords as in `moderation.audit.Act`."""
        trail = AuditTrail(self.reader.mongo, self.reader.cipher, self.reader.clock, self.reader.ids)
        return trail.write(Act(action, self.actor, actor_name=self.name, actor_role=self.role, **facts))


@dataclass(slots=True)
class Steps:
    """A change that is not committed yet.

    Attributes:
        appends: Log entries, in order.
        writes: Documents.
        access: Members whose units or roles change.
    """

    appends: list[Append] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    access: list[str] = field(default_factory=list)

    def add(self, *others: "Steps") -> None:
        """Take in the steps of other changes, to commit all as one."""
        for other in others:
            self.appends.extend(other.appends)
            self.writes.extend(other.writes)
            self.access.extend(other.access)


async def commit(hand: Hand, steps: Steps) -> None:
    """Make the steps durable as one unit, then tell whom it concerns.

    Raises:
        storage.errors.Duplicate: A unique index refused, e.g. a number that was taken meanwhile.
        storage.errors.GuardFailed: A record changed meanwhile; nothing was done.
    """
    await hand.reader.log.commit(steps.appends, steps.writes)
    await tell_access(hand, steps.access)


async def tell_access(hand: Hand, members: Iterable[str]) -> None:
    """Have the sockets of members judged anew."""
    for member in dict.fromkeys(members):
        await hand.access_changed(member)
