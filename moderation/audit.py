"""The audit trail: who did something sensitive to whom, when and why. Append-only; the member reads the rows about himself.

Rows: every officer's read of personal details, every change of the roll, of roles and of factors, exports, codes handed out,
log-ins. A changed value is kept as a keyed fingerprint only; the reason an officer wrote is sealed like a personal field.
Kept three years (domain.md 2.15), then deleted by the database itself. There is no call that changes or deletes a row.

May be imported by channels and server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from storage.client import Document, Mongo, Unit
from storage.clock import Clock, utc
from storage.crypto import FieldCipher
from storage.entries import Insert
from storage.ids import IdSource
from storage.indexes import IndexSpec
from storage.rotation import SealedField

AUDIT = "audit"
KEPT_DAYS = 3 * 365
REASON_FIELD = "audit.sealed.reason"
FINGERPRINT_FIELD = "audit.change"

SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(AUDIT, "sealed.reason"),)
"""For key rotation."""

AUDIT_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(AUDIT, "audit_subject", (("subject", 1), ("_id", -1)), partial={"open": True}),
    IndexSpec(AUDIT, "audit_unit", (("unit", 1), ("_id", -1))),
    IndexSpec(AUDIT, "audit_actor", (("actor", 1), ("_id", -1))),
    IndexSpec(AUDIT, "audit_expiry", (("expires_at", 1),), expire_after_s=0),
)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is to stand in the trail.

    Attributes:
        action: `area.verb` in past tense, e.g. `roll.opened`, `mfa.reset_approved`.
        actor: Member (or account, without membership) who acted.
        actor_name: Display name at that moment, so that the row can be read after the actor has left.
        actor_role: Role word under which it was done; empty for oneself.
        org: Organisation; None for the installation.
        unit: Unit in which it was done.
        subject: Member whom it concerns.
        fields: Names of the fields that were read or changed.
        reason: What the actor wrote; sealed in the store.
        before: Field -> old value of changed fields; only fingerprints are stored.
        after: Field -> new value.
        notes: Further plain values: numbers, words; never personal.
        open: True when the subject may read the row.
    """

    action: str
    actor: str
    actor_name: str = ""
    actor_role: str = ""
    org: str | None = None
    unit: str | None = None
    subject: str | None = None
    fields: tuple[str, ...] = ()
    reason: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str | int] = field(default_factory=dict)
    open: bool = True


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row as read back; attributes as in `Act`, values of changed fields as fingerprints."""

    id: str
    at_ms: int
    action: str
    actor: str
    actor_name: str
    actor_role: str
    org: str | None
    unit: str | None
    subject: str | None
    fields: tuple[str, ...]
    reason: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    notes: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class PageAt:
    """Where a page of rows begins.

    Attributes:
        before: Only rows older than the one with this id (UUIDv7: ids sort by time); empty for the newest.
        limit: Rows at most, 1 to 200.
    """

    before: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Only:
    """Which rows of some units.

    Attributes:
        actions: These actions; None for all of them.
        member: Rows about this member and of what they did; empty for everybody's.
    """

    actions: tuple[str, ...] | None = None
    member: str = ""


EVERY_ROW = Only()


class AuditTrail:
    """Writes and reads the trail.

    Args:
        mongo: The database; AUDIT_INDEXES must exist.
        cipher: Seals reasons and fingerprints values.
        clock: Time of rows.
        ids: Ids of rows.
    """

    def __init__(self, mongo: Mongo, cipher: FieldCipher, clock: Clock, ids: IdSource) -> None:
        self._rows = mongo.collection(AUDIT)
        self._cipher = cipher
        self._clock = clock
        self._ids = ids

    def write(self, act: Act) -> Insert:
        """The row as a companion write, for the same unit as what it tells of."""
        return Insert(AUDIT, self._document(act))

    async def append(self, act: Act, *, unit: Unit | None = None) -> None:
        """Store one row now, or in an open transaction."""
        await self._rows.insert_one(self._document(act), unit=unit)

    async def about(self, subject: str, page: PageAt) -> list[AuditRow]:
        """Rows about a member that the member may read, newest first."""
        return await self._page({"subject": subject, "open": True}, page)

    async def of_units(self, units: Sequence[str], page: PageAt, only: Only = EVERY_ROW) -> list[AuditRow]:
        """Rows of some units, newest first: for officers with `branch.read_audit`."""
        wanted: Document = {"unit": {"$in": list(units)}}
        if only.actions is not None:
            wanted["action"] = {"$in": list(only.actions)}
        if only.member:
            wanted["$or"] = [{"subject": only.member}, {"actor": only.member}]
        return await self._page(wanted, page)

    async def by_actor(self, actor: str, page: PageAt) -> list[AuditRow]:
        """What one actor did, newest first."""
        return await self._page({"actor": actor}, page)

    async def _page(self, filter: Document, page: PageAt) -> list[AuditRow]:
        if page.before:
            filter["_id"] = {"$lt": page.before}
        found = await self._rows.find(filter, sort=(("_id", -1),), limit=max(1, min(page.limit, 200)))
        return [self._row(document) for document in found]

    def _document(self, act: Act) -> Document:
        ident, now_ms = self._ids.uuid7(), self._clock.now_ms()
        document: Document = {
            "_id": ident,
            "at_ms": now_ms,
            "action": act.action,
            "actor": act.actor,
            "actor_name": act.actor_name,
            "actor_role": act.actor_role,
            "org": act.org,
            "unit": act.unit,
            "subject": act.subject,
            "fields": list(act.fields),
            "before": self._fingerprints(act.before),
            "after": self._fingerprints(act.after),
            "notes": dict(act.notes),
            "open": act.open,
            "expires_at": utc(now_ms) + timedelta(days=KEPT_DAYS),
        }
        if act.reason:
            document["sealed"] = {
                "reason": self._cipher.encrypt(act.reason, field=REASON_FIELD, record=ident)
            }
        return document

    def _fingerprints(self, values: Mapping[str, str]) -> dict[str, str]:
        return {
            name: self._cipher.blind(value, field=f"{FINGERPRINT_FIELD}.{name}")
            for name, value in values.items()
        }

    def _row(self, document: Document) -> AuditRow:
        sealed = document.get("sealed", {}).get("reason")
        reason = ""
        if sealed is not None:
            reason = self._cipher.decrypt(bytes(sealed), field=REASON_FIELD, record=document["_id"])
        return AuditRow(
            id=document["_id"],
            at_ms=document["at_ms"],
            action=document["action"],
            actor=document["actor"],
            actor_name=document["actor_name"],
            actor_role=document["actor_role"],
            org=document["org"],
            unit=document["unit"],
            subject=document["subject"],
            fields=tuple(document["fields"]),
            reason=reason,
            before=document["before"],
            after=document["after"],
            notes=document["notes"],
        )
