"""Leave: asked for, decided by somebody else, withdrawn; the note is sealed and erased after 90 days (domain.md 2.6, 1.21).

meeting_leaves   {_id: meeting|member, meeting, member, note (sealed), erase_at}   (TTL)

The request itself, with its category, stands on the sheet. Imported by leave.rows.
"""

from channels.branch.contract import PersonCards, PlaceOf
from channels.core.context import Context
from channels.meeting.committing import sheet_entry
from channels.meeting.errors import NOT_ON_ROLL, NOTHING_THERE, PLAN_WRONG, ROLES_CLASH
from channels.meeting.leave.errors import LEAVE_TOO_LATE, REASON_NEEDED_HERE
from channels.meeting.presence import told
from channels.meeting.protocol.leave import (
    MeetingAskLeave,
    MeetingDecideLeave,
    MeetingLeaveNote,
    MeetingReadLeave,
    MeetingWithdrawLeave,
)
from channels.meeting.protocol.sheet import MeetingLeaveLine, MeetingLeaveSet, MeetingRowSet, RowCause
from channels.meeting.protocol.values import Meeting
from channels.meeting.rights import APPROVE_LEAVE, Scene, scene
from channels.meeting.seating import OFFICIAL, audience, seats_of
from channels.meeting.sheet import Sheet
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.telling import tell
from channels.protocol.base import Done
from channels.protocol.errors import FORBIDDEN, Refused
from storage.clock import utc
from storage.log import Append, Update, Write
from storage.rotation import SealedField

LEAVES = "meeting_leaves"
FIELD = "meeting_leaves.note"
SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(LEAVES, "note"),)
"""For key rotation."""

DAY_MS = 86_400_000
NOTE_DAYS = 90
HOUR_MS = 3_600_000
BEFORE = frozenset({"announced", "lobby"})
AFTER = frozenset({"closed", "minutes_draft", "minutes_review", "returned"})


def check_time(state: Meeting, now_ms: int) -> None:
    """Leave is asked for until the opening, and afterwards as long as the template lets.

    Raises:
        Refused: LEAVE_TOO_LATE.
    """
    if state.stage in BEFORE:
        return
    hours = state.rules.leave.late_hours
    closed_at_ms = state.closed_at_ms
    if state.stage in AFTER and closed_at_ms is not None and now_ms < closed_at_ms + hours * HOUR_MS:
        return
    raise Refused(LEAVE_TOO_LATE)


async def ask(command: MeetingAskLeave, ctx: Context) -> Done:
    """Ask for leave; asking again replaces a request nobody decided yet.

    Raises:
        Refused: UNKNOWN_TOPIC, LEAVE_TOO_LATE, NOT_ON_ROLL, PLAN_WRONG (unknown category).
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    check_time(found.meeting, ctx.received_at_ms)
    if command.category not in found.meeting.rules.leave.categories:
        raise Refused(PLAN_WRONG, field="category")
    people = await audience(ctx.reader, found.held.org, found.meeting)
    seats = seats_of(found.meeting.rules.body, found.meeting.unit, people.people.values())
    if all(person.member != found.member for person in seats):
        raise Refused(NOT_ON_ROLL)
    note = command.note.strip()
    line = MeetingLeaveLine(
        member=found.member,
        category=command.category,
        state="asked",
        asked_at_ms=ctx.received_at_ms,
        has_note=bool(note),
    )
    await ctx.commit((_leave_set(found, line), *_own_sign(found)), (_note(found, note, ctx),))
    return Done()


def _leave_set(found: Scene, line: MeetingLeaveLine) -> Append:
    return sheet_entry(found.held, MeetingLeaveSet, leave=line, by=found.member)


def _own_sign(found: Scene) -> tuple[Append, ...]:
    return (tell(found.held, found.member, "leave", kept=False),)


def _note(found: Scene, note: str, ctx: Context) -> Write:
    key = f"{found.meeting.id}|{found.member}"
    sealed = ctx.reader.cipher.encrypt(note, field=FIELD, record=key)
    fields = {
        "meeting": found.meeting.id,
        "member": found.member,
        "note": sealed,
        "erase_at": utc(ctx.received_at_ms + NOTE_DAYS * DAY_MS),
    }
    return Update(LEAVES, {"_id": key}, {"$set": fields}, upsert=True)


async def withdraw(command: MeetingWithdrawLeave, ctx: Context) -> Done:
    """Take one's request or leave back; until the opening.

    Raises:
        Refused: UNKNOWN_TOPIC, NOTHING_THERE, LEAVE_TOO_LATE.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    line = _line(sheet, found.member)
    if line.state == "withdrawn":
        return Done()
    if found.meeting.stage not in BEFORE:
        raise Refused(LEAVE_TOO_LATE)
    await ctx.commit((_leave_set(found, line.model_copy(update={"state": "withdrawn"})), *_own_sign(found)))
    return Done()


