"""Accounts, put together: `open_accounts` builds every room once per process. May be imported by server."""

from dataclasses import dataclass, field

from moderation.audit import AUDIT_INDEXES, AuditTrail
from moderation.audit import SEALED_FIELDS as AUDIT_SEALED
from server.accounts.account_store import ACCOUNT_INDEXES, AccountStore
from server.accounts.account_store import SEALED_FIELDS as ACCOUNT_SEALED
from server.accounts.activation import Activation
from server.accounts.book import SessionBook, Shelves
from server.accounts.code_store import CODE_INDEXES, CodeStore
from server.accounts.credentials import Credentials
from server.accounts.desk import Desk
from server.accounts.directory import Directory
from server.accounts.door_store import DOOR_INDEXES, Doors
from server.accounts.factors import Factors
from server.accounts.hashing import Cost, Hasher
from server.accounts.login import LogIn
from server.accounts.parts import Parts
from server.accounts.policy import AccountPolicy
from server.accounts.proofs import Proofs
from server.accounts.provision import Provisioner
from server.accounts.resets import RESET_INDEXES, Resets
from server.accounts.resets import SEALED_FIELDS as RESET_SEALED
from server.accounts.session_store import SEALED_FIELDS as SESSION_SEALED
from server.accounts.session_store import SESSION_INDEXES, SessionStore
from server.accounts.token_store import TOKEN_INDEXES, TokenStore
from server.accounts.tokens import Tokens
from storage.bus.port import Bus
from storage.client import Mongo
from storage.clock import Clock
from storage.crypto import FieldCipher
from storage.ids import IdSource
from storage.indexes import IndexSpec
from storage.log import TopicLog
from storage.rotation import SealedField
from storage.tasks import Tasks

ACCOUNTS_INDEXES: tuple[IndexSpec, ...] = (
    *ACCOUNT_INDEXES,
    *SESSION_INDEXES,
    *CODE_INDEXES,
    *DOOR_INDEXES,
    *TOKEN_INDEXES,
    *RESET_INDEXES,
    *AUDIT_INDEXES,
)
"""Every index that accounts and the audit trail need; start-up compares."""

ACCOUNTS_SEALED: tuple[SealedField, ...] = (*ACCOUNT_SEALED, *SESSION_SEALED, *RESET_SEALED, *AUDIT_SEALED)
"""Every sealed value of accounts and the audit trail, for key rotation."""


@dataclass(frozen=True, slots=True)
class Foundations:
    """What accounts are built on.

    Attributes:
        mongo: The database; ACCOUNTS_INDEXES must exist before the first call.
        log: Carries notices.
        cipher: Seals and blind-indexes.
        bus: Tells ended sessions.
        clock: Time.
        ids: Chance.
        policy: Numbers.
        cost: Parameters of argon2id.
    """

    mongo: Mongo
    log: TopicLog
    cipher: FieldCipher
    bus: Bus
    clock: Clock
    ids: IdSource
    policy: AccountPolicy = field(default_factory=AccountPolicy)
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The rooms of accounts.

    Attributes:
        sessions: Who is calling; opens and ends sessions; the `SessionSource` of the hub.
        log_in: Password and second step.
        factors: Setting up a second factor.
        activation: Codes that officers hand out.
        credentials: Own password, devices, proof of identity.
        resets: Lost second factors, by two officers.
        tokens: Bots.
        provisioner: Accounts made on the machine itself.
        directory: The organisation as accounts see it.
        trail: The audit trail.
        parts: What all of them stand on.
    """

    sessions: SessionBook
    log_in: LogIn
    factors: Factors
    activation: Activation
    credentials: Credentials
    resets: Resets
    tokens: Tokens
    provisioner: Provisioner
    directory: Directory
    trail: AuditTrail
    parts: Parts

    async def close(self) -> None:
        """Finish what nobody waits for, and let the hashing threads end."""
        await self.parts.tasks.finish(2.0)
        await self.parts.tasks.close()
        self.parts.hasher.close()


def open_accounts(on: Foundations) -> Accounts:
    """Build the rooms; hashes one password, so it takes some 40 ms."""
    parts, trail = _parts(on), AuditTrail(on.mongo, on.cipher, on.clock, on.ids)
    proofs = Proofs(parts)
    log_in = LogIn(parts, proofs)
    activation = Activation(parts, proofs, log_in)
    return Accounts(
        sessions=parts.book,
        log_in=log_in,
        factors=Factors(parts, proofs),
        activation=activation,
        credentials=Credentials(parts, proofs),
        resets=Resets(parts, on.mongo, activation),
        tokens=Tokens(parts),
        provisioner=Provisioner(parts),
        directory=parts.directory,
        trail=trail,
        parts=parts,
    )


def _parts(on: Foundations) -> Parts:
    accounts = AccountStore(on.mongo, on.cipher)
    sessions, tokens = SessionStore(on.mongo), TokenStore(on.mongo)
    directory = Directory(on.mongo, on.cipher)
    shelves = Shelves(accounts, sessions, tokens, directory)
    return Parts(
        accounts=accounts,
        sessions=sessions,
        codes=CodeStore(on.mongo),
        tokens=tokens,
        doors=Doors(on.mongo, on.policy),
        directory=directory,
        book=SessionBook(shelves, on.bus, on.clock, on.ids, on.policy),
        desk=Desk(on.log, AuditTrail(on.mongo, on.cipher, on.clock, on.ids)),
        hasher=Hasher(on.cipher, on.cost),
        tasks=Tasks(),
        cipher=on.cipher,
        clock=on.clock,
        ids=on.ids,
        policy=on.policy,
    )
