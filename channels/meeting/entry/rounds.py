"""Rounds of check-in, the code on the screen, members' own passes. Imported by entry.rows."""

from urllib.parse import quote

import segno

from channels.core.context import Context
from channels.meeting.committing import Step, change
from channels.meeting.entry.check_in import entry_of
from channels.meeting.entry.codes import Steps, Verdict, digits_at, judge_token, token_at
from channels.meeting.entry.sealed import secret_of
from channels.meeting.entry.windows import extended, is_open, new_round, newest_round
from channels.meeting.errors import (
    CHECKIN_CLOSED,
    CODE_EXPIRED,
    CODE_WRONG,
    NOT_ON_ROLL,
    WRONG_STAGE,
)
from channels.meeting.presence import told
from channels.meeting.protocol.entry import (
    MeetingCode,
    MeetingExtendRound,
    MeetingOpenRound,
    MeetingPass,
    MeetingRowResult,
    MeetingScanPass,
    MeetingShowCode,
    MeetingShowPass,
)
from channels.meeting.protocol.events import MeetingChange, MeetingRoundOpened, MeetingRoundSet
from channels.meeting.protocol.values import Meeting, MeetingRound
from channels.meeting.reading import Held
from channels.meeting.rights import at_desk, running, scene
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import LIVE, check_stage
from channels.meeting.telling import tell, tell_all
from channels.protocol.base import Done
from channels.protocol.errors import Refused

CORRECTION_H = 72
QR_PATH = "/meetings/check-in"


def running_round(state: Meeting, now_ms: int) -> MeetingRound:
    """The round that takes check-ins now.

    Raises:
        Refused: WRONG_STAGE before the meeting opens, CHECKIN_CLOSED.
    """
    round_ = newest_round(state)
    if state.stage not in LIVE or round_ is None:
        raise Refused(WRONG_STAGE)
    if not is_open(round_, now_ms):
        raise Refused(CHECKIN_CLOSED, h=CORRECTION_H)
    return round_


def steps_of(state: Meeting) -> Steps:
    """How codes of a meeting change."""
    return Steps(state.rules.check_in.step_ms, state.rules.check_in.margin_ms)


async def show_code(command: MeetingShowCode, ctx: Context) -> MeetingCode:
    """The code of now.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, CHECKIN_CLOSED.
    """
    found = await at_desk(ctx, command.meeting)
    now_ms = ctx.received_at_ms
    round_, steps = running_round(found.meeting, now_ms), steps_of(found.meeting)
    secret = await secret_of(ctx.reader, command.meeting)
    step = steps.at(now_ms)
    address = f"{QR_PATH}#{quote(command.meeting)}.{token_at(secret, 'round', round_.id, step)}"
    drawing = segno.make(command.origin + address, error="m").svg_inline(border=4) if command.origin else ""
    return MeetingCode(
        round=round_.id,
        code=digits_at(secret, round_.id, step),
        qr=address,
        svg=drawing,
        server_now_ms=now_ms,
        expires_at_ms=steps.end_ms(step),
        step_ms=steps.step_ms,
    )


async def open_round(command: MeetingOpenRound, ctx: Context) -> Done:
    """Begin a further round; the one before ends.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE (not in session, or as many rounds as the template allows).
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        before = newest_round(held.state)
        if before is None or len(held.state.rounds) >= held.state.rules.check_in.rounds_max:
            raise Refused(WRONG_STAGE)
        now_ms = ctx.received_at_ms
        fresh = new_round(ctx.reader.ids.uuid7(), before.order + 1, now_ms, held.state.rules)
        ended = extended(before, 0, now_ms, before.reason) if is_open(before, now_ms) else before
        return Step(
            MeetingRoundOpened,
            MeetingChange(rounds_set=[ended, fresh]),
            facts=(tell_all(held, "round_opened"),),
        )

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


async def extend_round(command: MeetingExtendRound, ctx: Context) -> Done:
    """Move the end of the newest round.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE.
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        round_ = newest_round(held.state)
        if round_ is None:
            raise Refused(WRONG_STAGE)
        moved = extended(round_, command.by_ms, ctx.received_at_ms, command.reason.strip())
        return Step(MeetingRoundSet, MeetingChange(rounds_set=[moved]))

    await change(ctx, command.meeting, decide)
    return Done()


async def show_pass(command: MeetingShowPass, ctx: Context) -> MeetingPass:
    """The caller's own pass of now.

    Raises:
        Refused: UNKNOWN_TOPIC, WRONG_STAGE.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    check_stage(found.meeting, LIVE)
    steps = steps_of(found.meeting)
    step = steps.at(ctx.received_at_ms)
    secret = await secret_of(ctx.reader, command.meeting)
    token = token_at(secret, "pass", found.member, step)
    return MeetingPass(
        token=token,
        svg=segno.make(token, error="m").svg_inline(border=4),
        server_now_ms=ctx.received_at_ms,
        expires_at_ms=steps.end_ms(step),
    )


async def scan_pass(command: MeetingScanPass, ctx: Context) -> MeetingRowResult:
    """The desk scanned a member's pass; scanning twice is the same as once.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, CHECKIN_CLOSED, CODE_EXPIRED, CODE_WRONG, NOT_ON_ROLL.
    """
    found = await at_desk(ctx, command.meeting)
    round_ = running_round(found.meeting, ctx.received_at_ms)
    secret = await secret_of(ctx.reader, command.meeting)
    verdict, member = judge_token(command.token, secret, "pass", steps_of(found.meeting), ctx.received_at_ms)
    if verdict is not Verdict.RIGHT:
        raise Refused(CODE_EXPIRED) if verdict is Verdict.EXPIRED else Refused(CODE_WRONG, n=0)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    if member not in sheet.rows or sheet.rows[member].status == "excluded":
        raise Refused(NOT_ON_ROLL)
    await ctx.append(entry_of(found.held, member, round_, "pass", at_ms=ctx.received_at_ms))
    await ctx.append(tell(found.held, member, "checked_in", kept=False))
    await told(ctx, found.held)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)
    return MeetingRowResult(row=sheet.rows[member])
