"""The roll-call: called name by name or all at once; its state is on the server, and a baton says who runs it.

Answers are plain entries of the sheet: thousands may answer at the same time, and whoever takes over finds all of them. A `here`
of somebody expected is evidence of presence: it checks them in by method `rollcall`. Imported by call.rows.
"""

from channels.branch.contract import PersonCards
from channels.core.context import Context
from channels.meeting.call.order import following, names_in_order
from channels.meeting.committing import Step, change, sheet_entry
from channels.meeting.contract import sheet_topic
from channels.meeting.entry.windows import late_ms, newest_round
from channels.meeting.errors import BATON_TAKEN, NOT_ON_ROLL, NOTHING_THERE, PERSON_NOT_HERE, WRONG_STAGE
from channels.meeting.presence import told
from channels.meeting.protocol.call import (
    MeetingAnswerCall,
    MeetingBatonResult,
    MeetingCall,
    MeetingEndRollCall,
    MeetingRecordAnswer,
    MeetingStartRollCall,
    MeetingTakeBaton,
)
from channels.meeting.protocol.events import (
    MeetingBatonTaken,
    MeetingCalled,
    MeetingChange,
    MeetingRollCallEnded,
    MeetingRollCallStarted,
)
from channels.meeting.protocol.sheet import Answer, MeetingAnswer, MeetingCollecting, MeetingRollAnswered
from channels.meeting.protocol.values import Meeting, MeetingBaton, MeetingRollCall
from channels.meeting.reading import Held
from channels.meeting.rights import running, scene
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import LIVE, check_stage
from channels.meeting.telling import tell
from channels.protocol.base import Done
from channels.protocol.errors import Refused
from storage.log import Append


async def _lost(ctx: Context, state: Meeting) -> Refused:
    """The refusal that names who runs the roll-call now."""
    people = await ctx.ask(PersonCards((state.baton.owner,)))
    names = [person.name for person in people.values()]
    return Refused(BATON_TAKEN, name=names[0] if names else "")


async def _check_baton(ctx: Context, held: Held, version: int) -> None:
    baton = held.state.baton
    if baton.version != version or baton.owner != ctx.actor.member:
        raise await _lost(ctx, held.state)


async def take_baton(command: MeetingTakeBaton, ctx: Context) -> MeetingBatonResult:
    """Take over from whoever holds the baton at the version seen; of two who try, one wins.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, BATON_TAKEN.
    """
    found = await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        baton = held.state.baton
        if baton.owner == found.member and baton.version in (command.version, command.version + 1):
            return None
        if baton.version != command.version:
            raise await _lost(ctx, held.state)
        taken = MeetingBaton(owner=found.member, version=baton.version + 1)
        return Step(MeetingBatonTaken, MeetingChange(baton=taken))

    held = await change(ctx, command.meeting, decide)
    return MeetingBatonResult(baton=held.state.baton)


async def start(command: MeetingStartRollCall, ctx: Context) -> Done:
    """Begin a roll-call; one that runs ends by it.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, BATON_TAKEN.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        await _check_baton(ctx, held, command.baton)
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        before = held.state.roll_call
        call = MeetingRollCall(
            id=ctx.reader.ids.uuid7(),
            order=before.order + 1 if before is not None else 1,
            mode=command.mode,
            sequence=command.sequence,
            started_at_ms=ctx.received_at_ms,
            total=sheet.numbers["expected"],
        )
        collecting = sheet_entry(held, MeetingCollecting, roll_call=call.id, motion=sheet.motion)
        return Step(MeetingRollCallStarted, MeetingChange(roll_call=call), appends=(collecting,))

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


def open_call(state: Meeting) -> MeetingRollCall:
    """The roll-call that runs.

    Raises:
        Refused: WRONG_STAGE.
    """
    call = state.roll_call
    if state.stage not in LIVE or call is None or call.ended_at_ms is not None:
        raise Refused(WRONG_STAGE)
    return call


async def call(command: MeetingCall, ctx: Context) -> Done:
    """Call a name: the next one, a given one, or the first of those who did not answer.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, BATON_TAKEN, PERSON_NOT_HERE; NOTHING_THERE when nobody is left to call.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        running_call = open_call(held.state)
        await _check_baton(ctx, held, command.baton)
        if running_call.mode != "one":
            raise Refused(WRONG_STAGE)
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        names = names_in_order(running_call, sheet.rows.values())
        second = running_call.second
        name: str | None = command.who
        if command.who in ("next", "again"):
            name, second = following(running_call, names, sheet.answers, again=command.who == "again")
        if name is None:
            raise Refused(NOTHING_THERE)
        if name not in names:
            raise Refused(PERSON_NOT_HERE)
        called = running_call.model_copy(
            update={
                "called": name,
                "called_at_ms": ctx.received_at_ms,
                "cursor": running_call.cursor + 1,
                "second": second,
            }
        )
        return Step(MeetingCalled, MeetingChange(roll_call=called))

    await change(ctx, command.meeting, decide)
    return Done()


