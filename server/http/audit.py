"""The record of sensitive actions of a branch over HTTP: pages, one member's part, and the file. May be imported by server.

Members see imports and exports of their branch (domain.md SEC-12), those who watch the rest. Looking for one member is a
personal read: the member sees it (5.2, invariant 9). An export is listed to the branch. Reasons are the member's to read.
"""

import asyncio
from zoneinfo import ZoneInfo

from starlette.responses import Response

from channels.branch.contract import Person, Unit
from channels.branch.errors import NOT_A_BRANCH, UNIT_UNKNOWN
from channels.branch.fields import FIELD
from channels.branch.protocol import BranchText
from channels.branch.records import ORGS
from channels.branch.roles import ROLES
from channels.branch.roll.export import Watermark, to_csv, to_xlsx
from channels.branch.roll.outgoing import MEDIA
from channels.branch.store import groups_of, person_cards
from channels.core.feature import RateClass
from channels.protocol.errors import Refused
from moderation.audit import AuditRow, Only, PageAt
from server.accounts.audit_words import KINDS, Kind, Pair, actions_of, note_lines, word_of
from server.http.audit_models import (
    PAGE_MAX,
    ActsExport,
    ActsQuery,
    BranchAct,
    BranchActs,
    BranchNote,
    MemberActs,
)
from server.http.officers import (
    card_of,
    hand_of,
    member_with,
    own_unit,
    place_of,
    refuse_foreign_link,
    sees_people,
    unit_with,
)
from server.http.respond import as_file
from server.http.routes import Call, Gate, RouteRow
from storage.clock import utc

READ_AUDIT = "branch.read_audit"
OPEN_ACTIONS = ("roll.exported", "roll.imported", "audit.exported")
"""What every member of a branch may know of it (domain.md SEC-12: exports are listed to the branch)."""

EXPORT_MAX = 5_000
"""Rows in a file; a branch of 500 writes some 2,000 a year."""

COLUMNS: tuple[tuple[str, int], ...] = (
    ("时间", 18), ("操作", 26), ("类别", 12), ("操作人", 12), ("以何职务", 12), ("涉及成员", 12), ("成员编号", 12),
    ("涉及内容", 26), ("备注", 26),
)  # fmt: skip
"""(header, width in characters) of the file."""


async def show_audit(call: Call) -> BranchActs:
    """Sensitive actions in a branch: all of them for those who watch, imports and exports for every member."""
    query: ActsQuery = call.query
    found = await own_unit(call, query.unit)
    if found.kind != "branch":
        raise Refused(NOT_A_BRANCH)
    watches = call.actor.can(READ_AUDIT, place_of(found))
    if not watches and not await sees_people(call, found):
        raise Refused(UNIT_UNKNOWN)
    only = Only(_actions(query.kind, watches=watches))
    return await _page(call, found, PageAt(query.before or "", query.limit), only)


async def show_member_audit(call: Call) -> BranchActs:
    """What one member did and what was done to them in their branch; the member sees who looked."""
    body: MemberActs = call.body
    doc, branch = await member_with(call, READ_AUDIT)
    hand = hand_of(call, branch, READ_AUDIT)
    row = hand.audit("audit.opened", org=branch.org, unit=branch.unit, subject=doc["_id"])
    await hand.reader.log.commit((), (row,))
    only = Only(_actions(body.kind, watches=True), doc["_id"])
    return await _page(call, branch, PageAt(body.before or "", body.limit), only)


async def export_audit(call: Call) -> Response:
    """The record of a branch as .xlsx or .csv, newest first, watermarked; every member of the branch sees that and by whom."""
    refuse_foreign_link(call)
    query: ActsExport = call.query
    branch = await unit_with(call, query.unit, READ_AUDIT)
    if branch.kind != "branch":
        raise Refused(NOT_A_BRANCH)
    org = await call.services.mongo[ORGS].find_one({"_id": branch.org})
    if org is None:
        raise Refused(UNIT_UNKNOWN)
    hand, zone = hand_of(call, branch, READ_AUDIT), ZoneInfo(org["time_zone"])
    card = await card_of(call, hand.actor)
    acts = await _newest(call, branch, query.kind)
    kind: dict[str, str | int] = {} if query.kind is None else {"kind": query.kind}
    notes: dict[str, str | int] = {"format": query.format, "count": len(acts), **kind}
    row = hand.audit("audit.exported", org=branch.org, unit=branch.unit, notes=notes)
    await hand.reader.log.commit((), (row,))
    at = utc(call.now_ms).astimezone(zone)
    mark = Watermark(branch.name, hand.name or hand.actor, card.number, at, "操作记录")
    rows = [[header for header, _ in COLUMNS], *(cells_of(act, zone) for act in acts)]
    if query.format == "xlsx":
        content = await asyncio.to_thread(to_xlsx, rows, mark, [width for _, width in COLUMNS])
    else:
        content = await asyncio.to_thread(to_csv, rows, mark)
    name = f"{branch.name}-操作记录-{at:%Y%m%d-%H%M}.{query.format}"
    return as_file(content, MEDIA[query.format], f"audit.{query.format}", name)


