"""Codes that officers hand out: the first account, a new password, a new second factor after a reset.

A code is used up in the same unit as what it opens, so two people who type it at one instant get one account. A new password
never removes the second factor (ASVS 5.0 6.4.3). May be imported by server.
"""

from dataclasses import dataclass, field, replace

from channels.protocol.errors import Refused
from moderation.audit import Act
from server.accounts.account_store import LOGIN_INDEX, Account, NewAccount
from server.accounts.code_store import Purpose, StoredCode
from server.accounts.codes import ACTIVATION_BYTES, code_digest, digest, read_code, write_code
from server.accounts.desk import Notice
from server.accounts.directory import Person
from server.accounts.errors import CODE_WRONG, LOGIN_NAME_TAKEN, LOGIN_WRONG
from server.accounts.factors import random_bytes
from server.accounts.login import LogIn
from server.accounts.logins import fold, login_key
from server.accounts.parts import Parts
from server.accounts.passwords import check_password
from server.accounts.proofs import Proofs
from server.accounts.values import Opened, Step, Visit
from storage.errors import Duplicate, GuardFailed
from storage.ids import AccountId

KIND = "activation"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The officer who hands a code out; who may is decided by the caller.

    Attributes:
        who: Member (or account of a system administrator).
        name: Display name for the audit row.
        role: Role under which it is done.
    """

    who: str
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code as it is shown once, to print or to pass on as a link with the code in the fragment.

    Attributes:
        code: Groups of four characters.
        ends_at_ms: End.
    """

    code: str = field(repr=False)
    ends_at_ms: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the holder of a code sees before using it.

    Attributes:
        org: Name of the organisation.
        name: Name of the member.
        purpose: What it opens.
        login: Log-in name of an account that exists; empty for a first one.
    """

    org: str
    name: str
    purpose: Purpose
    login: str


class Activation:
    """Hands out and takes codes.

    Args:
        parts: What accounts stand on.
        proofs: Checks the password at a reset.
        log_in: Opens the session that follows.
    """

    def __init__(self, parts: Parts, proofs: Proofs, log_in: LogIn) -> None:
        self._parts = parts
        self._proofs = proofs
        self._log_in = log_in

    async def issue(self, person: Person, issuer: Issuer) -> IssuedCode:
        """A new activation code for a member; the old one is dead. The caller has checked `branch.issue_activation`.

        Raises:
            GuardFailed: Two officers did this at one instant; ask again.
        """
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        issued, stored = self.draw(person, issuer, Purpose.ACTIVATE, parts.policy.code_ms)
        act = Act(
            action="account.code_issued",
            actor=issuer.who,
            actor_name=issuer.name,
            actor_role=issuer.role,
            org=person.org,
            unit=person.branch,
            subject=person.member,
        )
        notice = Notice(person.member, "code_issued", params={"until_ms": issued.ends_at_ms})
        await parts.desk.commit(parts.codes.insert(stored, now_ms), notices=(notice,), acts=(act,))
        return issued

    def draw(
        self, person: Person, issuer: Issuer, purpose: Purpose, for_ms: int
    ) -> tuple[IssuedCode, StoredCode]:
        """A fresh code and what is stored of it; nothing is written."""
        ends_at_ms = self._parts.clock.now_ms() + for_ms
        code = write_code(random_bytes(self._parts.ids, ACTIVATION_BYTES))
        stored = StoredCode(
            digest=code_digest(code, KIND),
            purpose=purpose,
            org=person.org,
            unit=person.branch,
            member=person.member,
            made_by=issuer.who,
            ends_at_ms=ends_at_ms,
        )
        return IssuedCode(code, ends_at_ms), stored

    async def check(self, typed: str) -> Invitation:
        """What a code opens, without using it.

        Raises:
            Refused: CODE_WRONG.
        """
        code, person = await self._find(typed)
        account = await self._parts.accounts.by_member(code.member)
        org = await self._parts.directory.org(code.org)
        login = account.login if account is not None else ""
        return Invitation(org.name if org else "", person.name, code.purpose, login)

    async def use(self, typed: str, login: str, password: str, visit: Visit) -> Opened:
        """Use a code: make the account, or set a new password, or open the way to a new second factor.

        Args:
            typed: The code.
            login: Log-in name; must be the account's own when it exists.
            password: New password; after a reset of the factor the present one.
            visit: The browser.

        Raises:
            Refused: CODE_WRONG, LOGIN_NAME_WRONG, LOGIN_NAME_TAKEN, a reason against the password, LOGIN_WRONG at a reset.
        """
        code, person = await self._find(typed)
        account = await self._parts.accounts.by_member(code.member)
        if code.purpose is Purpose.FACTOR_RESET:
            return await self._reopen(code, account, login, password, visit)
        if account is not None:
            return await self._set_password(code, person, account, login, password, visit)
        return await self._create(code, person, login, password, visit)

    async def _find(self, typed: str) -> tuple[StoredCode, Person]:
        parts = self._parts
        plain = read_code(typed, ACTIVATION_BYTES)
        code = None
        if plain is not None:
            code = await parts.codes.find(digest(plain, KIND), parts.clock.now_ms())
        person = await parts.directory.person(code.member) if code is not None else None
        if code is None or person is None or not person.active:
            raise Refused(CODE_WRONG)
        return code, person

    async def _create(
        self, code: StoredCode, person: Person, login: str, password: str, visit: Visit
    ) -> Opened:
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        key = login_key(login)
        context = await parts.directory.own_words(person, key)
        check_password(password, context, second_factor=await parts.directory.needs_factor(person))
        ident = AccountId(parts.ids.uuid7())
        sealed = await parts.hasher.hash(password, ident)
        new = NewAccount(ident, login.strip(), key, sealed, org=person.org, member=person.member)
        act = Act(action="account.activated", actor=person.member, org=person.org, subject=person.member)
        try:
            await parts.desk.commit(
                (parts.codes.burn(code.digest, now_ms), parts.accounts.insert(new, now_ms)), acts=(act,)
            )
        except GuardFailed:
            raise Refused(CODE_WRONG) from None
        except Duplicate as taken:
            raise Refused(LOGIN_NAME_TAKEN if taken.index == LOGIN_INDEX else CODE_WRONG) from None
        return await self._enter(ident, visit)

    async def _set_password(  # noqa: PLR0913 - what was typed, and whose it is
        self, code: StoredCode, person: Person, account: Account, login: str, password: str, visit: Visit
    ) -> Opened:
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        if fold(login) != account.login_key:
            raise Refused(LOGIN_WRONG)
        context = await parts.directory.own_words(person, account.login_key)
        protected = account.seed is not None or await parts.directory.needs_factor(person)
        check_password(password, context, second_factor=protected)
        sealed = await parts.hasher.hash(password, account.id)
        try:
            await parts.desk.commit(
                (parts.codes.burn(code.digest, now_ms), parts.accounts.set_password(account, sealed, now_ms)),
                notices=(Notice(account.member, "password_changed", visit.agent),),
                acts=(Act("account.password_reset", account.who, org=account.org, subject=account.member),),
            )
        except GuardFailed:
            raise Refused(CODE_WRONG) from None
        await parts.sessions.forget_devices(account.id)
        await parts.book.end_others(account.id, None)
        await parts.doors.reset_all(f"login:{account.id}")
        return await self._enter(account.id, visit)

    async def _reopen(
        self, code: StoredCode, account: Account | None, login: str, password: str, visit: Visit
    ) -> Opened:
        """After a reset: the present password and the officers' code lead to a new second factor, and to nothing else."""
        if account is None or fold(login) != account.login_key:
            raise Refused(LOGIN_WRONG)
        door = f"login:{account.id}:{code.digest[:32]}"  # a door of its own: guesses elsewhere do not shut it
        await self._proofs.password(account, password, door)
        if not account.factor_reset:
            raise Refused(CODE_WRONG)
        visit = replace(visit, known=False)
        return await self._parts.book.open(account, Step.ENROL, visit, reset_code=code.digest)

    async def _enter(self, account: AccountId, visit: Visit) -> Opened:
        now = await self._parts.accounts.by_id(account)
        if now is None:
            raise Refused(CODE_WRONG)
        return await self._log_in.enter(now, replace(visit, known=False))
