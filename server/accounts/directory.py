"""What accounts ask of the organisation: who is a member, what roles give, who must use a second factor.

Read from the store at each call: a role that was taken away is gone with the next request. May be imported by server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from channels.branch.contract import MemberByBlind, Organisation
from channels.branch.records import ACTIVE, MEMBERS, unseal
from channels.branch.store import by_contact, grants_of_many, is_officer, organisation, unit
from channels.core.actor import Grant, Place
from server.accounts.passwords import Context
from storage.batched import Batched
from storage.client import Document, Mongo
from storage.crypto import FieldCipher
from storage.ids import MemberId, OrgId, UnitId


@dataclass(frozen=True, slots=True)
class Person:
    """A member as of now.

    Attributes:
        member: Member id.
        org: Organisation.
        name: Display name.
        branch: The branch whose roll the member stands on.
        units: Branch and groups; empty after leaving.
        grants: What roles give; empty after leaving.
        active: On the roll now; others may not sign in.
    """

    member: MemberId
    org: OrgId
    name: str
    branch: UnitId
    units: frozenset[UnitId]
    grants: tuple[Grant, ...]
    active: bool

    @property
    def officer(self) -> bool:
        """True when some role always needs a second factor."""
        return is_officer(self.grants)

    def role_for(self, capability: str, place: Place) -> str:
        """The role that gives a capability in a place; empty when none does."""
        return next(
            (
                grant.role
                for grant in self.grants
                if capability in grant.capabilities
                and (grant.unit == place.unit or (grant.inherited and grant.unit in place.path))
            ),
            "",
        )


class Directory:
    """The organisation as accounts see it.

    Args:
        mongo: The database.
        cipher: Knows the blind indexes of phone and mail.
    """

    def __init__(self, mongo: Mongo, cipher: FieldCipher) -> None:
        self._mongo = mongo
        self._cipher = cipher
        self._people = Batched(self._read)

    async def person(self, member: str) -> Person | None:
        """A member with today's roles; None when the id is unknown."""
        return await self._people.get(member)

    async def _read(self, members: Sequence[str]) -> dict[str, Person]:
        found = await self._mongo[MEMBERS].find(
            {"_id": {"$in": list(members)}},
            fields=("org", "name", "branch", "status", "units"),
            limit=len(members),
        )
        active = [document["_id"] for document in found if document["status"] == ACTIVE]
        grants = await grants_of_many(self._mongo, active) if active else {}
        return {document["_id"]: _person(document, grants) for document in found}

    async def find(self, kind: Literal["phone", "mail"], key: str) -> tuple[MemberId, ...]:
        """Members on a roll with this phone number or mail address in normal form."""
        return await by_contact(self._mongo, self._cipher, MemberByBlind(kind, key))

    async def place(self, ident: str) -> Place | None:
        """Where a unit stands in the tree."""
        found = await unit(self._mongo, ident)
        return None if found is None else Place(found.unit, found.path)

    async def unit_name(self, ident: str) -> str:
        """Name of a unit, empty when there is none."""
        found = await unit(self._mongo, ident)
        return "" if found is None else found.name

    async def org(self, org: str) -> Organisation | None:
        """An organisation."""
        return await organisation(self._mongo, org)

    async def needs_factor(self, person: Person | None) -> bool:
        """True when this account may not be used without a second factor.

        Officers and accounts without membership (system administrators) always; plain members unless their organisation
        relaxed it. Whatever is not known counts as needed.
        """
        if person is None or person.officer:
            return True
        card = await self.org(person.org)
        return card is None or card.mfa_everyone

    async def own_words(self, person: Person | None, login: str) -> Context:
        """Words that must not make up this person's password."""
        if person is None:
            return Context((login,))
        found = await self._mongo[MEMBERS].find_one({"_id": person.member}, fields=("sealed",)) or {}
        personal = unseal(self._cipher, {**found, "_id": person.member})
        org = await self.org(person.org)
        words = [login, person.name, await self.unit_name(person.branch), org.name if org else ""]
        words += [personal.get("mail", "").partition("@")[0], personal.get("phone", "")]
        return Context(tuple(word for word in words if word))


def _person(document: Document, grants: Mapping[str, tuple[Grant, ...]]) -> Person:
    active = document["status"] == ACTIVE
    return Person(
        member=MemberId(document["_id"]),
        org=OrgId(document["org"]),
        name=document["name"],
        branch=UnitId(document["branch"]),
        units=frozenset(UnitId(unit) for unit in document["units"]) if active else frozenset(),
        grants=grants.get(document["_id"], ()),
        active=active,
    )