def _line(sheet: Sheet, member: str) -> MeetingLeaveLine:
    line = sheet.leaves.get(member)
    if line is None:
        raise Refused(NOTHING_THERE)
    return line


async def approving(ctx: Context, meeting: str, member: str) -> Scene:
    """The meeting, for somebody who may decide on this member's leave: not their own.

    Raises:
        Refused: UNKNOWN_TOPIC, ROLES_CLASH, FORBIDDEN.
    """
    found = await scene(ctx.reader, ctx.actor, meeting)
    if member == found.member:
        raise Refused(ROLES_CLASH)
    if ctx.actor.can(APPROVE_LEAVE, found.place):
        return found
    cards = await ctx.ask(PersonCards((member,)))
    for person in cards.values():
        for group in person.groups:
            place = await ctx.ask(PlaceOf(group))
            if place is not None and ctx.actor.can(APPROVE_LEAVE, place):
                return found
    raise Refused(FORBIDDEN)


async def decide(command: MeetingDecideLeave, ctx: Context) -> Done:
    """Approve or refuse a request; the member is told, and the row follows when the roll is frozen.

    Raises:
        Refused: UNKNOWN_TOPIC, ROLES_CLASH, FORBIDDEN, NOTHING_THERE, LEAVE_TOO_LATE (minutes approved), DECISION_REASON_NEEDED.
    """
    found = await approving(ctx, command.meeting, command.member)
    reason = command.reason.strip()
    if not command.approve and not reason:
        raise Refused(REASON_NEEDED_HERE)
    if found.meeting.stage in ("approved", "cancelled"):
        raise Refused(LEAVE_TOO_LATE)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    line = _line(sheet, command.member)
    if line.state == "withdrawn":
        raise Refused(NOTHING_THERE)
    said = {
        "state": "approved" if command.approve else "refused",
        "decided_by": found.member,
        "reason": reason,
    }
    decided = line.model_copy(update=said)
    if decided == line:
        return Done()
    what = "leave_approved" if command.approve else "leave_refused"
    news = tell(found.held, command.member, what, reason=reason)
    await ctx.commit((_leave_set(found, decided), *_row_after(found, sheet, decided), news))
    await told(ctx, found.held)
    return Done()


def _row_after(found: Scene, sheet: Sheet, line: MeetingLeaveLine) -> tuple[Append, ...]:
    """The row of somebody whose leave was decided after the roll was frozen; presence is never taken away by it."""
    row = sheet.rows.get(line.member)
    if row is None or row.status not in ("expected", "absent", "leave", "official"):
        return ()
    away = "official" if line.category == OFFICIAL else "leave"
    back = "absent" if sheet.closed else "expected"
    status = away if line.state == "approved" else back
    if status == row.status:
        return ()
    cause: RowCause = (
        "official" if status == "official" else "leave" if status == "leave" else "leave_withdrawn"
    )
    changed = row.model_copy(update={"status": status})
    return (
        sheet_entry(found.held, MeetingRowSet, row=changed, cause=cause, by=found.member, reason=line.reason),
    )


async def read(command: MeetingReadLeave, ctx: Context) -> MeetingLeaveNote:
    """Read the note of a request, as whoever may decide on it; the member sees that it was read.

    Raises:
        Refused: UNKNOWN_TOPIC, ROLES_CLASH, FORBIDDEN, NOTHING_THERE.
    """
    found = await approving(ctx, command.meeting, command.member)
    line = _line(await sheet_of_meeting(ctx.reader, command.meeting), command.member)
    key = f"{command.meeting}|{command.member}"
    stored = await ctx.mongo[LEAVES].by_id(key)
    note = ""
    if stored is not None:
        note = ctx.reader.cipher.decrypt(bytes(stored["note"]), field=FIELD, record=key)
    await ctx.append(tell(found.held, command.member, "leave_read"))
    return MeetingLeaveNote(leave=line, note=note)
