"""Taking a lost second factor away: two officers, a reason, a notice to the member (domain.md S3.5, 2.17).

    open --approve (another officer)--> approved     the factor and all sessions die; a code, valid 24 h, leads to a new one
      '--decline (the member or an officer)--> declined      '--72 h--> expired

Collection `mfa_resets`: _id, org, unit, member, state, asked_by, asked_by_name, sealed {reason}, made_at_ms, ends_at_ms,
decided_by, decided_by_name, decided_at_ms. May be imported by server.
"""

from dataclasses import dataclass, field
from typing import Literal

from channels.branch.roles import must_differ
from channels.core.actor import Actor, Place
from channels.protocol.errors import FORBIDDEN, NOT_FOUND, Refused
from moderation.audit import Act
from server.accounts.account_store import Account
from server.accounts.activation import Activation, IssuedCode, Issuer
from server.accounts.code_store import Purpose
from server.accounts.desk import Notice
from server.accounts.directory import Person
from server.accounts.errors import NO_ACCOUNT, RESET_NOT_OPEN, RESET_OPEN_ALREADY, RESET_SAME_OFFICER
from server.accounts.parts import Parts
from storage.client import Document, Mongo
from storage.entries import Insert, Update
from storage.errors import Duplicate, GuardFailed
from storage.indexes import IndexSpec
from storage.rotation import SealedField

RESETS = "mfa_resets"
CAPABILITY = "account.mfa_reset"
REASON_FIELD = "mfa_resets.sealed.reason"
SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(RESETS, "sealed.reason"),)
"""For key rotation."""

RESET_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(RESETS, "mfa_resets_open", (("member", 1),), unique=True, partial={"state": "open"}),
    IndexSpec(RESETS, "mfa_resets_unit", (("unit", 1), ("made_at_ms", -1))),
)


State = Literal["open", "approved", "declined", "expired"]


@dataclass(frozen=True, slots=True)
class Reset:
    """A request.

    Attributes:
        id: Its id.
        unit: Branch of the member.
        member: Whose factor.
        state: `open`, `approved`, `declined` or `expired`.
        asked_by: First officer.
        asked_by_name: Name at that time.
        reason: What the first officer wrote.
        made_at_ms: When.
        ends_at_ms: Until when it waits.
        decided_by: Second officer, or the member who declined; empty while open.
        decided_by_name: Name at that time.
    """

    id: str
    unit: str
    member: str
    state: State
    asked_by: str
    asked_by_name: str
    reason: str = field(repr=False)
    made_at_ms: int
    ends_at_ms: int
    decided_by: str
    decided_by_name: str


def check_officers(subject: str, asked_by: str, approver: str | None) -> None:
    """The separation of duties.

    Args:
        subject: The member.
        asked_by: First officer.
        approver: Second officer; None while there is none.

    Raises:
        Refused: RESET_SAME_OFFICER.
    """
    parts = {"mfa_reset_subject": subject, "mfa_reset_requester": asked_by}
    if approver is not None:
        parts["mfa_reset_approver"] = approver
    for one, first in parts.items():
        for other, second in parts.items():
            if one < other and first == second and must_differ(one, other):
                raise Refused(RESET_SAME_OFFICER)


