"""Voting by name, tallies, and closing a vote. Imported by floor.rows."""

from collections import Counter

from channels.core.context import Context
from channels.meeting.committing import Step, change, sheet_entry
from channels.meeting.contract import sheet_topic
from channels.meeting.errors import NOT_ENTITLED, VOTE_CLOSED, WRONG_STAGE
from channels.meeting.floor.errors import TALLIES_DIFFER, TALLY_MISSING, TALLY_WRONG
from channels.meeting.floor.opinions import motion_of, opinions_of
from channels.meeting.floor.outcome import WrongTally, agreed, check_tally, differ, is_void, result_of
from channels.meeting.presence import told
from channels.meeting.protocol.events import (
    MeetingChange,
    MeetingMotionSet,
    MeetingTallyEntered,
    MeetingVoteClosed,
)
from channels.meeting.protocol.floor import (
    MeetingCloseVote,
    MeetingEnterTally,
    MeetingVote,
    MeetingVoteResult,
)
from channels.meeting.protocol.sheet import MeetingCollecting
from channels.meeting.protocol.values import MeetingMotion, MeetingRule, MeetingTally
from channels.meeting.quorum import rule_of
from channels.meeting.reading import Held
from channels.meeting.rights import running, scene
from channels.meeting.selves import self_of
from channels.meeting.sheet import Sheet, is_present
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.telling import tell
from channels.meeting.threshold import EmptyBase
from channels.protocol.base import Done
from channels.protocol.errors import FORBIDDEN, Refused
from storage.log import Append

TOO_MANY_BACK = "收回票数多于发出票数,本次投票无效"
NO_BASE = "没有可据以计算的票数,本次投票无效"
"""Reasons of a void vote, for the minutes."""


async def vote(command: MeetingVote, ctx: Context) -> MeetingVoteResult:
    """Vote by name, once; the first vote counts whoever asks how often.

    Raises:
        Refused: UNKNOWN_TOPIC, NOTHING_THERE, WRONG_STAGE (not by name, or not open yet), VOTE_CLOSED, NOT_ENTITLED.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    motion = motion_of(found.meeting, command.motion)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    known = sheet.votes.get(motion.id, {}).get(found.member)
    if known is None:
        _check_voter(motion, sheet, found.member)
        await ctx.append(_ballot(command, found.member, sheet.opening))
        await ctx.append(tell(found.held, found.member, "voted", kept=False))
        await told(ctx, found.held)
        sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    stands = sheet.votes.get(motion.id, {}).get(found.member)
    if stands is None:
        raise Refused(VOTE_CLOSED)  # it came in behind the end of the vote
    return MeetingVoteResult(
        choice=stands.choice, already=known is not None, you=self_of(found, sheet, ctx.received_at_ms)
    )


def _ballot(command: MeetingVote, member: str, opening: int) -> Append:
    body = {
        "motion": command.motion,
        "opening": opening,
        "ballot": {"member": member, "choice": command.choice},
    }
    cid = f"vote:{command.motion}:{opening}"
    return Append(sheet_topic(command.meeting), "meeting.vote_cast", body, sender=member, cid=cid)


def _check_voter(motion: MeetingMotion, sheet: Sheet, member: str) -> None:
    if motion.form != "named" or motion.opened_at_ms is None:
        raise Refused(WRONG_STAGE)
    if motion.state != "open" or sheet.motion != motion.id:
        raise Refused(VOTE_CLOSED)
    row = sheet.rows.get(member)
    if member not in sheet.voters or row is None or not is_present(row):
        raise Refused(NOT_ENTITLED)


async def enter_tally(command: MeetingEnterTally, ctx: Context) -> Done:
    """Enter counts; whoever enters again replaces their own.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, NOTHING_THERE, WRONG_STAGE, TALLY_WRONG.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    tellers = found.meeting.officers.tellers
    is_paper = motion_of(found.meeting, command.motion).form == "paper"
    if found.member not in tellers and (is_paper or not found.is_.runs):
        raise Refused(FORBIDDEN)
    tally = MeetingTally(by=found.member, at_ms=ctx.received_at_ms, **_numbers(command))

    def decide(held: Held) -> Step | None:
        motion = motion_of(held.state, command.motion)
        if motion.state != "open" or motion.frozen is None or motion.form == "named":
            raise Refused(WRONG_STAGE)
        try:
            check_tally(tally, motion.frozen, paper=motion.form == "paper")
        except WrongTally as wrong:
            raise Refused(TALLY_WRONG, n=wrong.said, m=wrong.must) from None
        others = [one for one in motion.tallies if one.by != tally.by]
        counted = motion.model_copy(update={"tallies": [*others, tally]})
        return Step(MeetingTallyEntered, MeetingChange(motions_set=[counted]))

    await change(ctx, command.meeting, decide)
    return Done()


