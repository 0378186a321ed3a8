"""Wire models of topic `branch:<unit id>`: who is in a branch and what they are called. No personal field travels here.

Commands here only read; changes of the roll and of roles go over HTTP, where re-authentication and files are at home.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from channels.branch.contract import Organisation, Person, Title, Unit, Word
from channels.protocol.base import Command, Id, LogEvent, Result, WireModel

NameText = Annotated[str, StringConstraints(min_length=1, max_length=60)]
NumberText = Annotated[str, StringConstraints(min_length=1, max_length=32)]
KeyText = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,29}$")]


class BranchText(WireModel):
    """The same words in both languages."""

    zh: str
    en: str


class BranchUnit(WireModel):
    """A branch or a group."""

    unit: Id
    kind: Literal["branch", "group"]
    name: NameText
    parent: Id | None
    order: int


class BranchTitle(WireModel):
    """A role somebody holds."""

    hold: Id
    role: KeyText
    unit: Id
    title: BranchText


class BranchPerson(WireModel):
    """A member as everybody in the branch sees them."""

    member: Id
    number: NumberText
    """Tells namesakes apart; two people may have the same name."""
    name: NameText
    branch: Id
    """Home branch; another one for a guest who only holds a role here."""
    groups: list[Id]
    member_class: KeyText
    """Class of membership, a key of the organisation's `classes`."""
    titles: list[BranchTitle]


class BranchClass(WireModel):
    """A class of membership."""

    key: KeyText
    title: BranchText
    votes: bool


class BranchOrganisation(WireModel):
    """The organisation's own words and looks."""

    org: Id
    name: str
    template: KeyText
    terms: dict[str, BranchText]
    classes: list[BranchClass]
    accent: str


class BranchSnapshot(WireModel):
    """The state of a branch."""

    unit: BranchUnit
    organisation: BranchOrganisation
    groups: list[BranchUnit]
    """By id; a client orders by `order`."""
    people: list[BranchPerson]
    """Active members and guests with a role, by id; a client orders by group, then number."""


class BranchMemberAdded(LogEvent):
    """Somebody is on the roll of the branch from now on (also: again)."""

    type: Literal["branch.member_added"] = "branch.member_added"
    person: BranchPerson


class BranchMemberChanged(LogEvent):
    """A card as it is now: name, number, groups or class changed."""

    type: Literal["branch.member_changed"] = "branch.member_changed"
    person: BranchPerson


class BranchMemberLeft(LogEvent):
    """Somebody is no longer on the roll of the branch."""

    type: Literal["branch.member_left"] = "branch.member_left"
    member: Id


class BranchRoleGranted(LogEvent):
    """Somebody holds a role in the branch or one of its groups from now on; the card as it is now."""

    type: Literal["branch.role_granted"] = "branch.role_granted"
    person: BranchPerson
    hold: Id


class BranchRoleRevoked(LogEvent):
    """A role ended; the card as it is now. A guest without any role here any more disappears."""

    type: Literal["branch.role_revoked"] = "branch.role_revoked"
    person: BranchPerson
    hold: Id


class BranchUnitAdded(LogEvent):
    """The branch has a new group."""

    type: Literal["branch.unit_added"] = "branch.unit_added"
    unit: BranchUnit


class BranchUnitChanged(LogEvent):
    """The branch itself or one of its groups has a new name or place."""

    type: Literal["branch.unit_changed"] = "branch.unit_changed"
    unit: BranchUnit


class BranchUnitClosed(LogEvent):
    """A group of the branch is no more; nobody was in it."""

    type: Literal["branch.unit_closed"] = "branch.unit_closed"
    unit: Id


class BranchWordsChanged(LogEvent):
    """What things are called in the organisation changed; all of its words and classes as they are now."""

    type: Literal["branch.words_changed"] = "branch.words_changed"
    terms: dict[str, BranchText]
    classes: list[BranchClass]


class BranchPeople(Command):
    """Cards of people by id, e.g. of authors who have left; unknown ids and other organisations' members are left out."""

    type: Literal["branch.people"] = "branch.people"
    members: list[Id] = Field(min_length=1, max_length=200)


class BranchCards(Result):
    """Answer to `branch.people`."""

    people: list[BranchPerson]
    left: list[Id]
    """Those among `people` who are no longer on the roll."""


class BranchCounts(Command):
    """How many members there are at and below a unit, by class; for officers above, who see no persons."""

    type: Literal["branch.counts"] = "branch.counts"
    unit: Id


class BranchCounted(Result):
    """Answer to `branch.counts`."""

    total: int
    by_class: dict[str, int]
    """Empty when a class is so small that it would point at persons."""


BRANCH_EVENTS: tuple[type[LogEvent], ...] = (
    BranchMemberAdded, BranchMemberChanged, BranchMemberLeft, BranchRoleGranted, BranchRoleRevoked, BranchUnitAdded,
    BranchUnitChanged, BranchUnitClosed, BranchWordsChanged,
)  # fmt: skip


def text_of(word: Word | Title) -> BranchText:
    """Both languages of a word."""
    return BranchText(zh=word.zh, en=word.en)


def wire_unit(unit: Unit) -> BranchUnit:
    """A unit as it travels."""
    return BranchUnit(unit=unit.unit, kind=unit.kind, name=unit.name, parent=unit.parent, order=unit.order)


def wire_person(person: Person, here: frozenset[str]) -> BranchPerson:
    """A card as it travels in a branch.

    Args:
        person: The card.
        here: The branch and its groups; roles held elsewhere are left out.
    """
    return BranchPerson(
        member=person.member,
        number=person.number,
        name=person.name,
        branch=person.branch,
        groups=[group for group in person.groups if group in here or not here],
        titles=[
            BranchTitle(hold=t.hold, role=t.role, unit=t.unit, title=text_of(t))
            for t in person.titles
            if t.unit in here or not here
        ],
        member_class=person.class_,
    )


def wire_organisation(org: Organisation, classes: list[BranchClass]) -> BranchOrganisation:
    """An organisation as it travels."""
    return BranchOrganisation(
        org=org.org,
        name=org.name,
        template=org.template,
        terms={key: text_of(word) for key, word in org.terms.items()},
        classes=classes,
        accent=org.accent,
    )
