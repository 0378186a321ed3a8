"""Accounts made on the machine itself: the first system administrator, and the people of a demo or a test.

Nobody gets a default password: who calls this brings one. May be imported by server and tests.
"""

from dataclasses import dataclass, field

from channels.protocol.errors import Refused
from moderation.audit import Act
from server.accounts.account_store import LOGIN_INDEX, NewAccount
from server.accounts.codes import code_digest
from server.accounts.errors import LOGIN_NAME_TAKEN, NO_ACCOUNT
from server.accounts.factors import new_codes
from server.accounts.logins import fold, login_key
from server.accounts.parts import Parts
from server.accounts.passwords import Context, check_password
from storage.errors import Duplicate
from storage.ids import AccountId, MemberId, OrgId


@dataclass(frozen=True, slots=True)
class Provision:
    """An account to make.

    Attributes:
        login: Log-in name.
        password: Its password; the rules for passwords hold here, too.
        seed: TOTP seed in base 32; empty: the second factor is set up at the first log-in.
        org: Organisation of the member.
        member: Membership; None for a system administrator.
        system: Capabilities of the installation.
        actor: Who does it, for the audit row.
    """

    login: str
    password: str = field(repr=False)
    seed: str = field(default="", repr=False)
    org: OrgId | None = None
    member: MemberId | None = None
    system: frozenset[str] = frozenset()
    actor: str = "command line"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What was made; recovery codes only when a seed was given, shown once."""

    account: AccountId
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


class Provisioner:
    """Makes accounts without an activation code.

    Args:
        parts: What accounts stand on.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def create(self, wish: Provision) -> Provisioned:
        """Make an account.

        Raises:
            Refused: LOGIN_NAME_WRONG, LOGIN_NAME_TAKEN, or a reason against the password; NO_ACCOUNT when the member has
                an account already under another name.
        """
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        key = login_key(wish.login)
        check_password(wish.password, Context((key,)), second_factor=True)
        ident = AccountId(parts.ids.uuid7())
        sealed = await parts.hasher.hash(wish.password, ident)
        new = NewAccount(ident, wish.login, key, sealed, wish.org, wish.member, wish.system)
        act = Act("account.provisioned", wish.actor, org=wish.org, subject=wish.member)
        try:
            await parts.desk.commit((parts.accounts.insert(new, now_ms),), acts=(act,))
        except Duplicate as taken:
            raise Refused(LOGIN_NAME_TAKEN if taken.index == LOGIN_INDEX else NO_ACCOUNT) from None
        codes = await self._enrol(ident, wish.seed) if wish.seed else ()
        return Provisioned(ident, codes)

    async def set_active(self, login: str, active: bool, actor: str = "command line") -> bool:
        """Disable an account (all its sessions end, everywhere) or enable it; false when there is no such account.

        Raises:
            GuardFailed: Something else changed the account at the same instant.
        """
        parts = self._parts
        account = await parts.accounts.by_login(fold(login))
        if account is None:
            return False
        word = "account.enabled" if active else "account.disabled"
        act = Act(word, actor, org=account.org, subject=account.member)
        await parts.desk.commit((parts.accounts.set_active(account, active),), acts=(act,))
        await parts.book.end_others(account.id, None)
        return True

    async def _enrol(self, ident: AccountId, seed: str) -> tuple[str, ...]:
        parts = self._parts
        account = await parts.accounts.by_id(ident)
        if account is None:
            raise LookupError(ident)
        codes = new_codes(parts.ids)
        digests = [code_digest(code, "recovery") for code in codes]
        await parts.desk.commit((parts.accounts.set_factor(account, seed, 0, digests, parts.clock.now_ms()),))
        return codes
