"""What somebody who is signed in does with his own credentials: prove again who he is, change the password, end devices.

May be imported by server.
"""

from dataclasses import replace

from channels.protocol.errors import Refused
from moderation.audit import Act
from server.accounts.account_store import Account
from server.accounts.book import Identified
from server.accounts.codes import RECOVERY_BYTES, read_code
from server.accounts.desk import Notice
from server.accounts.errors import PASSWORD_SAME, RECOVERY_WRONG, STEP_WRONG, TOTP_WRONG
from server.accounts.parts import Parts
from server.accounts.passwords import check_password, normal
from server.accounts.proofs import Proofs, Proven
from server.accounts.values import Opened, Step, Visit
from storage.entries import Write
from storage.errors import GuardFailed


class Credentials:
    """Own credentials.

    Args:
        parts: What accounts stand on.
        proofs: Checks passwords and factors.
    """

    def __init__(self, parts: Parts, proofs: Proofs) -> None:
        self._parts = parts
        self._proofs = proofs

    async def prove(self, found: Identified, password: str, code: str | None, visit: Visit) -> Opened:
        """Password and second factor again (one-time or recovery code); the session gets a new token.

        Raises:
            Refused: LOGIN_WRONG, TOTP_…, RECOVERY_WRONG, TOO_MANY_TRIES, LOGIN_HELD, SIGN_IN_BUSY.
        """
        parts, account = self._parts, _account(found)
        visit = replace(visit, known=found.session.known_device)
        door = await self._door(account, visit)
        await self._proofs.password(account, password, door)
        proven = await self._factor(account, code, door)
        token, advance = parts.book.advance(found.session, Step.DONE, account.generation, proved=True)
        writes: list[Write] = [advance]
        notices = []
        if proven is not None and proven.burn is not None:
            writes.append(proven.burn)
            left = account.recovery_left - 1
            notices.append(Notice(account.member, "recovery_code_used", found.session.agent, {"left": left}))
        try:
            await parts.desk.commit(writes, notices=notices)
        except GuardFailed:
            if len(writes) == 1:
                raise
            raise Refused(RECOVERY_WRONG) from None
        await parts.doors.reset(door)
        return Opened(token, replace(found.session, proved_at_ms=parts.clock.now_ms()))

    async def change_password(self, found: Identified, current: str, new: str, visit: Visit) -> Opened:
        """A new password; all other sessions and the other devices' good standing end. The route asks for a fresh proof.

        Raises:
            Refused: LOGIN_WRONG for the current one; a reason against the new one; PASSWORD_SAME.
            GuardFailed: Something else changed the account at the same instant.
        """
        parts, account, session = self._parts, _account(found), found.session
        door = await self._door(account, replace(visit, known=session.known_device))
        await self._proofs.password(account, current, door)
        if normal(current) == normal(new):
            raise Refused(PASSWORD_SAME)
        context = await parts.directory.own_words(found.person, account.login_key)
        protected = account.seed is not None or await parts.directory.needs_factor(found.person)
        check_password(new, context, second_factor=protected)
        sealed = await parts.hasher.hash(new, account.id)
        now_ms = parts.clock.now_ms()
        token, advance = parts.book.advance(session, Step.DONE, account.generation + 1, proved=False)
        await parts.desk.commit(
            (parts.accounts.set_password(account, sealed, now_ms), advance),
            notices=(Notice(account.member, "password_changed", session.agent),),
            acts=(Act("account.password_changed", account.who, org=account.org, subject=account.member),),
        )
        await parts.book.end_others(account.id, session.id)
        await parts.doors.reset_all(f"login:{account.id}")
        await parts.sessions.forget_devices(account.id)
        device = visit.device or parts.ids.secret()
        await parts.sessions.know(
            account.id, session.id, device, now_ms=now_ms, until_ms=now_ms + parts.policy.device_ms
        )
        return Opened(token, session, device)

    async def end_device(self, found: Identified, session: str) -> bool:
        """End one of the own sessions, on every process; false when there is none of that name."""
        account = _account(found)
        mine = [view for view in await self._parts.book.list(account.id) if view.id == session]
        if not mine:
            return False
        ended = await self._parts.book.end(account.id, [mine[0].id])
        if ended and mine[0].id != found.session.id:
            notice = Notice(account.member, "device_ended", mine[0].agent)
            await self._parts.desk.commit((), notices=(notice,))
        return bool(ended)

    async def end_other_devices(self, found: Identified) -> int:
        """End all own sessions but this one; returns how many there were."""
        return await self._parts.book.end_others(_account(found).id, found.session.id)

    async def _door(self, account: Account, visit: Visit) -> str:
        known = visit.known and await self._parts.sessions.is_known(account.id, visit.device)
        return self._proofs.door(account, "", replace(visit, known=known))

    async def _factor(self, account: Account, code: str | None, door: str) -> Proven | None:
        if account.seed is None:
            return None
        if code is None:
            raise Refused(TOTP_WRONG)
        if read_code(code, RECOVERY_BYTES) is None:
            return await self._proofs.totp(account, code, door)
        return await self._proofs.recovery(account, code, door)


def _account(found: Identified) -> Account:
    if found.account is None:
        raise Refused(STEP_WRONG)
    return found.account
