"""Lists of meetings, and the answer to other features' questions. Imported by channels.meeting.feature."""

import asyncio
from typing import Any

from channels.branch.contract import PlaceOf
from channels.core.context import Context, Reader
from channels.meeting.contract import Attendee, Attendees
from channels.meeting.protocol.life import LIST_MAX, MeetingLine, MeetingLines, MeetingList
from channels.meeting.protocol.sheet import MeetingRow
from channels.meeting.reading import MEETINGS, Held, to_held
from channels.meeting.rights import standing_of
from channels.meeting.sheet import is_present
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import UNKNOWN_TOPIC, Refused
from storage.ids import MemberId, UnitId


async def list_(command: MeetingList, ctx: Context) -> MeetingLines:
    """Meetings the caller may see within a time, by beginning.

    Raises:
        Refused: UNKNOWN_TOPIC for a unit the caller has nothing to do with.
    """
    actor = ctx.actor
    if actor.member is None:
        raise Refused(UNKNOWN_TOPIC)
    wanted: dict[str, Any] = {"starts_at_ms": {"$gte": command.after_ms, "$lt": command.before_ms}}
    if command.unit is not None:
        place = await ctx.ask(PlaceOf(command.unit))
        if place is None or not (UnitId(command.unit) in actor.units or actor.can_anywhere("meeting.manage")):
            raise Refused(UNKNOWN_TOPIC)
        wanted["unit"] = command.unit
    else:
        managed = {grant.unit for grant in actor.grants if "meeting.manage" in grant.capabilities}
        wanted["$or"] = [
            {"unit": {"$in": sorted(actor.units | managed)}},
            {"state.guests": actor.member},
        ]
    found = await ctx.mongo[MEETINGS].find(wanted, sort=(("starts_at_ms", 1), ("_id", 1)), limit=LIST_MAX)
    lines = await asyncio.gather(*(_line(to_held(document), ctx) for document in found))
    return MeetingLines(meetings=[line for line in lines if line is not None])


async def _line(held: Held, ctx: Context) -> MeetingLine | None:
    state = held.state
    place = await ctx.ask(PlaceOf(state.unit))
    if place is None or ctx.actor.member is None or not standing_of(ctx.actor, held, place).sits:
        return None
    sheet = await sheet_of_meeting(ctx.reader, state.id) if state.stage != "draft" else None
    row = sheet.rows.get(ctx.actor.member) if sheet is not None else None
    return MeetingLine(
        id=state.id,
        unit=state.unit,
        stage=state.stage,
        title=state.title,
        kind=state.rules.title,
        place=state.place,
        starts_at_ms=state.starts_at_ms,
        ends_at_ms=state.ends_at_ms,
        mine=_mine(row),
    )


def _mine(row: MeetingRow | None) -> Any:  # noqa: ANN401 - a Literal of MeetingLine
    if row is None or row.status in ("excluded", "observer"):
        return "none"
    if row.status in ("on_time", "late"):
        return "here"
    if row.status in ("leave", "official"):
        return "leave"
    return "absent" if row.status == "absent" else "expected"


async def attendees(query: Attendees, reader: Reader) -> tuple[Attendee, ...]:
    """Answer to `Attendees`."""
    sheet = await sheet_of_meeting(reader, query.meeting)
    rows = [row for row in sheet.rows.values() if row.status not in ("excluded", "observer")]
    rows.sort(key=lambda row: row.member)
    return tuple(Attendee(MemberId(row.member), row.votes, is_present(row)) for row in rows)
