"""我们记录什么 and 谁看过我的档案. May be imported by server."""

from typing import Annotated

from pydantic import Field

from channels.branch.fields import FIELD
from channels.branch.roles import ROLES
from channels.core.feature import RateClass
from channels.protocol.base import Id, Millis, WireModel
from channels.protocol.frames import Message as Both
from moderation.audit import AuditRow, PageAt
from server.accounts.audit_texts import action_text
from server.accounts.record import Record, RecordLine
from server.http.routes import Call, Gate, RouteRow


class RecordField(WireModel):
    """One stored field."""

    key: str
    label: Both
    values: list[str] = Field(repr=False)
    """What is stored; empty when nothing is, or when it is stored so that nobody can read it."""
    at_ms: Millis
    """For times; 0 for none."""
    purpose: Both
    sees: Both
    kept: Both


class RecordAnswer(WireModel):
    """Everything that is recorded about the caller."""

    member: list[RecordField]
    """What the organisation keeps."""
    account: list[RecordField]
    """What log-in keeps."""


class AuditQuery(WireModel):
    """A page of the audit trail."""

    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class AuditLine(WireModel):
    """Something that was done to the caller's record or account."""

    id: str
    at_ms: Millis
    action: str
    text: Both
    by: str
    """Name of whoever did it; empty for the caller."""
    role: Both | None
    """Role under which it was done."""
    fields: list[Both]
    """Fields that were read or changed."""
    reason: str = Field(repr=False)


class AuditAnswer(WireModel):
    """Newest first."""

    rows: list[AuditLine]
    more: bool
    """True when older rows may remain: ask again with `before` = id of the last one."""


async def read_record(call: Call) -> RecordAnswer:
    """Everything that is recorded about me: value, purpose, who can see it, how long it is kept."""
    accounts = call.services.accounts
    record = Record(accounts.parts, call.services.mongo)
    return RecordAnswer(
        member=[_field(line) for line in await record.of_member(call.signed)],
        account=[_field(line) for line in await record.of_account(call.signed)],
    )


def _both(pair: tuple[str, str]) -> Both:
    return Both(zh=pair[0], en=pair[1])


def _field(line: RecordLine) -> RecordField:
    text = line.text
    return RecordField(
        key=text.key,
        label=_both(text.label),
        values=list(line.values),
        at_ms=line.at_ms,
        purpose=_both(text.purpose),
        sees=_both(text.sees),
        kept=_both(text.kept),
    )


async def read_audit(call: Call) -> AuditAnswer:
    """Who looked at my record or changed it, when and why."""
    query: AuditQuery = call.query
    member = call.actor.member
    if member is None:
        return AuditAnswer(rows=[], more=False)
    rows = await call.services.accounts.trail.about(member, PageAt(query.before or "", query.limit))
    return AuditAnswer(rows=[_line(row, member) for row in rows], more=len(rows) == query.limit)


def _line(row: AuditRow, member: str) -> AuditLine:
    role = ROLES.get(row.actor_role)
    return AuditLine(
        id=row.id,
        at_ms=row.at_ms,
        action=row.action,
        text=_both(action_text(row.action)),
        by="" if row.actor == member else row.actor_name or row.actor,
        role=Both(zh=role.zh, en=role.en) if role else None,
        fields=[_field_label(key) for key in row.fields],
        reason=row.reason,
    )


def _field_label(key: str) -> Both:
    row = FIELD.get(key)
    return Both(zh=row.zh, en=row.en) if row else Both(zh=key, en=key)


READ = RateClass.READ

ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/me/record", "me.record", None, RecordAnswer, Gate.MEMBER, read_record, rate=READ),
    RouteRow(
        "GET",
        "/me/audit",
        "me.audit",
        None,
        AuditAnswer,
        Gate.MEMBER,
        read_audit,
        rate=READ,
        query=AuditQuery,
    ),
)