class Resets:
    """Requests and their decisions.

    Args:
        parts: What accounts stand on.
        mongo: The database; RESET_INDEXES must exist.
        activation: Draws the code.
    """

    def __init__(self, parts: Parts, mongo: Mongo, activation: Activation) -> None:
        self._parts = parts
        self._resets = mongo.collection(RESETS)
        self._activation = activation

    async def ask(self, actor: Actor, member: str, reason: str) -> Reset:
        """Ask for a reset, as the first officer.

        Raises:
            Refused: FORBIDDEN, NOT_FOUND, RESET_SAME_OFFICER, NO_ACCOUNT, RESET_OPEN_ALREADY.
        """
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        officer, person, _ = await self._officer(actor, member)
        check_officers(member, officer.who, None)
        if await parts.accounts.by_member(member) is None:
            raise Refused(NO_ACCOUNT)
        await self._resets.update_many(
            {"member": member, "state": "open", "ends_at_ms": {"$lte": now_ms}},
            {"$set": {"state": "expired"}},
        )
        ident = parts.ids.uuid7()
        document: Document = {
            "_id": ident,
            "org": person.org,
            "unit": person.branch,
            "member": member,
            "state": "open",
            "asked_by": officer.who,
            "asked_by_name": officer.name,
            "sealed": {"reason": parts.cipher.encrypt(reason, field=REASON_FIELD, record=ident)},
            "made_at_ms": now_ms,
            "ends_at_ms": now_ms + parts.policy.reset_open_ms,
            "decided_by": "",
            "decided_by_name": "",
            "decided_at_ms": 0,
        }
        try:
            await parts.desk.commit(
                (Insert(RESETS, document),),
                notices=(Notice(person.member, "factor_reset_asked", params={"by": officer.name}),),
                acts=(_act("account.factor_reset_asked", officer, person, reason),),
            )
        except Duplicate:
            raise Refused(RESET_OPEN_ALREADY) from None
        return self._reset(document)

    async def approve(self, actor: Actor, ident: str) -> IssuedCode:
        """Approve as the second officer: the factor and all sessions die; the code goes to the member by hand.

        Raises:
            Refused: FORBIDDEN, NOT_FOUND, RESET_SAME_OFFICER, RESET_NOT_OPEN, NO_ACCOUNT.
        """
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        asked = await self._find(ident)
        officer, person, _ = await self._officer(actor, asked.member)
        check_officers(asked.member, asked.asked_by, officer.who)
        account = await parts.accounts.by_member(asked.member)
        if account is None:
            raise Refused(NO_ACCOUNT)
        issued, stored = self._activation.draw(
            person, officer, Purpose.FACTOR_RESET, parts.policy.reset_code_ms
        )
        writes = (
            self._decide(ident, "approved", officer, now_ms),
            parts.accounts.drop_factor(account),
            *parts.codes.insert(stored, now_ms),
        )
        try:
            await parts.desk.commit(
                writes,
                notices=(Notice(person.member, "factor_reset_done", params={"by": officer.name}),),
                acts=(_act("account.factor_reset_approved", officer, person, ""),),
            )
        except GuardFailed:
            raise Refused(RESET_NOT_OPEN) from None
        await self._end_all(account)
        return issued

    async def decline(self, actor: Actor, ident: str) -> None:
        """Decline, as an officer or as the member himself.

        Raises:
            Refused: FORBIDDEN, NOT_FOUND, RESET_NOT_OPEN.
        """
        parts = self._parts
        asked = await self._find(ident)
        if actor.member == asked.member:
            person = await parts.directory.person(asked.member)
            officer = Issuer(asked.member, person.name if person else "")
        else:
            officer, person, _ = await self._officer(actor, asked.member)
        if person is None:
            raise Refused(NOT_FOUND)
        try:
            await parts.desk.commit(
                (self._decide(ident, "declined", officer, parts.clock.now_ms()),),
                notices=(Notice(person.member, "factor_reset_declined"),),
                acts=(_act("account.factor_reset_declined", officer, person, ""),),
            )
        except GuardFailed:
            raise Refused(RESET_NOT_OPEN) from None

    async def list(self, actor: Actor) -> list[Reset]:
        """Requests of the units in which the caller may take part, and those about the caller; newest first."""
        units = [grant.unit for grant in actor.grants if CAPABILITY in grant.capabilities]
        filter: Document = {"$or": [{"unit": {"$in": units}}, {"member": actor.member}]}
        found = await self._resets.find(filter, sort=(("made_at_ms", -1),), limit=100)
        return [self._reset(document) for document in found]

    async def _find(self, ident: str) -> Reset:
        found = await self._resets.find_one({"_id": ident})
        if found is None:
            raise Refused(NOT_FOUND)
        return self._reset(found)

    async def _officer(self, actor: Actor, member: str) -> tuple[Issuer, Person, Place]:
        """The caller as an officer of the member's branch; whoever is none learns nothing about the member."""
        directory = self._parts.directory
        person = await directory.person(member)
        place = await directory.place(person.branch) if person is not None else None
        if person is None or place is None or actor.member is None or actor.org != person.org:
            raise Refused(NOT_FOUND)
        if not actor.can(CAPABILITY, place):
            raise Refused(FORBIDDEN if place.unit in actor.units else NOT_FOUND)
        own = await directory.person(actor.member)
        if own is None:
            raise Refused(FORBIDDEN)
        return Issuer(own.member, own.name, own.role_for(CAPABILITY, place)), person, place

    def _decide(self, ident: str, state: str, officer: Issuer, now_ms: int) -> Update:
        fields = {
            "state": state,
            "decided_by": officer.who,
            "decided_by_name": officer.name,
            "decided_at_ms": now_ms,
        }
        return Update(
            RESETS, {"_id": ident, "state": "open", "ends_at_ms": {"$gt": now_ms}}, {"$set": fields}
        )

    async def _end_all(self, account: Account) -> None:
        await self._parts.book.end_others(account.id, None)
        await self._parts.sessions.forget_devices(account.id)

    def _reset(self, found: Document) -> Reset:
        sealed = bytes(found["sealed"]["reason"])
        late = found["state"] == "open" and found["ends_at_ms"] <= self._parts.clock.now_ms()
        return Reset(
            id=found["_id"],
            unit=found["unit"],
            member=found["member"],
            state="expired" if late else found["state"],
            asked_by=found["asked_by"],
            asked_by_name=found["asked_by_name"],
            reason=self._parts.cipher.decrypt(sealed, field=REASON_FIELD, record=found["_id"]),
            made_at_ms=found["made_at_ms"],
            ends_at_ms=found["ends_at_ms"],
            decided_by=found["decided_by"],
            decided_by_name=found["decided_by_name"],
        )


def _act(action: str, officer: Issuer, person: Person, reason: str) -> Act:
    return Act(
        action=action,
        actor=officer.who,
        actor_name=officer.name,
        actor_role=officer.role,
        org=person.org,
        unit=person.branch,
        subject=person.member,
        reason=reason,
    )
