"""Reads of the organisation. Every function takes the store it reads from; nothing is cached.

Imported by this feature and the roof (accounts build the caller from `grants_of`).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from channels.branch.contract import ClassWord, MemberByBlind, Organisation, Person, Title, Unit, Word
from channels.branch.records import (
    ACTIVE,
    MEMBERS,
    MEMBERS_MAX,
    ORGS,
    ROLE_HOLDS,
    UNITS,
    UNITS_MAX,
    field_label,
    to_person,
    to_title,
    to_unit,
)
from channels.branch.roles import ROLES
from channels.branch.settings import worded
from channels.branch.template import Template, templates
from channels.core.actor import Grant
from storage.client import Document, Mongo
from storage.crypto import FieldCipher
from storage.ids import MemberId, OrgId, UnitId

_CARD = ("number", "name", "branch", "groups", "class", "status", "org")
"""Fields of a member that make a card; no sealed field is even read for one."""


async def organisation(mongo: Mongo, org: str) -> Organisation | None:
    """An organisation with its template's words, or None."""
    doc = await mongo[ORGS].by_id(org)
    if doc is None:
        return None
    template = template_of(doc)
    return Organisation(
        org=OrgId(doc["_id"]),
        name=doc["name"],
        template=template.key,
        terms={key: Word(**text) for key, text in template.terms.model_dump().items()},
        accent=doc["accent"],
        mfa_everyone=doc["mfa"] == "everyone",
        time_zone=doc["time_zone"],
        root=UnitId(doc["root"]),
        classes=tuple(
            ClassWord(c.key, Word(zh=c.title.zh, en=c.title.en), c.votes) for c in template.classes
        ),
        template_version=doc.get("template_version", template.version),
        changes=doc.get("changes", {}),
    )


def template_of(org: Mapping[str, Any]) -> Template:
    """The template of a stored organisation, with what it changed.

    Raises:
        KeyError: The file was removed from the program while an organisation uses it.
    """
    return worded(templates()[org["template"]], org.get("changes", {}))


async def holders(mongo: Mongo, ident: str, capability: str) -> tuple[MemberId, ...]:
    """Whose roles, held in a unit, give a capability; ids ascending."""
    roles = [role.word for role in ROLES.values() if capability in role.capabilities]
    docs = await mongo[ROLE_HOLDS].find(
        {"unit": ident, "role": {"$in": roles}}, fields=("member",), limit=MEMBERS_MAX
    )
    return tuple(MemberId(member) for member in sorted({doc["member"] for doc in docs}))


async def unit(mongo: Mongo, ident: str) -> Unit | None:
    """A unit, or None."""
    doc = await mongo[UNITS].by_id(ident)
    return to_unit(doc) if doc else None


async def groups_of(mongo: Mongo, branch: str) -> list[Unit]:
    """Groups of a branch in their order."""
    docs = await mongo[UNITS].find(
        {"branch": branch, "kind": "group"}, sort=(("order", 1), ("_id", 1)), limit=UNITS_MAX
    )
    return [to_unit(doc) for doc in docs]


async def tree(mongo: Mongo, org: str) -> list[Unit]:
    """All units of an organisation, parents before children, siblings in their order."""
    docs = await mongo[UNITS].find({"org": org}, limit=UNITS_MAX)
    units = [to_unit(doc) for doc in docs]
    return sorted(units, key=lambda u: (len(u.path), u.order, u.unit))


async def units_of(mongo: Mongo, member: str) -> tuple[Unit, ...]:
    """Units an active member is in, the branch first."""
    doc = await mongo[MEMBERS].by_id(member, fields=("units", "status"))
    if doc is None or doc["status"] != ACTIVE:
        return ()
    docs = await asyncio.gather(*(mongo[UNITS].by_id(ident) for ident in doc["units"]))
    units = [to_unit(d) for d in docs if d is not None]
    return tuple(sorted(units, key=lambda u: (u.kind != "branch", u.order, u.unit)))


async def members_of(mongo: Mongo, ident: str) -> tuple[MemberId, ...]:
    """Ids of the active members of a unit, ascending."""
    docs = await mongo[MEMBERS].find({"units": ident}, sort=(("_id", 1),), fields=("_id",), limit=MEMBERS_MAX)
    return tuple(MemberId(doc["_id"]) for doc in docs)


async def people_of(mongo: Mongo, ident: str) -> dict[MemberId, Person]:
    """Cards of the active members of a unit."""
    docs = await mongo[MEMBERS].find({"units": ident}, sort=(("_id", 1),), fields=_CARD, limit=MEMBERS_MAX)
    return await _with_titles(mongo, docs)


