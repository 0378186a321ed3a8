"""Codes that officers hand out, as stored: collection `activation_codes`. Only digests are kept.

    _id (digest), purpose, org, unit, member, made_by, made_at_ms, ends_at_ms, expires_at

A member has at most one code of a purpose: a new one kills the old. May be imported by server.
"""

from dataclasses import dataclass
from enum import Enum

from storage.client import Document, Mongo
from storage.clock import utc
from storage.entries import Delete, Insert
from storage.ids import MemberId, OrgId, UnitId
from storage.indexes import IndexSpec

CODES = "activation_codes"

CODE_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(CODES, "activation_codes_member", (("member", 1), ("purpose", 1)), unique=True),
    IndexSpec(CODES, "activation_codes_expiry", (("expires_at", 1),), expire_after_s=0),
)


class Purpose(Enum):
    """What a code opens; the word on the wire."""

    ACTIVATE = "activate"
    """A first account, or a new password for one that exists; the second factor stays."""
    FACTOR_RESET = "factor_reset"
    """A new second factor after two officers took the old one away; the password is still needed."""


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code that is valid now or was.

    Attributes:
        digest: What is stored of it.
        purpose: What it opens.
        org: Organisation of the member.
        unit: Branch of the member.
        member: For whom.
        made_by: Officer who handed it out.
        ends_at_ms: End.
    """

    digest: str
    purpose: Purpose
    org: OrgId
    unit: UnitId
    member: MemberId
    made_by: str
    ends_at_ms: int


class CodeStore:
    """Reads codes and makes their changes.

    Args:
        mongo: The database; CODE_INDEXES must exist.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._codes = mongo.collection(CODES)

    async def find(self, digest: str, now_ms: int) -> StoredCode | None:
        """The code with this digest, None when there is none or it has expired."""
        found = await self._codes.find_one({"_id": digest, "ends_at_ms": {"$gt": now_ms}})
        if found is None:
            return None
        return StoredCode(
            digest=found["_id"],
            purpose=Purpose(found["purpose"]),
            org=found["org"],
            unit=found["unit"],
            member=found["member"],
            made_by=found["made_by"],
            ends_at_ms=found["ends_at_ms"],
        )

    def insert(self, code: StoredCode, now_ms: int) -> tuple[Delete, Insert]:
        """A new code; the member's old one of that purpose is dead."""
        document: Document = {
            "_id": code.digest,
            "purpose": code.purpose.value,
            "org": code.org,
            "unit": code.unit,
            "member": code.member,
            "made_by": code.made_by,
            "made_at_ms": now_ms,
            "ends_at_ms": code.ends_at_ms,
            "expires_at": utc(code.ends_at_ms),
        }
        old = Delete(CODES, {"member": code.member, "purpose": code.purpose.value}, must_match=False)
        return old, Insert(CODES, document)

    def burn(self, digest: str, now_ms: int) -> Delete:
        """Use a code up; matches for exactly one caller, and only before its end."""
        return Delete(CODES, {"_id": digest, "ends_at_ms": {"$gt": now_ms}})
