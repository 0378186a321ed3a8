"""Proofs of identity: password and second factor, each attempt counted at a door before it is looked at.

Used by log-in, re-authentication, change of password and reset. Unknown names get the same work, text and time as known ones
(ASVS 5.0 6.3.8). May be imported by server.
"""

from dataclasses import dataclass
from enum import Enum

from channels.protocol.errors import ErrorRow, Refused
from server.accounts.account_store import Account
from server.accounts.codes import RECOVERY_BYTES, digest, read_code
from server.accounts.desk import Notice
from server.accounts.errors import LOGIN_WRONG, RECOVERY_WRONG, TOTP_CLOCK, TOTP_REPLAY, TOTP_WRONG
from server.accounts.parts import Parts
from server.accounts.session_store import device_digest
from server.accounts.throttle import FREE_FAILURES
from server.accounts.totp import Judgement, Verdict, judge
from server.accounts.values import Visit
from storage.entries import Update

NOBODY = "nobody"


class Factor(Enum):
    """Which second factor was given."""

    TOTP = "totp"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Proven:
    """A second factor that was right.

    Attributes:
        factor: Which.
        burn: For a recovery code: the guarded change that uses it up; commit it with what it allows.
    """

    factor: Factor
    burn: Update | None = None


class Proofs:
    """Checks what people know and have.

    Args:
        parts: What accounts stand on.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def door(self, account: Account | None, named: str, visit: Visit) -> str:
        """Key of the door: the account (or what a stranger called himself), each known device apart."""
        if account is None:
            return f"login:{self._parts.cipher.blind(named, field='limits.login')}"
        known = f":{device_digest(account.id, visit.device)[:32]}" if visit.known else ""
        return f"login:{account.id}{known}"

    async def password(self, account: Account | None, password: str, door: str) -> None:
        """Count an attempt and compare the password.

        Args:
            account: The account; None for one that does not exist.
            password: As typed.
            door: Where the attempt counts.

        Raises:
            Refused: LOGIN_WRONG; TOO_MANY_TRIES or LOGIN_HELD without a look at the password; SIGN_IN_BUSY.
        """
        parts = self._parts
        failures = await parts.doors.knock(door, parts.clock.now_ms())
        usable = account is not None and account.active
        sealed = account.password if account is not None and usable else None
        try:
            verified = await parts.hasher.verify(password, sealed, account.id if account else NOBODY)
        except Refused:
            await parts.doors.give_back(door)  # busy: nobody looked
            raise
        if not verified.right or account is None:
            self._warn(account, failures)
            raise Refused(LOGIN_WRONG)
        await parts.doors.give_back(door)
        if verified.stale:
            await parts.accounts.rehash(account, await parts.hasher.hash(password, account.id))

    def _warn(self, account: Account | None, failures: int) -> None:
        """Tell the owner of many failures, after the answer: the time taken must not tell whether there is an owner."""
        if account is not None and account.member is not None and failures == FREE_FAILURES + 1:
            notice = Notice(account.member, "many_failures", params={"count": failures})
            self._parts.tasks.start(self._parts.desk.commit((), notices=(notice,)), name="many failures")

    async def totp(self, account: Account, typed: str, door: str) -> Proven:
        """Count an attempt, judge the one-time code and use its step up.

        Raises:
            Refused: TOTP_WRONG, TOTP_REPLAY or TOTP_CLOCK, each with `server_time_ms`; TOO_MANY_TRIES; LOGIN_HELD.
        """
        parts = self._parts
        now_ms = parts.clock.now_ms()
        await parts.doors.knock(door, now_ms)
        judged = judge(parts.accounts.open_seed(account), typed, now_ms, account.last_step)
        if judged.verdict is Verdict.ACCEPTED:
            if await parts.accounts.take_step(account, judged.step):
                await parts.doors.give_back(door)
                return Proven(Factor.TOTP)
            judged = Judgement(Verdict.REPLAY)  # somebody else was faster with the same code
        raise refusal(judged, now_ms)

    async def recovery(self, account: Account, typed: str, door: str) -> Proven:
        """Count an attempt and recognise a recovery code; its use is a guarded change to commit.

        Raises:
            Refused: RECOVERY_WRONG when it cannot be a code; TOO_MANY_TRIES; LOGIN_HELD.
        """
        now_ms = self._parts.clock.now_ms()
        await self._parts.doors.knock(door, now_ms)
        code = read_code(typed, RECOVERY_BYTES)
        if code is None:
            raise Refused(RECOVERY_WRONG)
        return Proven(
            Factor.RECOVERY, self._parts.accounts.use_recovery(account, digest(code, "recovery"), now_ms)
        )


def refusal(judged: Judgement, now_ms: int) -> Refused:
    """What is told of a code that was not accepted."""
    rows: dict[Verdict, ErrorRow] = {Verdict.REPLAY: TOTP_REPLAY, Verdict.CLOCK: TOTP_CLOCK}
    params: dict[str, str | int] = {"server_time_ms": now_ms}
    if judged.verdict is Verdict.CLOCK:
        fast = judged.drift_steps > 0
        params |= {
            "minutes": judged.drift_minutes,
            "way_zh": "快" if fast else "慢",
            "way_en": "fast" if fast else "slow",
        }
    refused = Refused(rows.get(judged.verdict, TOTP_WRONG))
    refused.params = params
    return refused
