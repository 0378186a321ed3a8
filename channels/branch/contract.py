"""What other features and the roof may ask about the organisation. Values only; ask with `Reader.ask(query)`.

Topic: `branch:<unit id>` of a branch; groups have none of their own, they are part of their branch's topic.
Personal fields (phone, mail, dates) are never part of an answer. May import core and storage.ids only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from channels.core.settings import Changes
from storage.ids import MemberId, OrgId, UnitId
from storage.log import Append, Update

UnitKind = Literal["branch", "group"]


def branch_topic(branch: UnitId | str) -> str:
    """Topic of a branch."""
    return f"branch:{branch}"


@dataclass(frozen=True, slots=True)
class Title:
    """A role somebody holds, as people see it.

    Attributes:
        hold: Id of the holding.
        role: Role word of `channels.branch.roles`.
        unit: Where it is held.
        zh: What it is called in this organisation.
        en: The same in English.
    """

    hold: str
    role: str
    unit: UnitId
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member as everybody in the branch may see them.

    Attributes:
        member: Id; the only key. Two people may have the same name.
        number: Tells namesakes apart, unique in the organisation.
        name: Display name.
        branch: Home branch.
        groups: Groups of that branch.
        class_: Key of the membership class in the template.
        titles: Roles held, wherever.
        active: False after leaving; the card stays so that old messages keep a name.
    """

    member: MemberId
    number: str
    name: str
    branch: UnitId
    groups: tuple[UnitId, ...]
    class_: str
    titles: tuple[Title, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A branch or a group.

    Attributes:
        unit: Id.
        org: Organisation.
        kind: `branch` or `group`.
        name: Display name.
        parent: Unit above, None for the root.
        path: Ids from the root down to and including the unit (what `actor.Place` holds).
        branch: The unit itself for a branch, else the branch a group belongs to.
        order: Position among its siblings.
        roll_version: Steps of imports into its roll so far; 0 for a group.
    """

    unit: UnitId
    org: OrgId
    kind: UnitKind
    name: str
    parent: UnitId | None
    path: tuple[UnitId, ...]
    branch: UnitId
    order: int
    roll_version: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """The same word in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ClassWord:
    """A class of membership.

    Attributes:
        key: Its key in the template.
        title: What it is called.
        votes: True when its members may vote on motions.
    """

    key: str
    title: Word
    votes: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """What others need of an organisation.

    Attributes:
        org: Id.
        name: Display name.
        template: Key of its template.
        terms: What things are called: unit, subunit, member, assembly, secretary, organizer, oversight, roll, joined_on.
        accent: Colour `#rrggbb`.
        mfa_everyone: True when plain members, too, must use a second factor; officers always must.
        time_zone: IANA name.
        root: Topmost unit.
        classes: Classes of membership; the first is what a new member is when the roll does not say.
        template_version: How often its template was changed, from the version of the file on.
        changes: What it changed of the template's file, by key (`channels.core.settings`).
    """

    org: OrgId
    name: str
    template: str
    terms: dict[str, Word]
    accent: str
    mfa_everyone: bool
    time_zone: str
    root: UnitId
    classes: tuple[ClassWord, ...]
    template_version: int
    changes: Mapping[str, Any]

    @property
    def voting(self) -> frozenset[str]:
        """Keys of the classes whose members may vote on motions."""
        return frozenset(one.key for one in self.classes if one.votes)


@dataclass(frozen=True, slots=True)
class BranchesOf:
    """Question: the branches of an organisation. Answer: `tuple[Unit, ...]`, parents first."""

    org: OrgId | str


@dataclass(frozen=True, slots=True)
class Holders:
    """Question: whose roles, held in a unit, give a capability? Answer: `tuple[MemberId, ...]`, ascending."""

    unit: UnitId | str
    capability: str


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """Question: where does a unit stand? Answer: `actor.Place`, or None when there is no such unit."""

    unit: UnitId | str


@dataclass(frozen=True, slots=True)
class UnitOf:
    """Question: what is this unit? Answer: `Unit`, or None."""

    unit: UnitId | str


@dataclass(frozen=True, slots=True)
class UnitsOf:
    """Question: which units is an active member in? Answer: tuple[Unit, ...], the branch first; empty after leaving."""

    member: MemberId | str


@dataclass(frozen=True, slots=True)
class GroupsOf:
    """Question: which groups has a branch? Answer: tuple[Unit, ...] in their order; empty for a group."""

    branch: UnitId | str


@dataclass(frozen=True, slots=True)
class MembersOf:
    """Question: who is in a branch or group now? Answer: tuple[MemberId, ...], active members by id."""

    unit: UnitId | str


@dataclass(frozen=True, slots=True)
class PeopleOf:
    """Question: who is in a branch or group now? Answer: dict[MemberId, Person], active members."""

    unit: UnitId | str


@dataclass(frozen=True, slots=True)
class PersonCards:
    """Question: who are these? Answer: dict[MemberId, Person], also of those who left; unknown ids are left out."""

    members: tuple[MemberId | str, ...]


@dataclass(frozen=True, slots=True)
class MemberByBlind:
    """Question: whose phone or mail is this? Answer: tuple[MemberId, ...] of active members; a household may share a phone.

    Attributes:
        field: `phone` or `mail`.
        value: Normal form (`channels.branch.normalise`).
        org: Only in this organisation; None for all.
    """

    field: Literal["phone", "mail"]
    value: str
    org: OrgId | None = None


@dataclass(frozen=True, slots=True)
class OrganisationOf:
    """Question: what is this organisation? Answer: `Organisation`, or None."""

    org: OrgId | str


def template_changed(org: OrgId | str, before: int, changes: Changes) -> Update:
    """The organisation obeys other changes of its template from now on; refused when its version is not `before` any more.

    To be committed with the record of who decided it.
    """
    return Update(
        "orgs",
        {"_id": org, "template_version": before},
        {"$set": {"template_version": before + 1, "changes": dict(changes)}},
    )


def words_changed(branch: UnitId | str, organisation: Organisation, cid: str) -> Append:
    """`branch.words_changed`: what things are called in the organisation from now on; told once per branch and `cid`."""
    body = {
        "terms": {key: {"zh": word.zh, "en": word.en} for key, word in organisation.terms.items()},
        "classes": [
            {"key": one.key, "title": {"zh": one.title.zh, "en": one.title.en}, "votes": one.votes}
            for one in organisation.classes
        ],
    }
    return Append(branch_topic(branch), "branch.words_changed", body, sender=str(branch), cid=cid)
