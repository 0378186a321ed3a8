"""Sessions and known devices as stored: collections `sessions` and `devices`. Only digests of tokens are kept.

    sessions: _id, token, account, generation, org, member, step, made_at_ms, seen_at_ms, ends_at_ms, proved_at_ms, agent,
              known_device, browser, wrong_codes, sealed {seed: of a factor that is being set up}, reset_code, expires_at
    devices:  _id (digest of account and device token), account, made_at_ms, expires_at

May be imported by server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from server.accounts.codes import digest
from server.accounts.values import Kind, SessionView, Step
from storage.batched import Batched
from storage.client import Document, Mongo
from storage.clock import utc
from storage.entries import Update
from storage.ids import AccountId, SessionId
from storage.indexes import IndexSpec
from storage.rotation import SealedField

SESSIONS = "sessions"
DEVICES = "devices"

SEED_FIELD = "sessions.sealed.seed"
SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(SESSIONS, "sealed.seed"),)
"""For key rotation."""

SESSION_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(SESSIONS, "sessions_token", (("token", 1),), unique=True),
    IndexSpec(SESSIONS, "sessions_account", (("account", 1), ("seen_at_ms", -1))),
    IndexSpec(SESSIONS, "sessions_expiry", (("expires_at", 1),), expire_after_s=0),
    IndexSpec(DEVICES, "devices_account", (("account", 1),)),
    IndexSpec(DEVICES, "devices_expiry", (("expires_at", 1),), expire_after_s=0),
)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session with what only accounts need of it.

    Attributes:
        view: What others may see.
        generation: Generation of the account it was made in.
        wrong_codes: Wrong second factors in this log-in.
        seed: Sealed seed of a factor that is being set up.
        reset_code: Digest of the officers' code that opened this log-in after a reset; burnt when the new factor stands.
    """

    view: SessionView
    generation: int
    wrong_codes: int
    seed: bytes | None = field(default=None, repr=False)
    reset_code: str | None = field(default=None, repr=False)


def token_digest(token: str) -> str:
    """What is stored of a session token."""
    return digest(token, "session")


def device_digest(account: str, token: str) -> str:
    """What is stored of a device token; the same device looks different in each account."""
    return digest(f"{account} {token}", "device")


def browser_mark(token: str) -> str:
    """What a session keeps of the browser it was opened in; the same for all accounts there.

    Needed for one rule only: that a phone checks in one member per round of a meeting (domain.md 2.5). It is compared inside
    a round and stored nowhere else; meetings keep a blind form of it that differs from round to round.
    """
    return digest(token, "browser")


def to_session(found: Document) -> StoredSession:
    """Session of a stored document."""
    view = SessionView(
        id=SessionId(found["_id"]),
        account=AccountId(found["account"]),
        org=found["org"],
        member=found["member"],
        step=Step(found["step"]),
        kind=Kind.DEVICE,
        made_at_ms=found["made_at_ms"],
        seen_at_ms=found["seen_at_ms"],
        expires_at_ms=found["ends_at_ms"],
        proved_at_ms=found["proved_at_ms"],
        agent=found["agent"],
        known_device=found["known_device"],
        browser=found.get("browser", ""),
    )
    seed = found.get("sealed", {}).get("seed")
    return StoredSession(
        view=view,
        generation=found["generation"],
        wrong_codes=found["wrong_codes"],
        seed=bytes(seed) if seed else None,
        reset_code=found.get("reset_code"),
    )


def to_document(session: StoredSession, token: str) -> Document:
    """Stored form of a new session."""
    view = session.view
    return {
        "_id": view.id,
        "token": token_digest(token),
        "account": view.account,
        "generation": session.generation,
        "org": view.org,
        "member": view.member,
        "step": view.step.value,
        "made_at_ms": view.made_at_ms,
        "seen_at_ms": view.seen_at_ms,
        "ends_at_ms": view.expires_at_ms,
        "proved_at_ms": view.proved_at_ms,
        "agent": view.agent,
        "known_device": view.known_device,
        "wrong_codes": 0,
        "reset_code": session.reset_code,
        "expires_at": utc(view.expires_at_ms),
    }


