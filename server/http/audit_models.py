"""What the routes of a branch's record of sensitive actions take and answer. May be imported by server."""

from typing import Annotated, Literal

from pydantic import Field

from channels.branch.protocol import BranchText
from channels.protocol.base import Id, Millis, WireModel
from server.accounts.audit_words import Kind

PAGE_MAX = 200


class ActsQuery(WireModel):
    """Which page of the record."""

    unit: Id
    kind: Kind | None = None
    """Only actions of this kind."""
    before: Id | None = None
    """Only rows older than this one."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class MemberActs(WireModel):
    """Which page of one member's part of the record."""

    kind: Kind | None = None
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class ActsExport(WireModel):
    """Which record, in which form."""

    unit: Id
    kind: Kind | None = None
    format: Literal["xlsx", "csv"] = "xlsx"


class BranchNote(WireModel):
    """A plain value beside an action: a number, a role, a file format."""

    label: BranchText
    value: BranchText


class BranchAct(WireModel):
    """One sensitive action; never what was read or written nor the reason, only which fields."""

    id: Id
    at_ms: Millis
    action: str
    kind: Kind
    text: BranchText
    by: str
    """Display name at that time."""
    role: BranchText | None
    """Role under which it was done."""
    subject: Id | None
    subject_name: str
    """As the roll has it now; empty when it is about nobody."""
    subject_number: str
    fields: list[BranchText]
    notes: list[BranchNote]


class BranchActs(WireModel):
    """A page, newest first."""

    rows: list[BranchAct]
    more: bool
    """True when older rows may remain: ask again with `before` = id of the last one."""
