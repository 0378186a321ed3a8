"""After presence changed: numbers for everybody, and quorum marks exactly once.

Every handler that appended to a sheet calls `told` with its context; the newest numbers of a moment go out live, marks are
committed under the guard of the meeting's revision. Imported by channels.meeting.
"""

from channels.core.context import Context
from channels.meeting.committing import Step, change
from channels.meeting.protocol.events import MeetingChange, MeetingCounted, MeetingQuorumReached
from channels.meeting.quorum import due_marks
from channels.meeting.reading import Held, find
from channels.meeting.sheet import Sheet
from channels.meeting.sheets import sheet_of_meeting


async def told(ctx: Context, held: Held, *, last: str | None = None) -> Sheet:
    """Tell the numbers as they are now, and set the marks that are due.

    Args:
        ctx: Of the command that changed presence.
        held: The meeting as the command saw it.
        last: While names are called one by one: who answered.

    Returns:
        The sheet with everything that was committed before the call.
    """
    sheet = await sheet_of_meeting(ctx.reader, held.state.id)
    counts = sheet.counts()
    ctx.publish_live(MeetingCounted(topic=held.topic, counts=counts, last=last))
    if not due_marks(held.state, counts, ctx.received_at_ms):
        return sheet  # the marks that stood when the command began still stand
    current = await find(ctx.reader, held.state.id) or held
    if not due_marks(current.state, counts, ctx.received_at_ms):
        return sheet

    async def decide(now: Held) -> Step | None:
        marks = due_marks(now.state, counts, ctx.received_at_ms)
        if not marks:
            return None
        return Step(MeetingQuorumReached, MeetingChange(quorum_set=marks))

    await change(ctx, held.state.id, decide)
    return sheet
