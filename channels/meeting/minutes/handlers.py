"""Minutes: written by the recorder, checked by who spoke, approved by somebody else, read by everybody (domain.md 2.7).

Imported by minutes.rows.
"""

from typing import Any

from channels.core.context import Context
from channels.meeting.committing import Step, change, sheet_entry
from channels.meeting.errors import NOT_ON_ROLL, NOTHING_THERE, ROLES_CLASH
from channels.meeting.minutes.errors import MINUTES_CHANGED, MINUTES_MISSING, NOT_APPROVED, RETURN_REASON
from channels.meeting.minutes.prefill import missing_parts
from channels.meeting.minutes.store import MINUTES, minutes_of
from channels.meeting.protocol.events import (
    MeetingChange,
    MeetingMinutesApproved,
    MeetingMinutesDrafted,
    MeetingMinutesReturned,
    MeetingMinutesSubmitted,
)
from channels.meeting.protocol.minutes import (
    MeetingAcknowledge,
    MeetingCheckStatement,
    MeetingMinutes,
    MeetingMinutesResult,
    MeetingReviewMinutes,
    MeetingStatements,
    MeetingStatementsResult,
    MeetingSubmitMinutes,
    MeetingWriteMinutes,
    MinutesSection,
    MinutesStatement,
)
from channels.meeting.protocol.sheet import MeetingRowSet
from channels.meeting.protocol.values import MeetingMinutesMark
from channels.meeting.reading import Held
from channels.meeting.rights import Scene, scene
from channels.meeting.sheet import PRESENT
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import check_stage
from channels.meeting.telling import tell, tell_all
from channels.protocol.base import Done
from channels.protocol.errors import FORBIDDEN, Refused
from storage.errors import Duplicate, GuardFailed
from storage.log import Update, Write

WRITABLE = frozenset({"closed", "minutes_draft", "returned"})


async def read(command: MeetingMinutes, ctx: Context) -> MeetingMinutesResult:
    """The minutes: for the desk at any time after closing, for everybody once approved.

    Raises:
        Refused: UNKNOWN_TOPIC, WRONG_STAGE (not closed), NOT_APPROVED.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    check_readable(found)
    return MeetingMinutesResult(minutes=await minutes_of(ctx.reader, found.held))


def check_readable(found: Scene) -> None:
    """Who may read minutes at this point.

    Raises:
        Refused: WRONG_STAGE, NOT_APPROVED.
    """
    check_stage(found.meeting, WRITABLE | {"minutes_review", "approved"})
    if not found.is_.desk and found.meeting.stage != "approved":
        raise Refused(NOT_APPROVED)


async def _recording(ctx: Context, meeting: str) -> Scene:
    found = await scene(ctx.reader, ctx.actor, meeting)
    if not found.is_.records:
        raise Refused(FORBIDDEN)
    return found


async def write(command: MeetingWriteMinutes, ctx: Context) -> MeetingMinutesResult:
    """Write a version over the one that was read.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, MINUTES_CHANGED.
    """
    found = await _recording(ctx, command.meeting)
    version = command.version + 1
    content = _content(command, found.member, version)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, WRITABLE)
        mark = MeetingMinutesMark(version=version, by=found.member)
        return Step(
            MeetingMinutesDrafted, MeetingChange(stage="minutes_draft", minutes=mark), writes=(content,)
        )

    try:
        held = await change(ctx, command.meeting, decide)
    except (GuardFailed, Duplicate):
        raise Refused(MINUTES_CHANGED) from None
    return MeetingMinutesResult(minutes=await minutes_of(ctx.reader, held))


def _content(command: MeetingWriteMinutes, by: str, version: int) -> Write:
    fields: dict[str, Any] = {
        "version": version,
        "by": by,
        "sections": [section.model_dump() for section in command.sections],
        "open_matters": command.open_matters,
    }
    guard = {"_id": command.meeting, "version": command.version}
    return Update(MINUTES, guard, {"$set": fields}, upsert=command.version == 0)


async def submit(command: MeetingSubmitMinutes, ctx: Context) -> Done:
    """Hand the minutes to a second person.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, MINUTES_MISSING with what is missing.
    """
    found = await _recording(ctx, command.meeting)
    minutes = await minutes_of(ctx.reader, found.held)

    def decide(held: Held) -> Step | None:
        if held.state.stage == "minutes_review":
            return None
        check_stage(held.state, frozenset({"minutes_draft"}))
        missing = missing_parts(held.state, minutes.sections)
        if missing:
            raise Refused(MINUTES_MISSING, parts="、".join(f"{part.zh} {part.en}" for part in missing))
        news = tell(held, held.state.officers.chair, "minutes_review")
        return Step(MeetingMinutesSubmitted, MeetingChange(stage="minutes_review"), appends=(news,))

    await change(ctx, command.meeting, decide)
    return Done()


async def review(command: MeetingReviewMinutes, ctx: Context) -> Done:
    """Approve, or return with a reason; never by whoever wrote them.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, ROLES_CLASH, RETURN_REASON, WRONG_STAGE.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    if not found.is_.runs and not found.is_.records:
        raise Refused(FORBIDDEN)
    mark = found.meeting.minutes
    if found.is_.records or (mark is not None and mark.by == found.member):
        raise Refused(ROLES_CLASH)
    reason = command.reason.strip()
    if not command.approve and not reason:
        raise Refused(RETURN_REASON)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    away = [row.member for row in sheet.rows.values() if row.status in ("absent", "leave", "official")]

    def decide(held: Held) -> Step | None:
        if held.state.stage == "approved" and command.approve:
            return None
        check_stage(held.state, frozenset({"minutes_review"}))
        before = held.state.minutes or MeetingMinutesMark(version=0, by=held.state.officers.recorder)
        said = {"reviewer": found.member, "reason": reason}
        if not command.approve:
            returned = before.model_copy(update=said)
            news = tell(held, held.state.officers.recorder, "minutes_returned", reason=reason)
            fields = MeetingChange(stage="returned", minutes=returned)
            return Step(MeetingMinutesReturned, fields, appends=(news,))
        approved = before.model_copy(update=said | {"approved_at_ms": ctx.received_at_ms})
        facts = (tell_all(held, "minutes"), *((tell_all(held, "read_minutes", away),) if away else ()))
        return Step(MeetingMinutesApproved, MeetingChange(stage="approved", minutes=approved), facts=facts)

    await change(ctx, command.meeting, decide)
    return Done()


