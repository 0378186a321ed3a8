"""Motions: proposed, discussed, put to the vote on what is frozen at that moment, counted. Imported by floor.rows."""

from channels.core.context import Context
from channels.meeting.committing import Step, change, sheet_entry
from channels.meeting.errors import NOTHING_THERE, PERSON_NOT_HERE, PLAN_WRONG, ROLES_CLASH, WRONG_STAGE
from channels.meeting.floor.errors import (
    FORM_NOT_ALLOWED,
    ONE_PER_PERSON,
    OPINIONS_FILED,
    VOTE_RUNNING,
)
from channels.meeting.floor.opinions import about, motion_of
from channels.meeting.presence import told
from channels.meeting.protocol.events import (
    MeetingChange,
    MeetingMotionProposed,
    MeetingMotionSet,
    MeetingTaskSet,
    MeetingVoteOpened,
)
from channels.meeting.protocol.floor import (
    MeetingOpenVote,
    MeetingPropose,
    MeetingProposed,
    MeetingSetMotion,
    MeetingSetTask,
    MeetingTaskResult,
)
from channels.meeting.protocol.sheet import MeetingCollecting
from channels.meeting.protocol.values import (
    MOTIONS_MAX,
    TASKS_MAX,
    Meeting,
    MeetingFrozen,
    MeetingMotion,
    MeetingRule,
    MeetingTask,
)
from channels.meeting.quorum import check_quorum, rule_of
from channels.meeting.reading import Held
from channels.meeting.rights import running
from channels.meeting.seating import audience
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import BEFORE_OPENING, LIVE, check_stage
from channels.meeting.telling import tell
from channels.protocol.base import Done
from channels.protocol.errors import Refused
from storage.log import Append

PENDING = frozenset({"proposed", "discussing", "deferred"})
OPENABLE = frozenset({"proposed", "discussing"})


async def propose(command: MeetingPropose, ctx: Context) -> MeetingProposed:
    """Put a motion, or change one that is not open.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOTHING_THERE, PLAN_WRONG (rule, item, too many), FORM_NOT_ALLOWED,
            ONE_PER_PERSON, PERSON_NOT_HERE, ROLES_CLASH (mover seconds).
    """
    found = await running(ctx, command.meeting)
    people = await audience(ctx.reader, found.held.org, found.meeting)
    for member in (command.mover, command.seconder):
        if member is not None and member not in people.people:
            raise Refused(PERSON_NOT_HERE)
    if command.mover is not None and command.mover == command.seconder:
        raise Refused(ROLES_CLASH)
    fresh = ctx.reader.ids.uuid7()
    stands: list[str] = []

    def decide(held: Held) -> Step | None:
        check_stage(held.state, BEFORE_OPENING | LIVE)
        motion = proposed(held.state, command, fresh)
        stands[:] = [motion.id]
        return Step(MeetingMotionProposed, MeetingChange(motions_set=[motion]))

    await change(ctx, command.meeting, decide)
    return MeetingProposed(motion=stands[0])


def proposed(state: Meeting, command: MeetingPropose, fresh: str) -> MeetingMotion:
    """The motion as it shall stand. Pure.

    Raises:
        Refused: NOTHING_THERE, WRONG_STAGE, PLAN_WRONG, FORM_NOT_ALLOWED, ONE_PER_PERSON, OPINIONS_FILED.
    """
    before = motion_of(state, command.motion) if command.motion is not None else None
    if before is not None and before.state not in PENDING:
        raise Refused(WRONG_STAGE)
    if before is None and len(state.motions) >= MOTIONS_MAX:
        raise Refused(PLAN_WRONG, field="motions")
    rule = rule_of(state, command.rule)
    if rule is None:
        raise Refused(PLAN_WRONG, field="rule")
    if command.item is not None and all(item.id != command.item for item in state.items):
        raise Refused(NOTHING_THERE)
    if command.form not in rule.forms:
        raise Refused(FORM_NOT_ALLOWED)
    _check_person(state, command, rule)
    motion = MeetingMotion(
        id=before.id if before is not None else fresh,
        order=before.order if before is not None else len(state.motions) + 1,
        item=command.item,
        title=command.title.strip(),
        text=command.text.strip(),
        person=command.person.strip(),
        mover=command.mover,
        seconder=command.seconder,
        rule=command.rule,
        form=command.form,
        state=before.state if before is not None else "proposed",
        written=before.written if before is not None else 0,
    )
    if before is not None and before.written and about(motion) != about(before):
        raise Refused(OPINIONS_FILED)
    return motion


def _check_person(state: Meeting, command: MeetingPropose, rule: MeetingRule) -> None:
    if not rule.one_per_person:
        return
    person = command.person.strip()
    several = any(mark in person for mark in ("、", ",", ",", ";", ";", " 和 "))
    if not person or several or _taken(state, person, command.motion):
        raise Refused(ONE_PER_PERSON)


