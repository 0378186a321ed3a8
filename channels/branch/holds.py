"""Giving and taking roles: checks first, then steps. Imported by this feature and the roof."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from channels.branch.contract import Person, Title, Unit, branch_topic
from channels.branch.errors import (
    CONFLICT_OF_ROLE,
    LAST_SECRETARY,
    MEMBER_INACTIVE,
    ROLE_HELD,
    ROLE_UNKNOWN,
    SELF_GRANT,
)
from channels.branch.hand import Hand, Steps
from channels.branch.protocol import wire_person
from channels.branch.records import ROLE_HOLDS, to_title
from channels.branch.roles import ROLES, clashes
from channels.branch.store import groups_of
from channels.branch.template import Template
from channels.protocol.errors import Refused
from storage.client import Document, Mongo
from storage.ids import UnitId
from storage.log import Append, Delete, Insert

GUEST_ROLES = frozenset({"upper_contact", "oversight", "helper", "observer"})
"""Roles somebody from another branch may hold (domain.md 6.2: the oversight officer of another branch)."""

HOLDS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Office:
    """A role to be given.

    Attributes:
        role: Role word.
        zh: What it is called; the template's title when empty.
        en: The same in English.
    """

    role: str
    zh: str = ""
    en: str = ""


def titled(office: Office, template: Template) -> Office:
    """The office with words: its own, the template's, or the neutral ones of the role table.

    Raises:
        Refused: ROLE_UNKNOWN.
    """
    role = ROLES.get(office.role)
    if role is None:
        raise Refused(ROLE_UNKNOWN)
    if office.zh:
        known = template.title_of(office.zh)
        return replace(office, en=office.en or (known.title.en if known else role.en))
    named = next((t for t in template.titles if t.role == office.role), None)
    return (
        Office(office.role, named.title.zh, named.title.en)
        if named
        else Office(office.role, role.zh, role.en)
    )


async def check_grant(hand: Hand, unit: Unit, person: Person, role: str) -> None:
    """Refuse a role that may not be given.

    Raises:
        Refused: ROLE_UNKNOWN, MEMBER_INACTIVE (left, or of another branch), SELF_GRANT, CONFLICT_OF_ROLE.
    """
    if role not in ROLES:
        raise Refused(ROLE_UNKNOWN)
    at_home = person.branch == unit.branch
    if not person.active or not (at_home or role in GUEST_ROLES):
        raise Refused(MEMBER_INACTIVE)
    if person.member == hand.actor:
        raise Refused(SELF_GRANT)
    held = await hand.mongo[ROLE_HOLDS].find(
        {"member": person.member, "branch": unit.branch}, fields=("role", "unit"), limit=HOLDS_MAX
    )
    if clashes(role, frozenset(doc["role"] for doc in held)):
        raise Refused(CONFLICT_OF_ROLE)


def granted(hand: Hand, unit: Unit, person: Person, office: Office, here: frozenset[str]) -> Steps:
    """Steps that give a role; the unique index refuses a role that is held already.

    Args:
        hand: Who acts.
        unit: Where.
        person: To whom; the card as it is.
        office: Role with its words.
        here: The branch and its groups.
    """
    hold = hand.reader.ids.uuid7()
    doc: Document = {
        "_id": hold,
        "org": unit.org,
        "unit": unit.unit,
        "branch": unit.branch,
        "member": person.member,
        "role": office.role,
        "title": {"zh": office.zh, "en": office.en},
        "since_ms": hand.now_ms,
        "by": hand.actor,
    }
    after = replace(person, titles=_ordered((*person.titles, to_title(doc))))
    audit = hand.audit(
        "branch.role_granted", org=unit.org, unit=unit.branch, subject=person.member, fields=("roles",),
        notes={"role": office.role},
    )  # fmt: skip
    return Steps(
        appends=[_entry(hand, unit.branch, "branch.role_granted", after, hold, here)],
        writes=[Insert(ROLE_HOLDS, doc), audit],
        access=[person.member],
    )


def _ordered(titles: Sequence[Title]) -> tuple[Title, ...]:
    rank = {word: place for place, word in enumerate(ROLES)}
    return tuple(sorted(titles, key=lambda t: (rank.get(t.role, len(rank)), t.hold)))


def _entry(hand: Hand, branch: str, kind: str, person: Person, hold: str, here: frozenset[str]) -> Append:  # noqa: PLR0913
    body = {"person": wire_person(person, here).model_dump(mode="json"), "hold": hold}
    return Append(branch_topic(branch), kind, body, sender=hand.actor)


async def check_revoke(hand: Hand, hold: Document) -> None:
    """Refuse to leave a branch without anybody who can give roles.

    Raises:
        Refused: LAST_SECRETARY.
    """
    if "branch.manage_roles" not in ROLES[hold["role"]].capabilities:
        return
    leading = [word for word, role in ROLES.items() if "branch.manage_roles" in role.capabilities]
    others = await hand.mongo[ROLE_HOLDS].count(
        {"branch": hold["branch"], "role": {"$in": leading}, "_id": {"$ne": hold["_id"]}}, limit=1
    )
    if not others:
        raise Refused(LAST_SECRETARY)


def revoked(hand: Hand, hold: Document, person: Person, here: frozenset[str]) -> Steps:
    """Steps that end a role; GuardFailed when it ended meanwhile."""
    after = replace(person, titles=tuple(t for t in person.titles if t.hold != hold["_id"]))
    audit = hand.audit(
        "branch.role_revoked", org=hold["org"], unit=hold["branch"], subject=hold["member"], fields=("roles",),
        notes={"role": hold["role"]},
    )  # fmt: skip
    return Steps(
        appends=[_entry(hand, hold["branch"], "branch.role_revoked", after, hold["_id"], here)],
        writes=[Delete(ROLE_HOLDS, {"_id": hold["_id"]}), audit],
        access=[hold["member"]],
    )


async def all_ended(hand: Hand, person: Person) -> Steps:
    """Steps that end every role of somebody who leaves.

    Raises:
        Refused: LAST_SECRETARY.
    """
    steps = Steps()
    for hold in await hand.mongo[ROLE_HOLDS].find(
        {"member": person.member}, sort=(("_id", 1),), limit=HOLDS_MAX
    ):
        await check_revoke(hand, hold)
        steps.add(revoked(hand, hold, person, await here_of(hand.mongo, hold["branch"])))
        person = replace(person, titles=tuple(t for t in person.titles if t.hold != hold["_id"]))
    return steps


async def here_of(mongo: Mongo, branch: str) -> frozenset[str]:
    """A branch and its groups, by id."""
    return frozenset({UnitId(branch), *(group.unit for group in await groups_of(mongo, branch))})


def held_already() -> Refused:
    """What the unique index means when it refuses a role."""
    return Refused(ROLE_HELD)