async def _newest(call: Call, branch: Unit, kind: Kind | None) -> list[BranchAct]:
    only, acts, before = Only(_actions(kind, watches=True)), list[BranchAct](), ""
    while len(acts) < EXPORT_MAX:
        page = await _page(call, branch, PageAt(before, PAGE_MAX), only)
        acts += page.rows
        if not page.more:
            break
        before = page.rows[-1].id
    return acts


def _actions(kind: Kind | None, *, watches: bool) -> tuple[str, ...] | None:
    """What a reader may see of a kind; None for everything."""
    if watches:
        return None if kind is None else actions_of(kind)
    return tuple(action for action in OPEN_ACTIONS if kind is None or word_of(action).kind == kind)


async def _page(call: Call, branch: Unit, at: PageAt, only: Only) -> BranchActs:
    units = [branch.unit, *(group.unit for group in await groups_of(call.services.mongo, branch.unit))]
    rows = await call.services.accounts.trail.of_units(units, at, only)
    cards = await person_cards(call.services.mongo, [row.subject for row in rows if row.subject])
    found = {str(member): card for member, card in cards.items()}
    return BranchActs(rows=[act_of(row, found) for row in rows], more=len(rows) == at.limit)


def act_of(row: AuditRow, cards: dict[str, Person]) -> BranchAct:
    """A row as it travels; `cards` of those it may be about, by id."""
    word, role, about = word_of(row.action), ROLES.get(row.actor_role), cards.get(row.subject or "")
    return BranchAct(
        id=row.id,
        at_ms=row.at_ms,
        action=row.action,
        kind=word.kind,
        text=_both(word.text),
        by=row.actor_name,
        role=BranchText(zh=role.zh, en=role.en) if role else None,
        subject=row.subject,
        subject_name=about.name if about else "",
        subject_number=about.number if about else "",
        fields=[_field(key) for key in row.fields],
        notes=[BranchNote(label=_both(label), value=_both(value)) for label, value in note_lines(row.notes)],
    )


def _both(pair: Pair) -> BranchText:
    return BranchText(zh=pair[0], en=pair[1])


def _field(key: str) -> BranchText:
    row = FIELD.get(key)
    return BranchText(zh=row.zh, en=row.en) if row else BranchText(zh=key, en=key)


def cells_of(act: BranchAct, zone: ZoneInfo) -> list[str]:
    """A row of the file, in the order of COLUMNS; times in the organisation's zone."""
    return [
        f"{utc(act.at_ms).astimezone(zone):%Y-%m-%d %H:%M:%S}",
        act.text.zh,
        KINDS[act.kind][0],
        act.by,
        act.role.zh if act.role else "",
        act.subject_name,
        act.subject_number,
        "、".join(field.zh for field in act.fields),
        ";".join(f"{note.label.zh} {note.value.zh}" for note in act.notes),
    ]


R, H = RateClass.READ, RateClass.HEAVY

AUDIT_ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/org/audit", "org.audit", None, BranchActs, Gate.MEMBER, show_audit, rate=R, query=ActsQuery),
    RouteRow(
        "GET", "/org/audit/export", "org.export_audit", None, None, Gate.FRESH, export_audit, READ_AUDIT, H, ActsExport,
        media=MEDIA["xlsx"],
    ),
    RouteRow(
        "POST", "/roll/{member}/audit", "roll.audit", MemberActs, BranchActs, Gate.MEMBER, show_member_audit, READ_AUDIT
    ),
)  # fmt: skip
