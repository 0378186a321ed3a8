"""Changing a meeting: decide on the state as it is, commit state and event as one unit, try again when somebody was faster.

Imported by channels.meeting.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from channels.core.context import Context
from channels.meeting.change import changed
from channels.meeting.protocol.events import MeetingChange, MeetingEvent
from channels.meeting.reading import MEETINGS, Held, load, stored
from channels.protocol.base import LogEvent, wire_type
from channels.protocol.errors import CONFLICT, Refused
from storage.errors import GuardFailed
from storage.log import Append, Fact, Update, Write

TRIES_MAX = 20
"""Lost races for one meeting in a row: as many hands raised within a moment."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a meeting.

    Attributes:
        event: What happened.
        change: What is different.
        appends: Further entries of the same unit: of the sheet, of members' own topics.
        writes: Further documents of the same unit.
        facts: What is told after the commit.
        by: Who caused it; None for the caller.
    """

    event: type[MeetingEvent]
    change: MeetingChange
    appends: tuple[Append, ...] = ()
    writes: tuple[Write, ...] = ()
    facts: tuple[Fact, ...] = ()
    by: str | None = None


Decide = Callable[[Held], Step | Awaitable[Step | None] | None]


async def change(ctx: Context, meeting: str, decide: Decide) -> Held:
    """Change a meeting by what `decide` says about its newest state; None from it changes nothing.

    `decide` may be asked several times and must have no effects; it refuses by raising `Refused`.

    Returns:
        The meeting after the change.

    Raises:
        Refused: As `decide` raises it; CONFLICT after too many lost races; UNKNOWN_TOPIC.
    """
    for _ in range(TRIES_MAX):
        held = await load(ctx.reader, meeting)
        said = decide(held)
        step = await said if isinstance(said, Awaitable) else said
        if step is None:
            return held
        after = replace(held, state=changed(held.state, step.change), rev=held.rev + 1)
        guard = Update(MEETINGS, {"_id": meeting, "rev": held.rev}, {"$set": stored(after)})
        try:
            await ctx.commit((_entry(held, step, ctx), *step.appends), (guard, *step.writes))
        except GuardFailed as failed:
            if str(failed) not in ("", MEETINGS):
                raise
            continue
        return after
    raise Refused(CONFLICT)


def _entry(held: Held, step: Step, ctx: Context) -> Append:
    body: dict[str, Any] = {"change": step.change.model_dump(exclude_defaults=True)}
    by = step.by or ctx.actor.member
    if by is not None:
        body["by"] = by
    return Append(held.topic, wire_type(step.event), body, sender=by, facts=step.facts)


def sheet_entry(held: Held, event: type[LogEvent], **body: Any) -> Append:  # noqa: ANN401 - fields of the event
    """An entry of the meeting's sheet; models in it are stored as plain values."""
    plain = {
        name: value.model_dump(exclude_defaults=True) if hasattr(value, "model_dump") else value
        for name, value in body.items()
    }
    return Append(held.sheet_topic, wire_type(event), plain)