async def answer(command: MeetingAnswerCall, ctx: Context) -> Done:
    """到: the caller answers; again is the same as once.

    Raises:
        Refused: UNKNOWN_TOPIC, WRONG_STAGE (no roll-call runs, or the caller's name was not called), NOT_ON_ROLL.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    running_call = open_call(found.meeting)
    if running_call.id != command.roll_call:
        raise Refused(WRONG_STAGE)
    if running_call.mode == "one" and running_call.called != found.member:
        raise Refused(WRONG_STAGE)
    await _enter(ctx, found.held, running_call, found.member, "here", by=None)
    return Done()


async def record(command: MeetingRecordAnswer, ctx: Context) -> Done:
    """Whoever runs the roll-call taps what was answered in the hall; the last answer counts.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, BATON_TAKEN, NOT_ON_ROLL.
    """
    found = await running(ctx, command.meeting)
    running_call = open_call(found.meeting)
    await _check_baton(ctx, found.held, command.baton)
    await _enter(ctx, found.held, running_call, command.member, command.answer, by=found.member)
    return Done()


async def end(command: MeetingEndRollCall, ctx: Context) -> Done:
    """End the roll-call.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, BATON_TAKEN.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        if held.state.roll_call is not None and held.state.roll_call.ended_at_ms is not None:
            return None
        running_call = open_call(held.state)
        await _check_baton(ctx, held, command.baton)
        ended = running_call.model_copy(update={"ended_at_ms": ctx.received_at_ms, "called": None})
        return Step(MeetingRollCallEnded, MeetingChange(roll_call=ended))

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


async def _enter(  # noqa: PLR0913 - the parts of one answer
    ctx: Context, held: Held, running_call: MeetingRollCall, member: str, said: Answer, *, by: str | None
) -> None:
    sheet = await sheet_of_meeting(ctx.reader, held.state.id)
    row = sheet.rows.get(member)
    if row is None or row.status in ("excluded", "observer"):
        raise Refused(NOT_ON_ROLL)
    answered = MeetingAnswer(member=member, answer=said, at_ms=ctx.received_at_ms, by=by)
    known = sheet.answers.get(member)
    if known is None or known.answer != said:
        await ctx.append(_answer_entry(held, running_call, answered, own=by is None))
    if said == "here" and row.status in ("expected", "leave", "official"):
        await ctx.append(_presence(held, running_call, member, ctx.received_at_ms))
        await ctx.append(tell(held, member, "checked_in", kept=False))
    await told(ctx, held, last=member)


def _answer_entry(held: Held, running_call: MeetingRollCall, answered: MeetingAnswer, *, own: bool) -> Append:
    entry = sheet_entry(held, MeetingRollAnswered, roll_call=running_call.id, answer=answered)
    if not own:
        return entry
    return Append(entry.topic, entry.type, entry.body, sender=answered.member, cid=f"here:{running_call.id}")


def _presence(held: Held, running_call: MeetingRollCall, member: str, at_ms: int) -> Append:
    """The check-in that a `here` is; late by the newest window."""
    round_ = newest_round(held.state)
    body = {
        "member": member,
        "round": round_.id if round_ is not None else running_call.id,
        "method": "rollcall",
        "received_at_ms": at_ms,
        "late_ms": late_ms(round_, at_ms) if round_ is not None else 0,
        "remote": False,
    }
    topic = sheet_topic(held.state.id)
    return Append(topic, "meeting.checked_in", body, sender=member, cid=f"rollcall:{running_call.id}")
