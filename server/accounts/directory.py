"""What accounts ask of the organisation: who is a member, what roles give, who must use a second factor.

Read from the store at each call: a role that was taken away is gone with the next request. May be imported by server.
"""

from dataclasses import dataclass
from typing import Literal

from channels.branch.contract import MemberByBlind, Organisation
from channels.branch.records import ACTIVE, MEMBERS, unseal
from channels.branch.store import by_contact, grants_of, is_officer, organisation, unit
from channels.core.actor import Grant, Place
from server.accounts.passwords import Context
from storage.client import Mongo
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

    async def person(self, member: str) -> Person | None:
        """A member with today's roles; None when the id is unknown."""
        found = await self._mongo[MEMBERS].find_one(
            {"_id": member}, fields=("org", "name", "branch", "status")
        )
        if found is None:
            return None
        units, grants = await grants_of(self._mongo, member)
        return Person(
            member=MemberId(found["_id"]),
            org=OrgId(found["org"]),
            name=found["name"],
            branch=UnitId(found["branch"]),
            units=units,
            grants=grants,
            active=found["status"] == ACTIVE,
        )

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