def _numbers(command: MeetingEnterTally) -> dict[str, int]:
    return {
        "issued": command.issued,
        "returned": command.returned,
        "yes": command.yes,
        "no": command.no,
        "abstain": command.abstain,
        "invalid": command.invalid,
    }


async def close_vote(command: MeetingCloseVote, ctx: Context) -> Done:
    """End the vote and compute what it says.

    A vote by name ends with an entry of the sheet, and what stands before that entry is counted: no vote is both acknowledged and
    left out. Whoever closes again after an interruption between the two finishes the counting.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, NOTHING_THERE, WRONG_STAGE, TALLY_MISSING, TALLIES_DIFFER.
    """
    await running(ctx, command.meeting)
    await _end_collecting(command, ctx)

    async def decide(held: Held) -> Step | None:
        motion = motion_of(held.state, command.motion)
        if motion.state in ("passed", "failed", "void"):
            return None
        rule = rule_of(held.state, motion.rule)
        if motion.state != ("counted" if motion.form == "named" else "open"):
            raise Refused(WRONG_STAGE)
        if motion.frozen is None or rule is None:
            raise Refused(WRONG_STAGE)
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        counted = await _count(ctx, motion, rule, sheet)
        return Step(MeetingVoteClosed, MeetingChange(motions_set=[counted]))

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


async def _end_collecting(command: MeetingCloseVote, ctx: Context) -> None:
    """A vote by name takes no more votes from here on."""

    async def decide(held: Held) -> Step | None:
        motion = motion_of(held.state, command.motion)
        if motion.form != "named" or motion.state != "open":
            return None
        ended = motion.model_copy(update={"state": "counted"})
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        collecting = sheet_entry(held, MeetingCollecting, roll_call=sheet.roll_call, motion=None)
        return Step(MeetingMotionSet, MeetingChange(motions_set=[ended]), appends=(collecting,))

    await change(ctx, command.meeting, decide)


async def _count(ctx: Context, motion: MeetingMotion, rule: MeetingRule, sheet: Sheet) -> MeetingMotion:
    ended = {"closed_at_ms": ctx.received_at_ms}
    tally = _named(motion, sheet, ctx) if motion.form == "named" else _entered(motion)
    if tally is None or motion.frozen is None:
        raise Refused(TALLY_MISSING)
    if is_void(tally):
        return motion.model_copy(update=ended | {"state": "void", "reason": TOO_MANY_BACK})
    opinions = await opinions_of(ctx.reader, motion, sheet)
    try:
        result = result_of(rule, motion.frozen, tally, opinions)
    except EmptyBase:
        return motion.model_copy(update=ended | {"state": "void", "reason": NO_BASE})
    return motion.model_copy(
        update=ended | {"state": "passed" if result.passed else "failed", "result": result}
    )


def _entered(motion: MeetingMotion) -> MeetingTally | None:
    if differ(motion.tallies):
        raise Refused(TALLIES_DIFFER)
    return agreed(motion.tallies, 2 if motion.form == "paper" else 1)


def _named(motion: MeetingMotion, sheet: Sheet, ctx: Context) -> MeetingTally:
    votes = Counter(ballot.choice for ballot in sheet.votes.get(motion.id, {}).values())
    cast = sum(votes.values())
    return MeetingTally(
        by=str(ctx.actor.member),
        issued=motion.frozen.present_entitled if motion.frozen is not None else cast,
        returned=cast,
        yes=votes["yes"],
        no=votes["no"],
        abstain=votes["abstain"],
        invalid=0,
        at_ms=ctx.received_at_ms,
    )