def _check_alone(state: Meeting, motion: MeetingMotion) -> None:
    """A motion put off comes back only while no other one about the same person stands."""
    rule = rule_of(state, motion.rule)
    if rule is not None and rule.one_per_person and _taken(state, motion.person, motion.id):
        raise Refused(ONE_PER_PERSON)


def _taken(state: Meeting, person: str, motion: str | None) -> bool:
    """Whether another motion about a person stands."""
    return person != "" and any(
        other.person == person and other.id != motion and other.state not in ("void", "deferred")
        for other in state.motions
    )


async def set_motion(command: MeetingSetMotion, ctx: Context) -> Done:
    """Take a motion up, defer it, or void it.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOTHING_THERE, PLAN_WRONG (no reason given), ONE_PER_PERSON.
    """
    await running(ctx, command.meeting)
    reason = command.reason.strip()
    if command.state != "discussing" and not reason:
        raise Refused(PLAN_WRONG, field="reason")

    async def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        motion = motion_of(held.state, command.motion)
        allowed = PENDING if command.state == "discussing" else PENDING | {"open"}
        if motion.state == command.state:
            return None
        if motion.state not in allowed:
            raise Refused(WRONG_STAGE)
        if command.state == "discussing":
            _check_alone(held.state, motion)
        fields: dict[str, object] = {"state": command.state, "reason": reason}
        appends = await _ended(held, motion, ctx)
        if motion.state == "open":
            fields |= {"closed_at_ms": ctx.received_at_ms}
        after = motion.model_copy(update=fields)
        return Step(MeetingMotionSet, MeetingChange(motions_set=[after]), appends=appends)

    await change(ctx, command.meeting, decide)
    return Done()


async def _ended(held: Held, motion: MeetingMotion, ctx: Context) -> tuple[Append, ...]:
    """The entry that ends the collecting of votes, when there is something to end."""
    if motion.state != "open":
        return ()
    sheet = await sheet_of_meeting(ctx.reader, held.state.id)
    return (sheet_entry(held, MeetingCollecting, roll_call=sheet.roll_call, motion=None),)


async def open_vote(command: MeetingOpenVote, ctx: Context) -> Done:
    """Open the vote on what is present at this moment; nothing that happens later changes what it rests on.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOTHING_THERE, VOTE_RUNNING, QUORUM_NOT_MET, QUORUM_LOST.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        check_stage(held.state, frozenset({"in_session"}))
        motion = motion_of(held.state, command.motion)
        if motion.state == "open":
            return None
        if motion.state not in OPENABLE:
            raise Refused(WRONG_STAGE)
        if any(other.state == "open" for other in held.state.motions):
            raise Refused(VOTE_RUNNING)
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        counts = sheet.counts()
        rule = rule_of(held.state, motion.rule)
        if rule is None or held.state.roll is None:
            raise Refused(WRONG_STAGE)
        need = check_quorum(held.state, rule, counts)
        frozen = MeetingFrozen(
            roll_version=held.state.roll.version,
            expected=counts.expected,
            entitled=counts.entitled,
            present=counts.present,
            present_entitled=counts.present_entitled,
            quorum_needed=need,
            at_ms=ctx.received_at_ms,
        )
        opened = motion.model_copy(
            update={"state": "open", "opened_at_ms": ctx.received_at_ms, "frozen": frozen, "tallies": []}
        )
        collecting = sheet_entry(held, MeetingCollecting, roll_call=sheet.roll_call, motion=motion.id)
        return Step(MeetingVoteOpened, MeetingChange(motions_set=[opened]), appends=(collecting,))

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


async def set_task(command: MeetingSetTask, ctx: Context) -> MeetingTaskResult:
    """Give, change or finish a task; its owner is told.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOTHING_THERE, PERSON_NOT_HERE, PLAN_WRONG (too many).
    """
    found = await running(ctx, command.meeting)
    people = await audience(ctx.reader, found.held.org, found.meeting)
    if command.owner not in people.people:
        raise Refused(PERSON_NOT_HERE)
    fresh = ctx.reader.ids.uuid7()
    allowed = LIVE | {"closed", "minutes_draft", "minutes_review", "returned"}

    def decide(held: Held) -> Step | None:
        check_stage(held.state, allowed)
        before = next((task for task in held.state.tasks if task.id == command.task), None)
        if command.task is not None and before is None:
            raise Refused(NOTHING_THERE)
        if before is None and len(held.state.tasks) >= TASKS_MAX:
            raise Refused(PLAN_WRONG, field="tasks")
        task = MeetingTask(
            id=before.id if before is not None else fresh,
            order=before.order if before is not None else len(held.state.tasks) + 1,
            title=command.title.strip(),
            owner=command.owner,
            due_on=command.due_on,
            motion=command.motion,
            done=command.done,
        )
        if task == before:
            return None
        news = () if before is not None and before.owner == task.owner else (tell(held, task.owner, "task"),)
        return Step(MeetingTaskSet, MeetingChange(tasks_set=[task]), appends=news)

    await change(ctx, command.meeting, decide)
    return MeetingTaskResult(task=command.task or fresh)