class SessionStore:
    """Reads and changes sessions.

    Args:
        mongo: The database; SESSION_INDEXES must exist.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._sessions = mongo.collection(SESSIONS)
        self._devices = mongo.collection(DEVICES)
        self._by_token = Batched(partial(self._read, "token"))
        self._by_id = Batched(partial(self._read, "_id"))

    async def by_token(self, token: str) -> StoredSession | None:
        """The session of a cookie value."""
        return await self._by_token.get(token_digest(token))

    async def by_id(self, session: str) -> StoredSession | None:
        """The session of that name."""
        return await self._by_id.get(session)

    async def existing(self, sessions: Sequence[str]) -> set[str]:
        """Those of the names that are stored."""
        return await self._sessions.existing(sessions)

    async def _read(self, key: str, values: Sequence[str]) -> dict[str, StoredSession]:
        found = await self._sessions.find({key: {"$in": list(values)}}, limit=len(values))
        return {document[key]: to_session(document) for document in found}

    async def insert(self, session: StoredSession, token: str) -> None:
        """Store a new session under its token."""
        await self._sessions.insert_one(to_document(session, token))

    def advance(self, before: SessionView, after: SessionView, token: str, generation: int) -> Update:
        """Bring a session to a new state under a new token; matches only while nobody else has advanced it."""
        fields = {
            "token": token_digest(token),
            "generation": generation,
            "step": after.step.value,
            "seen_at_ms": after.seen_at_ms,
            "ends_at_ms": after.expires_at_ms,
            "expires_at": utc(after.expires_at_ms),
            "proved_at_ms": after.proved_at_ms,
            "known_device": after.known_device,
            "wrong_codes": 0,
        }
        guard = {"_id": before.id, "proved_at_ms": before.proved_at_ms}
        return Update(SESSIONS, guard, {"$set": fields, "$unset": {"sealed": "", "reset_code": ""}})

    async def count_wrong(self, session: SessionView, most: int) -> bool:
        """Count a wrong code; false when that was one too many or the session is gone."""
        found = await self._sessions.find_one_and_update({"_id": session.id}, {"$inc": {"wrong_codes": 1}})
        return found is not None and found["wrong_codes"] < most

    async def keep_seed(self, session: SessionView, sealed: bytes) -> bool:
        """Remember the seed of a factor that is being set up in this session."""
        return bool(await self._sessions.update_one({"_id": session.id}, {"$set": {"sealed.seed": sealed}}))

    async def seen(self, session: str, now_ms: int, not_after_ms: int) -> None:
        """Write the time of last use unless it is newer than `not_after_ms` already."""
        guard = {"_id": session, "seen_at_ms": {"$lt": not_after_ms}}
        await self._sessions.update_one(guard, {"$set": {"seen_at_ms": now_ms}})

    async def of_account(self, account: str) -> list[StoredSession]:
        """Sessions of an account, the one used last first; at most 200."""
        found = await self._sessions.find({"account": account}, sort=(("seen_at_ms", -1),), limit=200)
        return [to_session(document) for document in found]

    async def delete(self, account: str, session: str) -> bool:
        """End one session of an account; false when there was none."""
        return bool(await self._sessions.delete_one({"_id": session, "account": account}))

    async def is_known(self, account: str, token: str) -> bool:
        """True when the device had a full log-in of this account."""
        if not token:
            return False
        return await self._devices.find_one({"_id": device_digest(account, token)}) is not None

    async def know(self, account: str, session: str, token: str, *, now_ms: int, until_ms: int) -> None:
        """Remember a device after a full log-in in a session."""
        await self._sessions.update_one({"_id": session}, {"$set": {"browser": browser_mark(token)}})
        await self._devices.update_one(
            {"_id": device_digest(account, token)},
            {
                "$set": {"expires_at": utc(until_ms)},
                "$setOnInsert": {"account": account, "made_at_ms": now_ms},
            },
            upsert=True,
        )

    async def forget_devices(self, account: str) -> None:
        """Treat every device of an account as a stranger from now on."""
        await self._devices.delete_many({"account": account})
