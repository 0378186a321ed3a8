"""Log-in: password, then the second factor, in a transaction of at most 10 minutes bound to a pending session cookie.

    password --right--> TOTP --code--> DONE        every arrow gives a new token; the old one is dead
                   |      '--recovery code--> DONE
                   '--> ENROL (server/accounts/factors.py) --> DONE

May be imported by server.
"""

from collections.abc import Sequence
from dataclasses import replace

from channels.protocol.errors import Refused
from moderation.audit import Act
from server.accounts.account_store import Account
from server.accounts.book import Identified
from server.accounts.desk import Notice
from server.accounts.errors import (
    LOGIN_HELD,
    LOGIN_WRONG,
    RECOVERY_WRONG,
    RESET_CODE_NEEDED,
    START_OVER,
    STEP_WRONG,
    TOO_MANY_TRIES,
)
from server.accounts.logins import identify
from server.accounts.parts import Parts
from server.accounts.passwords import normal
from server.accounts.proofs import NOBODY, Factor, Proofs, Proven
from server.accounts.values import Opened, SessionView, Step, Visit
from storage.entries import Write
from storage.errors import GuardFailed


class LogIn:
    """The rooms between the door and the house.

    Args:
        parts: What accounts stand on.
        proofs: Checks passwords and factors.
    """

    def __init__(self, parts: Parts, proofs: Proofs) -> None:
        self._parts = parts
        self._proofs = proofs

    async def password(self, login: str, password: str, visit: Visit) -> Opened:
        """The first step.

        Args:
            login: Log-in name, phone number or mail address as typed.
            password: As typed.
            visit: The browser.

        Raises:
            Refused: LOGIN_WRONG whatever is wrong; TOO_MANY_TRIES, LOGIN_HELD, SIGN_IN_BUSY, PASSWORD_TOO_LONG;
                RESET_CODE_NEEDED after the right password when two officers took the factor away.
        """
        normal(password)  # too long: refused before it costs anything
        named = identify(login)
        account = await self._find(named.kind, named.key)
        visit = replace(visit, known=await self._known(account, visit))
        address = None if visit.known else await self._knock_address(visit)
        door = self._proofs.door(account, f"{named.kind}:{named.key}", visit)
        await self._proofs.password(account, password, door)
        if address is not None:
            await self._parts.doors.give_address_back(address)
        if account is None:
            raise Refused(LOGIN_WRONG)  # unreachable: nobody's password is never right
        return await self.enter(account, visit)

    async def enter(self, account: Account, visit: Visit) -> Opened:
        """Open the session that follows a right password.

        Raises:
            Refused: LOGIN_WRONG for those who left; RESET_CODE_NEEDED.
        """
        parts = self._parts
        person = await parts.directory.person(account.member) if account.member else None
        if account.member is not None and (person is None or not person.active):
            raise Refused(LOGIN_WRONG)
        if account.factor_reset:
            raise Refused(RESET_CODE_NEEDED)
        if account.seed is not None:
            return await parts.book.open(account, Step.TOTP, visit)
        if await parts.directory.needs_factor(person):
            return await parts.book.open(account, Step.ENROL, visit)
        opened = await parts.book.open(account, Step.DONE, visit)
        await parts.desk.commit(
            (), notices=_new_device(opened.session), acts=(signed_in(account, "password"),)
        )
        return await self.settle(account, opened, visit)

    async def totp(self, found: Identified, typed: str, visit: Visit) -> Opened:
        """The second step with a one-time code.

        Raises:
            Refused: TOTP_WRONG, TOTP_REPLAY or TOTP_CLOCK; START_OVER after the fifth wrong one; TOO_MANY_TRIES; LOGIN_HELD;
                STEP_WRONG when the session is not at this step.
        """
        account, visit, door = await self._second_step(found, visit)
        try:
            proven = await self._proofs.totp(account, typed, door)
        except Refused as refused:
            await self._count_wrong(found.session, refused)
            raise
        return await self._complete(account, found.session, proven, visit)

    async def recovery(self, found: Identified, typed: str, visit: Visit) -> Opened:
        """The second step with a recovery code; the code is burnt in the same unit.

        Raises:
            Refused: RECOVERY_WRONG; otherwise as `totp`.
        """
        account, visit, door = await self._second_step(found, visit)
        try:
            proven = await self._proofs.recovery(account, typed, door)
            return await self._complete(account, found.session, proven, visit)
        except GuardFailed:
            refused = Refused(RECOVERY_WRONG)
        except Refused as fault:
            refused = fault
        await self._count_wrong(found.session, refused)
        raise refused

    async def settle(self, account: Account, opened: Opened, visit: Visit) -> Opened:
        """After a whole log-in: failures are forgotten, the device is known from now on."""
        parts = self._parts
        await parts.doors.reset(self._proofs.door(account, "", visit))
        now_ms = parts.clock.now_ms()
        device = visit.device or parts.ids.secret()
        await parts.sessions.know(
            account.id, opened.session.id, device, now_ms=now_ms, until_ms=now_ms + parts.policy.device_ms
        )
        return replace(opened, device=device)

    # -- parts ------------------------------------------------------------------------------------------------------

    async def _find(self, kind: str, key: str) -> Account | None:
        """The account of what was typed; a phone that two people share is nobody's log-in name."""
        if kind == "login":
            return await self._parts.accounts.by_login(key)
        members = await self._parts.directory.find("phone" if kind == "phone" else "mail", key)
        return await self._parts.accounts.by_member(members[0] if len(members) == 1 else NOBODY)

    async def _known(self, account: Account | None, visit: Visit) -> bool:
        known = await self._parts.sessions.is_known(account.id if account else NOBODY, visit.device)
        return known and account is not None

    async def _knock_address(self, visit: Visit) -> str:
        address = self._parts.cipher.blind(visit.address, field="limits.address")
        return await self._parts.doors.knock_address(address, self._parts.clock.now_ms())

    async def _second_step(self, found: Identified, visit: Visit) -> tuple[Account, Visit, str]:
        account = found.account
        if account is None or found.session.step is not Step.TOTP or account.seed is None:
            raise Refused(STEP_WRONG)
        visit = replace(visit, known=found.session.known_device and await self._known(account, visit))
        return account, visit, self._proofs.door(account, "", visit)

    async def _count_wrong(self, session: SessionView, refused: Refused) -> None:
        """Count a wrong code; the fifth ends the log-in.

        Raises:
            Refused: START_OVER.
        """
        if refused.row in {TOO_MANY_TRIES, LOGIN_HELD}:
            return  # nobody looked at the code
        parts = self._parts
        if not await parts.sessions.count_wrong(session, parts.policy.wrong_codes_max):
            await parts.book.end(session.account, [session.id])
            raise Refused(START_OVER)

    async def _complete(self, account: Account, session: SessionView, proven: Proven, visit: Visit) -> Opened:
        parts = self._parts
        token, advance = parts.book.advance(session, Step.DONE, account.generation, proved=True)
        writes: list[Write] = [advance]
        notices = list(_new_device(session))
        if proven.burn is not None:
            writes.append(proven.burn)
            left = account.recovery_left - 1
            notices.append(Notice(account.member, "recovery_code_used", session.agent, {"left": left}))
        await parts.desk.commit(writes, notices=notices, acts=(signed_in(account, proven.factor.value),))
        if proven.factor is Factor.RECOVERY:
            await parts.doors.give_back(self._proofs.door(account, "", visit))
        opened = Opened(token, replace(session, step=Step.DONE, proved_at_ms=parts.clock.now_ms()))
        return await self.settle(account, opened, visit)


def _new_device(session: SessionView) -> Sequence[Notice]:
    if session.known_device or session.member is None:
        return ()
    return (Notice(session.member, "signed_in_new_device", session.agent),)


def signed_in(account: Account, how: str) -> Act:
    """The audit row of a log-in."""
    return Act(
        action="account.signed_in",
        actor=account.who,
        org=account.org,
        subject=account.member,
        notes={"how": how},
    )
