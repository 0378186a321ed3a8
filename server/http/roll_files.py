"""Rolls as files over HTTP: import in steps, and export. May be imported by server."""

from starlette.responses import Response

from channels.branch.errors import IMPORT_CHANGED, NOT_A_BRANCH
from channels.branch.roll.apply import Outcome, apply
from channels.branch.roll.dryrun import Choices, DryRun, dry_run, needs_header
from channels.branch.roll.faults import Fault
from channels.branch.roll.header import ColumnMap, headers_of
from channels.branch.roll.outgoing import MEDIA, export_roll
from channels.branch.roll.pending import Pending, drop, fetch, keep
from channels.branch.roll.source import ignored_columns
from channels.branch.roll.table import FILE_MAX_BYTES, cell_text
from channels.core.feature import RateClass
from channels.protocol.errors import FORBIDDEN, Refused
from server.http.officers import (
    card_of,
    hand_of,
    place_of,
    reader_of,
    refuse_foreign_link,
    table_file,
    unit_with,
)
from server.http.respond import as_file
from server.http.roll_models import (
    ExportQuery,
    ImportChange,
    ImportFault,
    ImportOffice,
    ImportOrder,
    ImportQuery,
    ImportState,
)
from server.http.routes import Call, Gate, RouteRow

MANAGE_ROLL = "branch.manage_roll"
MANAGE_ROLES = "branch.manage_roles"
EXPORT = "branch.export_roll"
SAMPLES = 3
SAMPLE_CHARACTERS = 60
ORDER_LIMIT_BYTES = 512 * 1024
"""Answers for 5,000 rows, 50 bytes each, and some."""


async def start_import(call: Call) -> ImportState:
    """Send a roll (.xlsx, .xls, .csv): a trial run that changes nothing. The file is kept sealed for half an hour."""
    query: ImportQuery = call.query
    branch = await unit_with(call, query.unit, MANAGE_ROLL)
    if branch.kind != "branch":
        raise Refused(NOT_A_BRANCH)
    content = await table_file(call)
    reader = reader_of(call)
    run = await dry_run(reader, branch.unit, content, Choices(encoding=query.encoding))
    pending = await keep(reader, branch.unit, _caller(call), content, query.encoding)
    return state_of(pending, run)


async def continue_import(call: Call) -> ImportState:
    """Another trial run with corrected columns and answers, or the confirmation of the one that was looked at."""
    order: ImportOrder = call.body
    reader = reader_of(call)
    pending = await fetch(reader, call.part("id"), _caller(call))
    branch = await unit_with(call, pending.unit, MANAGE_ROLL)
    run = await dry_run(reader, branch.unit, pending.content, choices_of(order, pending.encoding))
    if order.confirm is None:
        return state_of(pending, run)
    missing = needs_header(run)
    if missing is not None:
        raise missing
    if run.plan.digest != order.confirm:
        raise Refused(IMPORT_CHANGED)
    if order.give_offices and not call.actor.can(MANAGE_ROLES, place_of(branch)):
        raise Refused(FORBIDDEN)
    outcome = await apply(hand_of(call, branch, MANAGE_ROLL), run, give_offices=order.give_offices)
    await drop(reader, pending.ident)
    return done_state(state_of(pending, run), outcome)


def _caller(call: Call) -> str:
    return str(call.actor.member or call.actor.account)


def choices_of(order: ImportOrder, encoding: str | None) -> Choices:
    """What the officer chose. A new header row alone keeps the guess of the columns impossible, so both come together."""
    columns = None
    if order.columns is not None:
        columns = ColumnMap(
            order.header_row or 0, {str(field): column for field, column in order.columns.items()}
        )
    return Choices(columns, {int(row): answer for row, answer in order.answers.items()}, encoding)


def state_of(pending: Pending, run: DryRun) -> ImportState:
    """A dry run as it travels."""
    plan, columns = run.plan, run.columns
    first = columns.header_row if columns else 0
    return ImportState(
        import_=pending.ident,
        expires_at_ms=pending.expires_at_ms,
        sheet=run.sheet.name[:60],
        headers=list(headers_of(run.sheet, columns)),
        samples=[
            [cell_text(cell)[:SAMPLE_CHARACTERS] for cell in row]
            for row in run.sheet.rows[first : first + SAMPLES]
        ],
        header_row=first,
        columns=dict(columns.columns) if columns else {},
        ignored=list(ignored_columns(run.sheet, columns)) if columns else [],
        add=len(plan.add),
        change=len(plan.change),
        unchanged=len(plan.unchanged),
        held=len(plan.held),
        asked=len(plan.asked),
        skipped=len(plan.skipped),
        changes=[
            ImportChange(row=c.draft.row, member=c.known.member, name=c.draft.name, fields=list(c.fields))
            for c in plan.change
        ],
        faults=[fault_of(fault) for fault in plan.faults],
        new_groups=list(plan.new_groups),
        offices=[ImportOffice(row=o.draft.row, name=o.draft.name, title=o.title) for o in plan.offices],
        digest=plan.digest if columns else "",
    )


def fault_of(fault: Fault) -> ImportFault:
    """A fault as it travels."""
    return ImportFault(
        row=fault.row,
        column=fault.column,
        code=fault.kind.code,
        level=fault.kind.level,
        zh=fault.zh,
        en=fault.en,
        candidates=list(fault.candidates),
    )


def done_state(state: ImportState, outcome: Outcome) -> ImportState:
    """The state after the confirmation."""
    refused = [
        ImportFault(
            row=row, column=None, code=why.key.lower(), level="note", zh=why.zh, en=why.en, candidates=[]
        )
        for row, why in outcome.refused
    ]
    return state.model_copy(
        update={
            "added": len(outcome.added),
            "changed": outcome.changed,
            "offices_given": outcome.offices,
            "refused": refused,
        }
    )


async def export(call: Call) -> Response:
    """The roll of a branch as .xlsx or .csv, watermarked; every member of it sees that and by whom."""
    refuse_foreign_link(call)
    query: ExportQuery = call.query
    branch = await unit_with(call, query.unit, EXPORT)
    if branch.kind != "branch":
        raise Refused(NOT_A_BRANCH)
    card = await card_of(call, _caller(call))
    made = await export_roll(hand_of(call, branch, EXPORT), branch, query.format, card.number)
    return as_file(made.content, made.media, f"roll.{query.format}", made.name)


ROLL_FILE_ROUTES: tuple[RouteRow, ...] = (
    RouteRow(
        "POST", "/roll/import", "roll.import", None, ImportState, Gate.MEMBER, start_import, MANAGE_ROLL, RateClass.HEAVY,
        ImportQuery, raw=True, limit_bytes=FILE_MAX_BYTES,
    ),
    RouteRow(
        "POST", "/roll/import/{id}", "roll.import_step", ImportOrder, ImportState, Gate.MEMBER, continue_import, MANAGE_ROLL,
        limit_bytes=ORDER_LIMIT_BYTES,
    ),
    RouteRow(
        "GET", "/roll/export", "roll.export", None, None, Gate.FRESH, export, EXPORT, RateClass.HEAVY, ExportQuery,
        media=MEDIA["xlsx"],
    ),
)  # fmt: skip
