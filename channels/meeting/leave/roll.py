"""Exclusion from the expected, by a decision that is named; corrections of rows after closing. Imported by leave.rows.

meeting_exclusions    see channels.meeting.seating
meeting_corrections   {_id: meeting|member, meeting, member, text (sealed), state, asked_at_ms, decided_by?, reason}
"""

from typing import Any

from channels.core.context import Context
from channels.meeting.committing import Step, change, sheet_entry
from channels.meeting.errors import (
    NOT_ON_ROLL,
    NOTHING_THERE,
    PERSON_NOT_HERE,
    PLAN_WRONG,
    ROLES_CLASH,
    WRONG_STAGE,
)
from channels.meeting.leave.errors import CORRECTION_TOO_LATE
from channels.meeting.presence import told
from channels.meeting.protocol.events import MeetingChange, MeetingRollCorrected
from channels.meeting.protocol.leave import (
    MeetingAskCorrection,
    MeetingCorrection,
    MeetingCorrections,
    MeetingCorrectionsResult,
    MeetingDecideCorrection,
    MeetingExclude,
    MeetingRollResult,
)
from channels.meeting.protocol.sheet import MeetingRow, MeetingRowSet
from channels.meeting.reading import Held
from channels.meeting.rights import at_desk, running, scene
from channels.meeting.seating import EXCLUSIONS, audience, roll_of
from channels.meeting.sheet import PRESENT
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.telling import tell
from channels.protocol.base import Done
from channels.protocol.errors import Refused
from storage.log import Delete, Update, Write
from storage.rotation import SealedField

CORRECTIONS = "meeting_corrections"
FIELD = "meeting_corrections.text"
SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(CORRECTIONS, "text"),)
"""For key rotation."""

CORRECTION_H = 72
HOUR_MS = 3_600_000
CORRECTIONS_MAX = 5_000
OPEN_FOR_CORRECTION = frozenset({"closed", "minutes_draft", "minutes_review", "returned"})


async def exclude(command: MeetingExclude, ctx: Context) -> MeetingRollResult:
    """Leave somebody out of the expected, or put them back; after the freezing this is a correction that everybody sees.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, PERSON_NOT_HERE, WRONG_STAGE, PLAN_WRONG (the decision is not named).
    """
    found = await running(ctx, command.meeting)
    if command.on and not (command.approved_by.strip() and command.resolution.strip()):
        raise Refused(PLAN_WRONG, field="resolution")
    if found.meeting.stage in ("approved", "cancelled"):
        raise Refused(WRONG_STAGE)
    if found.meeting.roll is not None:
        return await _correct_roll(command, ctx)
    people = await audience(ctx.reader, found.held.org, found.meeting)
    if command.member not in people.people:
        raise Refused(PERSON_NOT_HERE)
    await ctx.commit((), (_kept(command, ctx),))
    return MeetingRollResult(roll=None)


def _kept(command: MeetingExclude, ctx: Context) -> Write:
    key = f"{command.meeting}|{command.member}"
    if not command.on:
        return Delete(EXCLUSIONS, {"_id": key}, must_match=False)
    fields: dict[str, Any] = {
        "meeting": command.meeting,
        "member": command.member,
        "reason_class": command.reason_class,
        "approved_by": command.approved_by.strip(),
        "resolution": command.resolution.strip(),
        "by": ctx.actor.member,
        "at_ms": ctx.received_at_ms,
    }
    return Update(EXCLUSIONS, {"_id": key}, {"$set": fields}, upsert=True)


async def _correct_roll(command: MeetingExclude, ctx: Context) -> MeetingRollResult:
    async def decide(held: Held) -> Step | None:
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        row = sheet.rows.get(command.member)
        if row is None or held.state.roll is None:
            raise Refused(PERSON_NOT_HERE)
        if (row.status == "excluded") == command.on:
            return None
        changed = _excluded(row) if command.on else _included(row, closed=sheet.closed)
        rows = [changed if one.member == command.member else one for one in sheet.rows.values()]
        roll = roll_of(rows, held.state.roll.version + 1, held.state.roll.frozen_at_ms)
        set_ = sheet_entry(
            held,
            MeetingRowSet,
            row=changed,
            cause="excluded" if command.on else "included",
            by=str(ctx.actor.member),
        )
        news = tell(held, command.member, "excluded" if command.on else "included")
        return Step(
            MeetingRollCorrected,
            MeetingChange(roll=roll),
            appends=(set_, news),
            writes=(_kept(command, ctx),),
        )

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return MeetingRollResult(roll=held.state.roll)


