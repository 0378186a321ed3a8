"""What the routes of the organisation take and answer. May be imported by server."""

from typing import Annotated

from pydantic import Field, StringConstraints

from channels.branch.protocol import BranchClass, BranchText, BranchUnit, KeyText
from channels.protocol.base import Id, Millis, WireModel

UnitName = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class OrgRole(WireModel):
    """A role as officers may give it."""

    role: KeyText
    title: BranchText
    capabilities: list[BranchText]
    """What it allows, as sentences."""


class OrgSeparation(WireModel):
    """Two roles one person may not hold in one branch."""

    one: KeyText
    other: KeyText


class OrgAnswer(WireModel):
    """The own organisation: its tree, words, classes and roles."""

    org: Id
    name: str
    template: KeyText
    terms: dict[str, BranchText]
    accent: str
    time_zone: str
    units: list[BranchUnit]
    """Parents before children."""
    classes: list[BranchClass]
    roles: list[OrgRole]
    separations: list[OrgSeparation]


class UnitQuery(WireModel):
    """Which unit."""

    unit: Id


class UnitWish(WireModel):
    """A group to make in a branch."""

    parent: Id
    name: UnitName
    order: int = Field(default=0, ge=0, le=9_999)


class UnitEdit(WireModel):
    """What to change of a unit; None leaves as it is."""

    name: UnitName | None = None
    order: int | None = Field(default=None, ge=0, le=9_999)


class RoleHold(WireModel):
    """Who holds which role."""

    hold: Id
    member: Id
    name: str
    number: str
    unit: Id
    role: KeyText
    title: BranchText
    since_ms: Millis


class RoleHolds(WireModel):
    """Roles held in a branch and its groups."""

    holds: list[RoleHold]


class RoleWish(WireModel):
    """A role to give."""

    member: Id
    unit: Id
    role: KeyText
    title: Annotated[str, StringConstraints(max_length=30)] = ""
    """Another word for it than the template's."""
