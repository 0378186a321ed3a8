"""Who is here, as values: rosters, their differences, and how to apply them. Pure.

Law (tested): `apply(before, diff(before, after)) == after`, and applying the same difference twice changes nothing more.
May be imported by channels and server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How a connection is; the word on the wire."""

    HERE = "here"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True, slots=True)
class Meta:
    """One connection of a member in a topic.

    Attributes:
        ref: Name of the connection, unique over all processes.
        since_at_ms: Wall time of joining.
        state: Here, or broken a moment ago.
    """

    ref: str
    since_at_ms: int
    state: State = State.HERE


Roster = Mapping[str, tuple[Meta, ...]]
"""Member id -> connections, ordered by ref; never an empty tuple."""


@dataclass(frozen=True, slots=True)
class Diff:
    """A difference that SETS.

    Attributes:
        present: Members whose connections changed, with all of them.
        gone: Members who have none left.
    """

    present: Roster
    gone: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.present or self.gone)


def diff(before: Roster, after: Roster) -> Diff:
    """What turns `before` into `after`."""
    return Diff(
        {member: metas for member, metas in after.items() if before.get(member) != metas},
        frozenset(member for member in before if member not in after),
    )


def apply(roster: Roster, change: Diff) -> dict[str, tuple[Meta, ...]]:
    """The roster after the change."""
    kept = {member: metas for member, metas in roster.items() if member not in change.gone}
    return kept | dict(change.present)
