"""What a meeting knows of one person, and the snapshots of its two topics. Imported by channels.meeting."""

from channels.branch.contract import PlaceOf
from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.meeting.protocol.life import MeetingMe, MeetingMeResult, MeetingSnapshot
from channels.meeting.protocol.sheet import MeetingSelf, MeetingSpot
from channels.meeting.reading import SHEET_SUFFIX, find
from channels.meeting.rights import Scene, scene, standing_of
from channels.meeting.sheet import Sheet
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import UNKNOWN_TOPIC, Refused


def meeting_of(ident: str) -> tuple[str, bool]:
    """The meeting of a topic's ident, and whether it is the topic of its sheet."""
    return ident.removesuffix(SHEET_SUFFIX), ident.endswith(SHEET_SUFFIX)


async def may_enter(actor: Actor, ident: str, reader: Reader) -> bool:
    """Whoever sits in a meeting enters its topic; its desk enters the sheet."""
    meeting, is_sheet = meeting_of(ident)
    held = await find(reader, meeting)
    place = await reader.ask(PlaceOf(held.state.unit)) if held is not None else None
    if held is None or place is None:
        return False
    standing = standing_of(actor, held, place)
    return standing.desk if is_sheet else standing.sits


async def snapshot(actor: Actor, ident: str, reader: Reader) -> MeetingSnapshot:
    """The state of a meeting and the caller's own part, or its sheet.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    meeting, is_sheet = meeting_of(ident)
    found = await scene(reader, actor, meeting)
    sheet = await sheet_of_meeting(reader, meeting)
    if is_sheet:
        if not found.is_.desk:
            raise Refused(UNKNOWN_TOPIC)
        return MeetingSnapshot(sheet=sheet.wire())
    counts = sheet.counts() if found.meeting.roll is not None else None
    return MeetingSnapshot(
        meeting=found.meeting, you=self_of(found, sheet, reader.clock.now_ms()), counts=counts
    )


async def me(command: MeetingMe, ctx: Context) -> MeetingMeResult:
    """The caller's part.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    return MeetingMeResult(you=self_of(found, sheet, ctx.received_at_ms))


def self_of(found: Scene, sheet: Sheet, now_ms: int) -> MeetingSelf:
    """What the sheet says about the caller."""
    member = found.member
    row = sheet.rows.get(member)
    return MeetingSelf(
        row=row,
        leave=sheet.leaves.get(member),
        voted=sorted(motion for motion, votes in sheet.votes.items() if member in votes),
        answered=sheet.roll_call if member in sheet.answers else None,
        spot=_open_spot(sheet, member, now_ms),
        desk=found.is_.desk,
        runs=found.is_.runs,
        records=found.is_.records,
        acknowledged=row is not None and row.made_up,
    )


def _open_spot(sheet: Sheet, member: str, now_ms: int) -> MeetingSpot | None:
    waiting = [
        spot
        for spot in sheet.spots.values()
        if member in spot.members and member not in spot.answered and now_ms < spot.until_ms
    ]
    newest = max(waiting, key=lambda spot: spot.id, default=None)
    if newest is None:
        return None
    return newest.model_copy(update={"members": [member], "answered": []})
