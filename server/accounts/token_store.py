"""Bearer tokens of bots as stored: collection `tokens`. Only the digest of a token is kept.

    _id, digest, org, unit, name, scopes, capabilities, made_by, made_at_ms, ends_at_ms, seen_at_ms, expires_at

A revoked token is deleted; the audit trail tells of it. May be imported by server.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.accounts.codes import digest
from storage.client import Document, Mongo
from storage.clock import utc
from storage.entries import Delete, Insert
from storage.ids import MemberId, OrgId, UnitId
from storage.indexes import IndexSpec

TOKENS = "tokens"
PREFIX = "ht_"  # lets secret scanners and people recognise one

TOKEN_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(TOKENS, "tokens_digest", (("digest", 1),), unique=True),
    IndexSpec(TOKENS, "tokens_unit", (("unit", 1), ("made_at_ms", -1))),
    IndexSpec(TOKENS, "tokens_maker", (("made_by", 1),)),
    IndexSpec(TOKENS, "tokens_expiry", (("expires_at", 1),), expire_after_s=0),
)


@dataclass(frozen=True, slots=True)
class BotToken:
    """A token.

    Attributes:
        id: Its name; also the account and session of what it does.
        org: Organisation.
        unit: The only unit it may act in.
        name: What people call it.
        scopes: Command types and route names it may use.
        capabilities: Words those need; each counts only while the maker has it, too.
        made_by: Member who answers for it.
        made_at_ms: Birth.
        ends_at_ms: End.
        seen_at_ms: Last use, to the minute; 0 for never.
    """

    id: str
    org: OrgId
    unit: UnitId
    name: str
    scopes: frozenset[str]
    capabilities: frozenset[str]
    made_by: MemberId
    made_at_ms: int
    ends_at_ms: int
    seen_at_ms: int = 0


def bearer_digest(token: str) -> str:
    """What is stored of a bearer token."""
    return digest(token, "bearer")


def to_token(found: Document) -> BotToken:
    """Token of a stored document."""
    return BotToken(
        id=found["_id"],
        org=found["org"],
        unit=found["unit"],
        name=found["name"],
        scopes=frozenset(found["scopes"]),
        capabilities=frozenset(found["capabilities"]),
        made_by=found["made_by"],
        made_at_ms=found["made_at_ms"],
        ends_at_ms=found["ends_at_ms"],
        seen_at_ms=found["seen_at_ms"],
    )


class TokenStore:
    """Reads tokens and makes their changes.

    Args:
        mongo: The database; TOKEN_INDEXES must exist.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._tokens = mongo.collection(TOKENS)

    async def by_secret(self, token: str) -> BotToken | None:
        """The token that was shown."""
        return await self._one({"digest": bearer_digest(token)})

    async def by_id(self, ident: str) -> BotToken | None:
        """The token of that name."""
        return await self._one({"_id": ident})

    async def existing(self, idents: Sequence[str]) -> set[str]:
        """Those of the names that are stored."""
        return await self._tokens.existing(idents)

    async def _one(self, filter: Document) -> BotToken | None:
        found = await self._tokens.find_one(filter)
        return None if found is None else to_token(found)

    async def of_units(self, units: frozenset[UnitId]) -> list[BotToken]:
        """Tokens of some units, newest first; at most 200."""
        found = await self._tokens.find(
            {"unit": {"$in": sorted(units)}}, sort=(("made_at_ms", -1),), limit=200
        )
        return [to_token(document) for document in found]

    async def made_by(self, member: str) -> list[BotToken]:
        """Tokens somebody made."""
        return [to_token(found) for found in await self._tokens.find({"made_by": member}, limit=200)]

    async def seen(self, ident: str, now_ms: int, not_after_ms: int) -> None:
        """Write the time of last use unless it is newer than `not_after_ms` already."""
        guard = {"_id": ident, "seen_at_ms": {"$lt": not_after_ms}}
        await self._tokens.update_one(guard, {"$set": {"seen_at_ms": now_ms}})

    def insert(self, token: BotToken, secret: str) -> Insert:
        """A new token."""
        document: Document = {
            "_id": token.id,
            "digest": bearer_digest(secret),
            "org": token.org,
            "unit": token.unit,
            "name": token.name,
            "scopes": sorted(token.scopes),
            "capabilities": sorted(token.capabilities),
            "made_by": token.made_by,
            "made_at_ms": token.made_at_ms,
            "ends_at_ms": token.ends_at_ms,
            "seen_at_ms": 0,
            "expires_at": utc(token.ends_at_ms),
        }
        return Insert(TOKENS, document)

    def delete(self, ident: str) -> Delete:
        """Revoke a token; matches for one caller."""
        return Delete(TOKENS, {"_id": ident})