def _excluded(row: MeetingRow) -> MeetingRow:
    return MeetingRow(member=row.member, group=row.group, votes=row.votes, status="excluded", order=row.order)


def _included(row: MeetingRow, *, closed: bool) -> MeetingRow:
    return row.model_copy(update={"status": "absent" if closed else "expected"})


# -- corrections ---------------------------------------------------------------------------------------------------------


async def ask_correction(command: MeetingAskCorrection, ctx: Context) -> Done:
    """Ask for a correction of one's row within 72 hours; asking again replaces what was written.

    Raises:
        Refused: UNKNOWN_TOPIC, CORRECTION_TOO_LATE, NOT_ON_ROLL, WRONG_STAGE.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    closed_at_ms = found.meeting.closed_at_ms
    if closed_at_ms is None:
        raise Refused(WRONG_STAGE)
    late = ctx.received_at_ms >= closed_at_ms + CORRECTION_H * HOUR_MS
    if late or found.meeting.stage not in OPEN_FOR_CORRECTION:
        raise Refused(CORRECTION_TOO_LATE, h=CORRECTION_H)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    row = sheet.rows.get(found.member)
    if row is None or row.status in ("excluded", "observer"):
        raise Refused(NOT_ON_ROLL)
    key = f"{command.meeting}|{found.member}"
    fields = {
        "meeting": command.meeting,
        "member": found.member,
        "text": ctx.reader.cipher.encrypt(command.text.strip(), field=FIELD, record=key),
        "state": "asked",
        "asked_at_ms": ctx.received_at_ms,
    }
    sign = tell(found.held, found.meeting.officers.organizer, "correction_asked")
    await ctx.commit((sign,), (Update(CORRECTIONS, {"_id": key}, {"$set": fields}, upsert=True),))
    return Done()


async def corrections(command: MeetingCorrections, ctx: Context) -> MeetingCorrectionsResult:
    """Requests for correction.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN.
    """
    await at_desk(ctx, command.meeting)
    found = await ctx.mongo[CORRECTIONS].find(
        {"meeting": command.meeting}, sort=(("asked_at_ms", 1),), limit=CORRECTIONS_MAX
    )
    return MeetingCorrectionsResult(
        corrections=[
            MeetingCorrection(
                member=one["member"],
                text=ctx.reader.cipher.decrypt(bytes(one["text"]), field=FIELD, record=one["_id"]),
                state=one["state"],
                asked_at_ms=one["asked_at_ms"],
                decided_by=one.get("decided_by"),
                reason=one.get("reason", ""),
            )
            for one in found
        ]
    )


async def decide_correction(command: MeetingDecideCorrection, ctx: Context) -> Done:
    """Decide a request of somebody else; approving makes the row present, as a correction.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, ROLES_CLASH, NOTHING_THERE, CORRECTION_TOO_LATE (minutes approved).
    """
    found = await running(ctx, command.meeting)
    if command.member == found.member:
        raise Refused(ROLES_CLASH)
    if found.meeting.stage not in OPEN_FOR_CORRECTION:
        raise Refused(CORRECTION_TOO_LATE, h=CORRECTION_H)
    key = f"{command.meeting}|{command.member}"
    asked = await ctx.mongo[CORRECTIONS].by_id(key)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    row = sheet.rows.get(command.member)
    if asked is None or row is None or asked["state"] != "asked":
        raise Refused(NOTHING_THERE)
    reason, state = command.reason.strip(), "approved" if command.approve else "refused"
    decided = Update(
        CORRECTIONS,
        {"_id": key, "state": "asked"},
        {"$set": {"state": state, "decided_by": found.member, "reason": reason}},
    )
    appends = [tell(found.held, command.member, f"correction_{state}", reason=reason)]
    if command.approve and row.status not in PRESENT:
        here = {
            "status": "on_time",
            "method": "organizer",
            "at_ms": found.meeting.opened_at_ms,
            "note": reason,
        }
        changed = row.model_copy(update=here)
        appends.insert(
            0,
            sheet_entry(
                found.held, MeetingRowSet, row=changed, cause="correction", by=found.member, reason=reason
            ),
        )
    await ctx.commit(appends, (decided,))
    await told(ctx, found.held)
    return Done()
