"""Accounts as stored: collection `accounts`. Changes are values, so that they share a unit with their notice and audit row.

    _id, login, login_key, sealed {password (a hash), seed}, last_step, recovery [{digest, used_at_ms}], generation, state,
    org, member, system, factor_reset, made_at_ms, password_at_ms, factor_at_ms

`generation` counts what ends all sessions (new password, new or lost factor, disabling): a session of an older generation is
dead, whatever races. May be imported by server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.batched import Batched
from storage.client import Document, Mongo
from storage.crypto import FieldCipher
from storage.entries import Insert, Update
from storage.ids import AccountId, MemberId, OrgId
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ACCOUNTS = "accounts"
SEED_FIELD = "accounts.sealed.seed"
LOGIN_INDEX = "accounts_login"
MEMBER_INDEX = "accounts_member"

SEALED_FIELDS: tuple[SealedField, ...] = (
    SealedField(ACCOUNTS, "sealed.password"),
    SealedField(ACCOUNTS, "sealed.seed"),
)
"""For key rotation."""

ACCOUNT_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(ACCOUNTS, LOGIN_INDEX, (("login_key", 1),), unique=True),
    IndexSpec(ACCOUNTS, MEMBER_INDEX, (("member", 1),), unique=True, partial={"member": {"$exists": True}}),
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as read just now.

    Attributes:
        id: Its id.
        login: Log-in name as typed; `login_key` is its normal form.
        password: Sealed hash.
        seed: Sealed TOTP seed; None without a second factor.
        last_step: Last TOTP step that was accepted.
        recovery_left: Unused recovery codes.
        generation: See module.
        active: False when it was disabled.
        factor_reset: Two officers took the factor away; only their code leads to a new one.
        org: Organisation, None for system administrators.
        member: Membership, None for system administrators.
        system: Capabilities of the installation.
        made_at_ms: Birth.
        password_at_ms: Last change of the password.
        factor_at_ms: Last enrolment of the factor, 0 for never.
    """

    id: AccountId
    login: str
    login_key: str
    password: bytes = field(repr=False)
    seed: bytes | None = field(repr=False)
    last_step: int
    recovery_left: int
    generation: int
    active: bool
    factor_reset: bool
    org: OrgId | None
    member: MemberId | None
    system: frozenset[str]
    made_at_ms: int
    password_at_ms: int
    factor_at_ms: int

    @property
    def who(self) -> str:
        """The member, or the account where there is none: the name in audit rows."""
        return self.member or self.id


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be; attributes as in `Account`."""

    id: AccountId
    login: str
    login_key: str
    password: bytes = field(repr=False)
    org: OrgId | None = None
    member: MemberId | None = None
    system: frozenset[str] = frozenset()


def to_account(found: Document) -> Account:
    """Account of a stored document."""
    return Account(
        id=AccountId(found["_id"]),
        login=found["login"],
        login_key=found["login_key"],
        password=bytes(found["sealed"]["password"]),
        seed=bytes(found["sealed"]["seed"]) if "seed" in found["sealed"] else None,
        last_step=found["last_step"],
        recovery_left=sum(code["used_at_ms"] is None for code in found["recovery"]),
        generation=found["generation"],
        active=found["state"] == "active",
        factor_reset=found["factor_reset"],
        org=found.get("org"),
        member=found.get("member"),
        system=frozenset(found["system"]),
        made_at_ms=found["made_at_ms"],
        password_at_ms=found["password_at_ms"],
        factor_at_ms=found["factor_at_ms"],
    )


class AccountStore:
    """Reads accounts and makes their changes.

    Args:
        mongo: The database; ACCOUNT_INDEXES must exist.
        cipher: Seals seeds.
    """

    def __init__(self, mongo: Mongo, cipher: FieldCipher) -> None:
        self._accounts = mongo.collection(ACCOUNTS)
        self._cipher = cipher
        self._by_id = Batched(self._read)

    async def by_id(self, account: str) -> Account | None:
        """The account, None when there is none."""
        return await self._by_id.get(account)

    async def _read(self, ids: Sequence[str]) -> dict[str, Account]:
        found = await self._accounts.find({"_id": {"$in": list(ids)}}, limit=len(ids))
        return {document["_id"]: to_account(document) for document in found}

    async def by_login(self, login_key: str) -> Account | None:
        """The account of a log-in name in normal form."""
        return await self._one({"login_key": login_key})

    async def by_member(self, member: str) -> Account | None:
        """The account of a member."""
        return await self._one({"member": member})

    async def count(self) -> int:
        """1 when there is any account, else 0."""
        return await self._accounts.count({}, limit=1)

    async def _one(self, filter: Document) -> Account | None:
        found = await self._accounts.find_one(filter)
        return None if found is None else to_account(found)

    def open_seed(self, account: Account) -> str:
        """The TOTP seed in base 32.

        Raises:
            BadCiphertext: It does not open with the keys at hand.
            LookupError: There is none.
        """
        if account.seed is None:
            raise LookupError("no second factor")
        return self._cipher.decrypt(account.seed, field=SEED_FIELD, record=account.id)

    async def take_step(self, account: Account, step: int) -> bool:
        """Use up a TOTP step: true for exactly one caller, over all processes (RFC 6238 section 5.2)."""
        guard = {
            "_id": account.id,
            "last_step": {"$lt": step},
            "generation": account.generation,
            "state": "active",
        }
        return bool(await self._accounts.update_one(guard, {"$set": {"last_step": step}}))

    async def rehash(self, account: Account, password: bytes) -> None:
        """Replace a hash by one of the same password with today's parameters; loses against a change of password."""
        await self._accounts.update_one(
            {"_id": account.id, "sealed.password": account.password}, {"$set": {"sealed.password": password}}
        )

    def insert(self, new: NewAccount, now_ms: int) -> Insert:
        """A new account without a second factor; the unique indexes refuse a taken name and a second account."""
        document: Document = {
            "_id": new.id,
            "login": new.login,
            "login_key": new.login_key,
            "sealed": {"password": new.password},
            "last_step": 0,
            "recovery": [],
            "generation": 0,
            "state": "active",
            "factor_reset": False,
            "system": sorted(new.system),
            "made_at_ms": now_ms,
            "password_at_ms": now_ms,
            "factor_at_ms": 0,
        }
        if new.org is not None:
            document["org"] = new.org
        if new.member is not None:
            document["member"] = new.member
        return Insert(ACCOUNTS, document)

    def set_password(self, account: Account, password: bytes, now_ms: int) -> Update:
        """A new password; ends all sessions."""
        return self._next_generation(account, {"sealed.password": password, "password_at_ms": now_ms})

    def set_factor(
        self, account: Account, seed: str, step: int, digests: Sequence[str], now_ms: int
    ) -> Update:
        """A new second factor with its recovery codes; `step` was used to confirm it; ends all sessions."""
        sealed = self._cipher.encrypt(seed, field=SEED_FIELD, record=account.id)
        fields = {
            "sealed.seed": sealed,
            "last_step": step,
            "recovery": unused(digests),
            "factor_at_ms": now_ms,
            "factor_reset": False,
        }
        return self._next_generation(account, fields)

    def set_recovery(self, account: Account, digests: Sequence[str]) -> Update:
        """New recovery codes; the old ones are dead."""
        guard = {"_id": account.id, "generation": account.generation}
        return Update(ACCOUNTS, guard, {"$set": {"recovery": unused(digests)}})

    def use_recovery(self, account: Account, digest: str, now_ms: int) -> Update:
        """Burn one recovery code; matches for exactly one caller."""
        guard = {
            "_id": account.id,
            "generation": account.generation,
            "state": "active",
            "recovery": {"$elemMatch": {"digest": digest, "used_at_ms": None}},
        }
        return Update(ACCOUNTS, guard, {"$set": {"recovery.$.used_at_ms": now_ms}})

    def drop_factor(self, account: Account) -> Update:
        """Take the second factor and its recovery codes away; ends all sessions."""
        update = self._next_generation(account, {"recovery": [], "factor_reset": True})
        return Update(ACCOUNTS, update.filter, {**update.update, "$unset": {"sealed.seed": ""}})

    def set_active(self, account: Account, active: bool) -> Update:
        """Disable (ends all sessions) or enable an account."""
        return self._next_generation(account, {"state": "active" if active else "disabled"})

    def end_sessions(self, account: Account) -> Update:
        """End all sessions and nothing else."""
        return self._next_generation(account, {})

    def _next_generation(self, account: Account, fields: Document) -> Update:
        update: Document = {"$inc": {"generation": 1}}
        if fields:
            update["$set"] = fields
        return Update(ACCOUNTS, {"_id": account.id, "generation": account.generation}, update)


def unused(digests: Sequence[str]) -> list[Document]:
    """Recovery codes as stored before their use."""
    return [{"digest": digest, "used_at_ms": None} for digest in digests]
