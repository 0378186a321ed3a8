"""Voting by name, tallies, and closing a vote. Imported by floor.rows."""

from collections import Counter

from channels.core.context import Context
from channels.meeting.committing import Step, change
from channels.meeting.contract import sheet_topic
from channels.meeting.errors import NOT_ENTITLED, VOTE_CLOSED, WRONG_STAGE
from channels.meeting.floor.errors import TALLY_MISSING, TALLY_WRONG
from channels.meeting.floor.opinions import motion_of, opinions_of
from channels.meeting.floor.outcome import WrongTally, agreed, check_tally, is_void, result_of
from channels.meeting.presence import told
from channels.meeting.protocol.events import MeetingChange, MeetingTallyEntered, MeetingVoteClosed
from channels.meeting.protocol.floor import (
    MeetingCloseVote,
    MeetingEnterTally,
    MeetingVote,
    MeetingVoteResult,
)
from channels.meeting.protocol.values import MeetingMotion, MeetingRule, MeetingTally
from channels.meeting.quorum import rule_of
from channels.meeting.reading import Held, load
from channels.meeting.rights import running, scene
from channels.meeting.selves import self_of
from channels.meeting.sheet import Sheet, is_present
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.telling import tell
from channels.protocol.base import Done
from channels.protocol.errors import FORBIDDEN, Refused
from storage.log import Append


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
        await ctx.append(_ballot(command, found.member))
        await ctx.append(tell(found.held, found.member, "voted", kept=False))
        await told(ctx, found.held)
        sheet = await sheet_of_meeting(ctx.reader, command.meeting)
        motion = motion_of((await load(ctx.reader, command.meeting)).state, command.motion)
    if motion.state != "open" and found.member not in _counted(motion, sheet):
        raise Refused(VOTE_CLOSED)  # it came in behind the counting
    stands = sheet.votes[motion.id][found.member]
    return MeetingVoteResult(
        choice=stands.choice, already=known is not None, you=self_of(found, sheet, ctx.received_at_ms)
    )


def _ballot(command: MeetingVote, member: str) -> Append:
    body = {"motion": command.motion, "ballot": {"member": member, "choice": command.choice}}
    topic = sheet_topic(command.meeting)
    return Append(topic, "meeting.vote_cast", body, sender=member, cid=f"vote:{command.motion}")


def _check_voter(motion: MeetingMotion, sheet: Sheet, member: str) -> None:
    if motion.form != "named" or motion.opened_at_ms is None:
        raise Refused(WRONG_STAGE)
    if motion.state != "open":
        raise Refused(VOTE_CLOSED)
    row = sheet.rows.get(member)
    if row is None or not row.votes or not is_present(row):
        raise Refused(NOT_ENTITLED)


def _counted(motion: MeetingMotion, sheet: Sheet) -> list[str]:
    """Whose votes were counted: as many of the first ones as the result holds."""
    result = motion.result
    total = result.yes + result.no + result.abstain if result is not None else 0
    total -= (result.written_yes + result.written_no + result.written_abstain) if result is not None else 0
    return list(sheet.votes.get(motion.id, {}))[:total]


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

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, NOTHING_THERE, WRONG_STAGE, TALLY_MISSING.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        motion = motion_of(held.state, command.motion)
        if motion.state in ("passed", "failed", "void"):
            return None
        rule = rule_of(held.state, motion.rule)
        if motion.state != "open" or motion.frozen is None or rule is None:
            raise Refused(WRONG_STAGE)
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        counted = await _count(ctx, motion, rule, sheet)
        return Step(MeetingVoteClosed, MeetingChange(motions_set=[counted]))

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


async def _count(ctx: Context, motion: MeetingMotion, rule: MeetingRule, sheet: Sheet) -> MeetingMotion:
    ended = {"closed_at_ms": ctx.received_at_ms}
    tally = _named(motion, sheet, ctx) if motion.form == "named" else _entered(motion)
    if tally is None or motion.frozen is None:
        raise Refused(TALLY_MISSING)
    if is_void(tally):
        return motion.model_copy(
            update=ended | {"state": "void", "reason": "收回票数多于发出票数,本次投票无效"}
        )
    opinions = await opinions_of(ctx.reader, motion.id, sheet)
    result = result_of(rule, motion.frozen, tally, opinions)
    return motion.model_copy(
        update=ended | {"state": "passed" if result.passed else "failed", "result": result}
    )


def _entered(motion: MeetingMotion) -> MeetingTally | None:
    if motion.form == "paper":
        return agreed(motion.tallies)
    return motion.tallies[-1] if motion.tallies else None


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
