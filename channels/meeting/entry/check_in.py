"""`meeting.check_in`: once per round and member, by server time, whoever asks how often.

The happy path writes two documents: the device's mark and the entry, which rides in the group commit. Imported by entry.rows.
"""

import asyncio

from channels.branch.contract import OrganisationOf
from channels.core.context import Context
from channels.meeting.contract import sheet_topic
from channels.meeting.entry.codes import Steps, Verdict, judge_digits, judge_token
from channels.meeting.entry.sealed import read_claim, secret_of, take_device, use_claim
from channels.meeting.entry.tries import check_may_try, count_wrong
from channels.meeting.entry.windows import is_open, late_ms, newest_round
from channels.meeting.errors import CHECKIN_CLOSED, CHECKIN_NOT_OPEN, CODE_WRONG, NOT_ON_ROLL
from channels.meeting.local_time import local_time
from channels.meeting.presence import told
from channels.meeting.protocol.entry import MeetingCheckIn, MeetingCheckInResult
from channels.meeting.protocol.sheet import Method
from channels.meeting.protocol.values import MeetingRound
from channels.meeting.reading import Held
from channels.meeting.rights import Scene, scene
from channels.meeting.selves import self_of
from channels.meeting.sheet import PRESENT, Sheet
from channels.meeting.sheets import sheet_lately
from channels.meeting.stages import LIVE
from channels.meeting.telling import tell
from channels.protocol.errors import BAD_FIELD, Refused
from storage.log import Append

CORRECTION_H = 72


async def check_in(command: MeetingCheckIn, ctx: Context) -> MeetingCheckInResult:
    """Check the caller in.

    Raises:
        Refused: UNKNOWN_TOPIC, BAD_FIELD (not exactly one proof), CHECKIN_NOT_OPEN, CHECKIN_CLOSED, NOT_ON_ROLL, TOO_MANY_TRIES,
            CODE_EXPIRED, CODE_WRONG, DEVICE_ALREADY_USED.
    """
    if sum(proof is not None for proof in (command.code, command.token, command.claim)) != 1:
        raise Refused(BAD_FIELD, field="code")
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    round_ = await check_round(found.held, command, ctx)
    sheet = await sheet_lately(ctx.reader, command.meeting)
    row = sheet.rows.get(found.member)
    if row is None or row.status == "excluded":
        raise Refused(NOT_ON_ROLL)
    if row.status in PRESENT:
        return _answer(found, sheet, ctx, already=True)
    at_ms = await _check_proof(command, round_, found, ctx)
    if not is_open(round_, at_ms):
        raise Refused(CHECKIN_CLOSED, h=CORRECTION_H)
    await take_device(ctx, command.meeting, round_.id)
    method: Method = "code" if command.code is not None else "qr"
    remote = command.remote and found.meeting.rules.remote
    came = await ctx.append(entry_of(found.held, found.member, round_, method, at_ms=at_ms, remote=remote))
    sheet, _ = await asyncio.gather(
        told(ctx, found.held), ctx.append(tell(found.held, found.member, "checked_in", kept=False))
    )
    return _answer(found, sheet, ctx, already=came.duplicate)


async def check_round(held: Held, command: MeetingCheckIn, ctx: Context) -> MeetingRound:
    """The round that is asked about.

    Raises:
        Refused: CHECKIN_NOT_OPEN, CHECKIN_CLOSED.
    """
    state, now_ms = held.state, ctx.received_at_ms
    round_ = newest_round(state)
    if state.stage in ("announced", "lobby") or round_ is None or now_ms < round_.opens_at_ms:
        organisation = await ctx.ask(OrganisationOf(held.org))
        opens_at_ms = round_.opens_at_ms if round_ is not None else state.starts_at_ms
        raise Refused(CHECKIN_NOT_OPEN, time=local_time(opens_at_ms, organisation.time_zone))
    if state.stage not in LIVE or (command.claim is None and not is_open(round_, now_ms)):
        raise Refused(CHECKIN_CLOSED, h=CORRECTION_H)
    return round_


async def _check_proof(command: MeetingCheckIn, round_: MeetingRound, found: Scene, ctx: Context) -> int:
    """The time that counts."""
    meeting, now_ms = command.meeting, ctx.received_at_ms
    if command.claim is not None:
        claim = read_claim(ctx.reader, command.claim, now_ms)
        if claim.round != round_.id:
            raise Refused(CODE_WRONG, n=0)
        await use_claim(ctx, claim)
        return claim.at_ms
    await check_may_try(ctx.reader, meeting, round_.id, found.member, now_ms)
    secret = await secret_of(ctx.reader, meeting)
    rule = found.meeting.rules.check_in
    steps = Steps(rule.step_ms, rule.margin_ms)
    if command.token is not None:
        verdict, subject = judge_token(command.token, secret, "round", steps, now_ms)
        if verdict is Verdict.RIGHT and subject != round_.id:
            verdict = Verdict.EXPIRED
    else:
        verdict = judge_digits(command.code or "", secret, round_.id, steps, now_ms)
    if verdict is not Verdict.RIGHT:
        raise await count_wrong(ctx, meeting, round_.id, expired=verdict is Verdict.EXPIRED)
    return now_ms


def entry_of(  # noqa: PLR0913 - the parts of one entry
    held: Held, member: str, round_: MeetingRound, method: Method, *, at_ms: int, remote: bool = False
) -> Append:
    """The entry that checks somebody in; the same round and member again is the same entry."""
    body = {
        "member": member,
        "round": round_.id,
        "method": method,
        "received_at_ms": at_ms,
        "late_ms": late_ms(round_, at_ms),
        "remote": remote,
    }
    return Append(
        sheet_topic(held.state.id),
        "meeting.checked_in",
        body,
        sender=member,
        cid=f"in:{held.state.id}:{round_.id}",
    )


def _answer(found: Scene, sheet: Sheet, ctx: Context, *, already: bool) -> MeetingCheckInResult:
    row = sheet.rows[found.member]
    return MeetingCheckInResult(
        at_ms=row.at_ms or ctx.received_at_ms,
        late_ms=row.late_ms,
        already=already,
        you=self_of(found, sheet, ctx.received_at_ms),
    )