# -- statements ----------------------------------------------------------------------------------------------------------


async def statements(command: MeetingStatements, ctx: Context) -> MeetingStatementsResult:
    """The caller's own quoted statements.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    stored = await ctx.mongo[MINUTES].by_id(command.meeting)
    sections = (
        [MinutesSection.model_validate(one) for one in stored["sections"]] if stored is not None else []
    )
    mine = [one for section in sections for one in section.statements if one.speaker == found.member]
    return MeetingStatementsResult(statements=mine)


async def check_statement(command: MeetingCheckStatement, ctx: Context) -> Done:
    """Agree to what is quoted, or ask for other words; until the minutes are approved.

    Raises:
        Refused: UNKNOWN_TOPIC, NOTHING_THERE (not one's own statement), WRONG_STAGE, MINUTES_CHANGED.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    stored = await ctx.mongo[MINUTES].by_id(command.meeting)
    if stored is None:
        raise Refused(NOTHING_THERE)
    check_stage(found.meeting, WRITABLE | {"minutes_review"})
    sections = [MinutesSection.model_validate(one) for one in stored["sections"]]
    after = [_checked(section, command, found.member) for section in sections]
    if after == sections:
        raise Refused(NOTHING_THERE)
    guard = {"_id": command.meeting, "version": stored["version"]}
    fields = {"sections": [section.model_dump() for section in after], "version": stored["version"] + 1}
    news = tell(found.held, found.meeting.officers.recorder, "statement_checked")
    try:
        await ctx.commit((news,), (Update(MINUTES, guard, {"$set": fields}),))
    except GuardFailed:
        raise Refused(MINUTES_CHANGED) from None
    return Done()


def _checked(section: MinutesSection, command: MeetingCheckStatement, member: str) -> MinutesSection:
    def one(statement: MinutesStatement) -> MinutesStatement:
        if statement.id != command.statement or statement.speaker != member:
            return statement
        checked = "agreed" if command.agree else "change_asked"
        return statement.model_copy(update={"checked": checked, "wish": command.wish.strip()})

    return section.model_copy(update={"statements": [one(statement) for statement in section.statements]})


async def acknowledge(command: MeetingAcknowledge, ctx: Context) -> Done:
    """已阅知: somebody who was away has read what was decided; how they were counted stays.

    Raises:
        Refused: UNKNOWN_TOPIC, NOT_APPROVED, NOT_ON_ROLL.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    if found.meeting.stage != "approved":
        raise Refused(NOT_APPROVED)
    row = (await sheet_of_meeting(ctx.reader, command.meeting)).rows.get(found.member)
    if row is None or row.status in PRESENT or row.status in ("excluded", "observer"):
        raise Refused(NOT_ON_ROLL)
    if row.made_up:
        return Done()
    changed = row.model_copy(update={"made_up": True})
    entry = sheet_entry(found.held, MeetingRowSet, row=changed, cause="made_up", by=found.member)
    await ctx.commit((entry, tell(found.held, found.member, "acknowledged", kept=False)))
    return Done()
