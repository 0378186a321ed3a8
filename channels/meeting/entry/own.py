"""What members do with their own rows: leave and come back, answer a dispute, answer a spot check. Imported by entry.rows."""

from channels.core.context import Context
from channels.meeting.committing import sheet_entry
from channels.meeting.entry.desk import set_row
from channels.meeting.errors import NOT_ON_ROLL, NOTHING_THERE, WRONG_STAGE
from channels.meeting.protocol.entry import (
    MeetingAnswerDispute,
    MeetingAnswerSpot,
    MeetingRowResult,
    MeetingSignOut,
)
from channels.meeting.protocol.sheet import MeetingRow, MeetingSpotAnswered, RowCause
from channels.meeting.rights import Scene, scene
from channels.meeting.sheet import PRESENT
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import LIVE, check_stage
from channels.meeting.telling import tell
from channels.protocol.base import Done
from channels.protocol.errors import Refused

ANSWERED = {"here": "我在场", "remote": "我在线上参加"}
"""What the desk reads beside a disputed row."""

DISPUTED_AFTER = LIVE | {"closed", "minutes_draft", "minutes_review", "returned"}


async def _on_roll(ctx: Context, meeting: str) -> Scene:
    found = await scene(ctx.reader, ctx.actor, meeting)
    sheet = await sheet_of_meeting(ctx.reader, meeting)
    if found.member not in sheet.rows:
        raise Refused(NOT_ON_ROLL)
    return found


async def sign_out(command: MeetingSignOut, ctx: Context) -> MeetingRowResult:
    """Leave before the end, or be back; what the sheet counts for votes changes at once.

    Raises:
        Refused: UNKNOWN_TOPIC, NOT_ON_ROLL, WRONG_STAGE.
    """
    found = await _on_roll(ctx, command.meeting)
    check_stage(found.meeting, LIVE)

    def alter(row: MeetingRow) -> tuple[MeetingRow, RowCause]:
        if row.status not in PRESENT:
            raise Refused(WRONG_STAGE)
        if command.on == (row.left_at_ms is not None):
            return row, "left_early"
        left_at_ms = ctx.received_at_ms if command.on else None
        return row.model_copy(update={"left_at_ms": left_at_ms}), "left_early" if command.on else "returned"

    return MeetingRowResult(row=await set_row(ctx, found, found.member, alter))


async def answer_dispute(command: MeetingAnswerDispute, ctx: Context) -> MeetingRowResult:
    """Say where one is. `here` and `remote` wait for the desk; `not_here` takes the check-in back, without any further mark.

    Raises:
        Refused: UNKNOWN_TOPIC, NOT_ON_ROLL, WRONG_STAGE.
    """
    found = await _on_roll(ctx, command.meeting)
    check_stage(found.meeting, DISPUTED_AFTER)

    def alter(row: MeetingRow) -> tuple[MeetingRow, RowCause]:
        if not row.disputed:
            raise Refused(WRONG_STAGE)
        if command.answer != "not_here":
            remote = row.remote or command.answer == "remote"
            return row.model_copy(update={"note": ANSWERED[command.answer], "remote": remote}), "disputed"
        status = "expected" if found.meeting.stage in LIVE else "absent"
        blank = {"status": status, "method": None, "at_ms": None, "late_ms": 0, "disputed": False, "note": ""}
        return row.model_copy(update=blank), "not_here"

    return MeetingRowResult(row=await set_row(ctx, found, found.member, alter))


async def answer_spot(command: MeetingAnswerSpot, ctx: Context) -> Done:
    """Answer a spot check within its time; twice is the same as once.

    Raises:
        Refused: UNKNOWN_TOPIC, NOTHING_THERE (not asked, or too late).
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    spot = sheet.spots.get(command.spot)
    if spot is None or found.member not in spot.members:
        raise Refused(NOTHING_THERE)
    if found.member in spot.answered:
        return Done()
    if ctx.received_at_ms >= spot.until_ms:
        raise Refused(NOTHING_THERE)
    entry = sheet_entry(found.held, MeetingSpotAnswered, spot=spot.id, member=found.member)
    await ctx.append(entry)
    await ctx.append(tell(found.held, found.member, "spot_answered", kept=False))
    return Done()
