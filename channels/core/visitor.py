"""What the core knows of an open connection: its reader in the hub, its session, who acts now.

May be imported by server and tests.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.core.actor import Actor
from channels.core.ports import SessionFacts
from channels.core.seats import Link


@dataclass(eq=False, slots=True)
class Visitor:
    """An authenticated connection.

    Attributes:
        link: Its reader in the hub.
        facts: Its session as found at the hello.
        actor: Who acts, as of the last judgement.
        ref: Name of the connection on rosters: unique, without meaning.
        ends_at_ms: Wall time when its session ends unless it is used; None for never.
        judge_ms: Monotonic time of the next look whether the session still stands.
        touched_ms: Monotonic time of the last report that the session is used.
        judgements: How many judgements began; only the newest one's findings count.
        quiet: Set when no judgement is under way any more; None while there is none.
    """

    link: Link
    facts: SessionFacts
    actor: Actor
    ref: str
    ends_at_ms: int | None = None
    judge_ms: int = 0
    touched_ms: int = 0
    judgements: int = 0
    quiet: asyncio.Event | None = None

    async def settled(self) -> None:
        """Wait until no judgement of its rights is under way."""
        while self.quiet is not None:
            await self.quiet.wait()


@dataclass(slots=True)
class Directory:
    """Open connections of this process by everything they are known by: session, account, member, for bots their maker."""

    visitors: set[Visitor] = field(default_factory=set)
    _by_name: dict[str, set[Visitor]] = field(default_factory=dict)

    def add(self, visitor: Visitor) -> None:
        """A connection was authenticated."""
        self.visitors.add(visitor)
        for name in _names(visitor):
            self._by_name.setdefault(name, set()).add(visitor)

    def remove(self, visitor: Visitor) -> None:
        """A connection is gone; a second call does nothing."""
        self.visitors.discard(visitor)
        for name in _names(visitor):
            known = self._by_name.get(name, set())
            known.discard(visitor)
            if not known:
                self._by_name.pop(name, None)

    def of(self, name: str) -> tuple[Visitor, ...]:
        """Connections of a session, an account or a member, and of bots a member answers for."""
        return tuple(self._by_name.get(name, ()))


def _names(visitor: Visitor) -> Iterator[str]:
    facts = visitor.facts
    names = (facts.session, facts.account, facts.member, facts.made_by)
    yield from {str(name) for name in names if name is not None}
