"""What an event does to the state of a meeting. Pure; the specification of the client's reducer.

Imported by channels.meeting and tests.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from channels.meeting.protocol.events import MeetingChange, MeetingEvent
from channels.meeting.protocol.values import Meeting

LISTS = ("items", "rounds", "hands", "motions", "tasks", "quorum")
"""Fields of `Meeting` that are keyed lists in the order of `order`, then `id`."""

_KEYED = {f"{name}_{how}" for name in LISTS for how in ("set", "gone")}


class _Keyed(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def order(self) -> int: ...


K = TypeVar("K", bound=_Keyed)


def apply_all(state: Meeting, events: Iterable[MeetingEvent]) -> Meeting:
    """The state after events."""
    for event in events:
        state = changed(state, event.change)
    return state


def changed(state: Meeting, change: MeetingChange) -> Meeting:
    """The state after a change; applying it again changes nothing."""
    fields: dict[str, Any] = {
        name: value
        for name, value in change
        if value is not None and name not in _KEYED and name != "cleared"
    }
    fields |= dict.fromkeys(change.cleared)
    for name in LISTS:
        put, gone = getattr(change, f"{name}_set", ()), getattr(change, f"{name}_gone", ())
        if put or gone:
            fields[name] = merged(getattr(state, name), put, gone)
    return state.model_copy(update=fields)


def merged(now: Sequence[K], put: Sequence[K], gone: Sequence[str]) -> list[K]:
    """A keyed list with parts put and removed."""
    parts = {part.id: part for part in (*now, *put)}
    for ident in gone:
        parts.pop(ident, None)
    return sorted(parts.values(), key=lambda part: (part.order, part.id))