async def person_cards(mongo: Mongo, members: Iterable[str]) -> dict[MemberId, Person]:
    """Cards by id, also of those who left; unknown ids are left out."""
    wanted = list(dict.fromkeys(members))[:MEMBERS_MAX]
    docs = await mongo[MEMBERS].find({"_id": {"$in": wanted}}, fields=_CARD, limit=MEMBERS_MAX)
    return await _with_titles(mongo, docs)


async def guests_of(mongo: Mongo, branch: str, present: Iterable[str]) -> dict[MemberId, Person]:
    """Cards of those who hold a role in a branch or its groups without being one of `present`, its members."""
    holds = await mongo[ROLE_HOLDS].find({"branch": branch}, fields=("member",), limit=MEMBERS_MAX)
    return await person_cards(mongo, sorted({doc["member"] for doc in holds} - set(present)))


async def _with_titles(mongo: Mongo, docs: Sequence[Document]) -> dict[MemberId, Person]:
    titles = await titles_of(mongo, [doc["_id"] for doc in docs])
    return {MemberId(doc["_id"]): to_person(doc, titles.get(doc["_id"], ())) for doc in docs}


async def titles_of(mongo: Mongo, members: Sequence[str]) -> dict[str, tuple[Title, ...]]:
    """Roles held, by member, in the order of the role table."""
    if not members:
        return {}
    holds = await mongo[ROLE_HOLDS].find({"member": {"$in": list(members)}}, limit=MEMBERS_MAX)
    rank = {word: place for place, word in enumerate(ROLES)}
    found: dict[str, list[Title]] = {}
    for doc in sorted(holds, key=lambda d: (rank.get(d["role"], len(rank)), d["_id"])):
        found.setdefault(doc["member"], []).append(to_title(doc))
    return {member: tuple(titles) for member, titles in found.items()}


async def grants_of(mongo: Mongo, member: str) -> tuple[frozenset[UnitId], tuple[Grant, ...]]:
    """What a member may do now: the units they are in, and what their roles give where.

    A role that reaches `groups` becomes one grant for the branch and one for each of its groups, never inherited: so a
    branch below is out of reach (domain.md ID-08). Nobody who left has anything.
    """
    doc = await mongo[MEMBERS].find_one({"_id": member, "status": ACTIVE}, fields=("units",))
    if doc is None:
        return frozenset(), ()
    grants = await grants_of_many(mongo, (member,))
    return frozenset(UnitId(u) for u in doc["units"]), grants.get(member, ())


async def grants_of_many(mongo: Mongo, members: Sequence[str]) -> dict[str, tuple[Grant, ...]]:
    """What the roles of members on the roll give, as in `grants_of`; members without a role are left out."""
    held = await mongo[ROLE_HOLDS].find(
        {"member": {"$in": list(members)}}, sort=(("_id", 1),), limit=UNITS_MAX * len(members)
    )
    grants: dict[str, tuple[Grant, ...]] = {}
    for hold in held:
        grants[hold["member"]] = grants.get(hold["member"], ()) + await _grants_from(mongo, hold)
    return grants


async def _grants_from(mongo: Mongo, hold: Document) -> tuple[Grant, ...]:
    role = ROLES.get(hold["role"])
    if role is None:
        return ()
    held_in = UnitId(hold["unit"])
    own = Grant(role.word, held_in, role.capabilities, role.reach == "below")
    if role.reach != "groups":
        return (own,)
    groups = await groups_of(mongo, held_in)
    return (own, *(Grant(role.word, group.unit, role.capabilities, inherited=False) for group in groups))


def is_officer(grants: Iterable[Grant]) -> bool:
    """True when some role held always needs a second factor."""
    return any(grant.role in ROLES and ROLES[grant.role].officer for grant in grants)


async def by_contact(mongo: Mongo, cipher: FieldCipher, query: MemberByBlind) -> tuple[MemberId, ...]:
    """Active members with this phone or mail, found by the blind index under every key of the ring."""
    forms = cipher.blinds(query.value, field=field_label(query.field))
    wanted: Document = {f"blind.{query.field}": {"$in": forms}, "status": ACTIVE}
    if query.org is not None:
        wanted["org"] = query.org
    docs = await mongo[MEMBERS].find(wanted, sort=(("_id", 1),), fields=("_id",), limit=100)
    return tuple(MemberId(doc["_id"]) for doc in docs)


async def counts_of(mongo: Mongo, ident: str) -> dict[str, int]:
    """Active members at and below a unit, by class; no persons.

    Returns:
        Class key -> number of members.
    """
    units = await mongo[UNITS].find({"path": ident, "kind": "branch"}, fields=("_id",), limit=UNITS_MAX)
    rows = await mongo[MEMBERS].aggregate(
        [
            {"$match": {"branch": {"$in": [doc["_id"] for doc in units]}, "status": ACTIVE}},
            {"$group": {"_id": "$class", "count": {"$sum": 1}}},
            {"$sort": {"_id": 1}},
        ]
    )
    return {row["_id"]: row["count"] for row in rows}
