"""The second factor: setting it up, and its recovery codes.

The seed of a factor that is being set up lives in the session that asked for it; the account gets it when the first code was
right. A new factor ends all other sessions (ASVS 5.0 7.4.3). May be imported by server.
"""

import base64
from dataclasses import dataclass, field, replace

from channels.protocol.errors import REAUTH_NEEDED, Refused
from moderation.audit import Act
from server.accounts.account_store import Account
from server.accounts.book import Identified
from server.accounts.codes import RECOVERY_BYTES, code_digest, write_code
from server.accounts.desk import Notice
from server.accounts.errors import ENROL_NOT_STARTED, RESET_CODE_NEEDED, STEP_WRONG
from server.accounts.parts import Parts
from server.accounts.proofs import Proofs, refusal
from server.accounts.session_store import SEED_FIELD, StoredSession
from server.accounts.totp import SEED_BYTES, Verdict, judge, provisioning_uri, seed_text
from server.accounts.values import Opened, SessionView, Step, Visit
from storage.entries import Write
from storage.ids import IdSource

RECOVERY_COUNT = 10
FRESH_MS = 600_000  # re-authentication counts for 10 minutes


@dataclass(frozen=True, slots=True)
class Seed:
    """A factor that is being set up; shown to its owner once.

    Attributes:
        text: Base-32 seed for typing.
        uri: `otpauth://` address for the QR code.
    """

    text: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A factor that stands.

    Attributes:
        codes: Recovery codes, shown once.
        opened: The session under its new token.
    """

    codes: tuple[str, ...] = field(repr=False)
    opened: Opened


def random_bytes(ids: IdSource, size: int) -> bytes:
    """`size` random bytes of an id source."""
    secret = ids.secret(size)
    return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))[:size]


def new_codes(ids: IdSource) -> tuple[str, ...]:
    """Ten fresh recovery codes of 112 bits."""
    return tuple(write_code(random_bytes(ids, RECOVERY_BYTES)) for _ in range(RECOVERY_COUNT))


class Factors:
    """Sets up second factors.

    Args:
        parts: What accounts stand on.
        proofs: Knows the doors.
    """

    def __init__(self, parts: Parts, proofs: Proofs) -> None:
        self._parts = parts
        self._proofs = proofs

    async def start(self, found: Identified) -> Seed:
        """Draw a seed and keep it, sealed, in the session.

        Raises:
            Refused: STEP_WRONG before the password or while a factor is asked for; REAUTH_NEEDED for a complete session
                whose proof is older than 10 minutes; RESET_CODE_NEEDED after a reset without the officers' code.
        """
        parts, session = self._parts, found.session
        account = await self._may_enrol(found)
        seed = seed_text(random_bytes(parts.ids, SEED_BYTES))
        sealed = parts.cipher.encrypt(seed, field=SEED_FIELD, record=session.id)
        if not await parts.sessions.keep_seed(session, sealed):
            raise Refused(STEP_WRONG)
        org = await parts.directory.org(account.org) if account.org else None
        return Seed(seed, provisioning_uri(seed, account.login, org.name if org else "Huitang"))

    async def confirm(self, found: Identified, typed: str, visit: Visit) -> Enrolled:
        """Take the factor when its first code is right; all other sessions end.

        Raises:
            Refused: TOTP_WRONG or TOTP_CLOCK; ENROL_NOT_STARTED; as `start`.
            GuardFailed: Something else changed the account at the same instant.
        """
        parts, session = self._parts, found.session
        account = await self._may_enrol(found)
        stored = await parts.sessions.by_id(session.id)
        if stored is None or stored.seed is None:
            raise Refused(ENROL_NOT_STARTED)
        seed = parts.cipher.decrypt(stored.seed, field=SEED_FIELD, record=session.id)
        now_ms = parts.clock.now_ms()
        judged = judge(seed, typed, now_ms, 0)
        if judged.verdict is not Verdict.ACCEPTED:
            raise refusal(judged, now_ms)
        codes = new_codes(parts.ids)
        digests = [code_digest(code, "recovery") for code in codes]
        token, advance = parts.book.advance(session, Step.DONE, account.generation + 1, proved=True)
        writes: list[Write] = [
            parts.accounts.set_factor(account, seed, judged.step, digests, now_ms),
            advance,
        ]
        if account.factor_reset:
            writes.append(parts.codes.burn(stored.reset_code or "", now_ms))
        await parts.desk.commit(
            writes,
            notices=(Notice(account.member, "factor_enrolled", session.agent),),
            acts=(_act(account, "account.factor_enrolled"),),
        )
        await parts.book.end_others(account.id, session.id)
        opened = Opened(token, replace(session, step=Step.DONE, proved_at_ms=now_ms))
        return Enrolled(codes, await self._settle(account, opened, visit))

    async def new_recovery_codes(self, found: Identified) -> tuple[str, ...]:
        """Ten new recovery codes; the old ones are dead. The route asks for a fresh proof.

        Raises:
            Refused: STEP_WRONG without a second factor.
            GuardFailed: Something else changed the account at the same instant.
        """
        parts, account = self._parts, found.account
        if account is None or account.seed is None:
            raise Refused(STEP_WRONG)
        codes = new_codes(parts.ids)
        digests = [code_digest(code, "recovery") for code in codes]
        await parts.desk.commit(
            (parts.accounts.set_recovery(account, digests),),
            notices=(Notice(account.member, "recovery_codes_made", found.session.agent),),
            acts=(_act(account, "account.recovery_codes_made"),),
        )
        return codes

    async def _may_enrol(self, found: Identified) -> Account:
        account, session = found.account, found.session
        if account is None or session.step is Step.TOTP:
            raise Refused(STEP_WRONG)
        if session.step is Step.ENROL and account.seed is not None:
            raise Refused(STEP_WRONG)
        if session.step is Step.DONE and not self._fresh(session):
            raise Refused(REAUTH_NEEDED)
        if account.factor_reset and not await self._has_code(session):
            raise Refused(RESET_CODE_NEEDED)
        return account

    def _fresh(self, session: SessionView) -> bool:
        return 0 <= self._parts.clock.now_ms() - session.proved_at_ms <= FRESH_MS

    async def _has_code(self, session: SessionView) -> bool:
        stored: StoredSession | None = await self._parts.sessions.by_id(session.id)
        return stored is not None and stored.reset_code is not None

    async def _settle(self, account: Account, opened: Opened, visit: Visit) -> Opened:
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        visit = replace(visit, known=opened.session.known_device)
        await parts.doors.reset(self._proofs.door(account, "", visit))
        device = visit.device or parts.ids.secret()
        await parts.sessions.know(
            account.id, opened.session.id, device, now_ms=now_ms, until_ms=now_ms + parts.policy.device_ms
        )
        return replace(opened, device=device)


def _act(account: Account, action: str) -> Act:
    return Act(action=action, actor=account.who, org=account.org, subject=account.member)
