"""A signed paper sheet at the desk: looked at first, which changes nothing, then marked. Imported by entry.rows and server."""

from collections.abc import Sequence
from typing import Any

from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.meeting.entry.desk import MARKED_AFTER, marked_status, row_entry, row_of
from channels.meeting.entry.errors import PAPER_HEADER
from channels.meeting.entry.paper import Hours, PaperCell, PaperLine, Seat, header_of, read_paper
from channels.meeting.minutes.store import surroundings
from channels.meeting.presence import told
from channels.meeting.protocol.entry import MeetingMarkPaper, MeetingMarkPaperResult, PaperMark
from channels.meeting.protocol.sheet import MeetingRow
from channels.meeting.protocol.values import Meeting
from channels.meeting.rights import at_desk, scene
from channels.meeting.sheet import PRESENT
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import check_stage
from channels.meeting.telling import tell
from channels.protocol.errors import BAD_FIELD, FORBIDDEN, Refused

Table = Sequence[Sequence[PaperCell]]


async def check_paper(reader: Reader, actor: Actor, meeting: str) -> None:
    """See to it that the caller may read a paper of this meeting, before the file is.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE.
    """
    found = await scene(reader, actor, meeting)
    if not found.is_.desk:
        raise Refused(FORBIDDEN)
    check_stage(found.meeting, MARKED_AFTER)


async def look_at_paper(
    reader: Reader, actor: Actor, meeting: str, tables: Sequence[Table], now_ms: int
) -> list[PaperLine]:
    """What a paper sheet would do; nothing is changed and nothing is kept.

    Args:
        reader: Stores.
        actor: The caller.
        meeting: Which.
        tables: Sheets of the file; the first with a header counts.
        now_ms: Server time: nothing written may be later.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, PAPER_HEADER.
    """
    await check_paper(reader, actor, meeting)
    found = await scene(reader, actor, meeting)
    sheet = await sheet_of_meeting(reader, meeting)
    around = await surroundings(reader, found.held, sheet)
    seats = [Seat(around.names.get(member, ""), row) for member, row in sheet.rows.items()]
    table = next((one for one in tables if header_of(one) is not None), ())
    lines = read_paper(table, seats, hours_of(found.meeting, around.time_zone, now_ms))
    if lines is None:
        raise Refused(PAPER_HEADER)
    return lines


def hours_of(meeting: Meeting, zone: str, now_ms: int) -> Hours:
    """When somebody can have signed; late is who came after the first round's time, or after the opening without one."""
    opened_at_ms = meeting.opened_at_ms or meeting.starts_at_ms
    late_from_ms = meeting.rounds[0].late_from_ms if meeting.rounds else opened_at_ms
    return Hours(zone, opened_at_ms, late_from_ms, meeting.closed_at_ms or now_ms)


async def mark_paper(command: MeetingMarkPaper, ctx: Context) -> MeetingMarkPaperResult:
    """Mark everybody who signed, in one unit; each is told, as with any mark of the desk.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, PERSON_NOT_HERE, BAD_FIELD (a time to come, or somebody twice).
    """
    found = await at_desk(ctx, command.meeting)
    check_stage(found.meeting, MARKED_AFTER)
    members = [mark.member for mark in command.marks]
    if len(set(members)) != len(members) or any((m.at_ms or 0) > ctx.received_at_ms for m in command.marks):
        raise Refused(BAD_FIELD, field="marks")
    reason = command.reason.strip()
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    appends, marked, left = [], [], []
    for mark in command.marks:
        row = row_of(sheet, mark.member)
        status = marked_status(row, mark.status)
        if row.status in PRESENT or row.disputed:
            left.append(mark.member)
            continue
        marked.append(mark.member)
        signed = _signed(row, mark, ctx.received_at_ms).model_copy(update={"status": status, "note": reason})
        appends += [
            row_entry(found, signed, "paper", reason),
            tell(found.held, mark.member, "marked", kept=True),
        ]
    if appends:
        await ctx.commit(appends)
        await told(ctx, found.held)
    return MeetingMarkPaperResult(marked=marked, left=left)


def _signed(row: MeetingRow, mark: PaperMark, now_ms: int) -> MeetingRow:
    fields: dict[str, Any] = {
        "method": "paper",
        "at_ms": mark.at_ms or row.at_ms or now_ms,
        "late_ms": mark.late_ms if mark.status == "late" else 0,
        "left_at_ms": None,
    }
    return row.model_copy(update=fields)
