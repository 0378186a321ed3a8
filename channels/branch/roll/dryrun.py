"""The dry run of an import against the stored roll: reads only. Imported by apply and the roof."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from channels.branch.contract import Unit
from channels.branch.errors import HEADER_NOT_FOUND, NOT_A_BRANCH, UNIT_UNKNOWN
from channels.branch.normalise import BadValue, normalise_number
from channels.branch.records import ACTIVE, MEMBERS, MEMBERS_MAX, ORGS, unseal
from channels.branch.roll.header import ColumnMap, best_sheet
from channels.branch.roll.plan import Known, Plan, Present
from channels.branch.roll.source import checked_map, plan_of, read_file, rules_for
from channels.branch.roll.table import Sheet, cell_text
from channels.branch.store import groups_of, template_of, titles_of, unit
from channels.branch.template import Template
from channels.core.context import Reader
from channels.protocol.errors import Refused
from storage.client import Document
from storage.clock import utc


@dataclass(frozen=True, slots=True)
class Choices:
    """What an officer chose.

    Attributes:
        columns: Corrected mapping, None for the guessed one.
        answers: Row -> `new`, `skip`, or a member id.
        encoding: Of a text file, None to find out.
    """

    columns: ColumnMap | None = None
    answers: Mapping[int, str] = field(default_factory=dict)
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do, and what it was judged by.

    Attributes:
        branch: Whose roll.
        groups: Its groups.
        template: Of the organisation.
        sheet: The sheet that was taken.
        columns: The mapping in force; None when no header was found and nobody named the columns: then `plan` is empty.
        plan: Outcome.
        stored: Member id -> stored record, of members the plan would change.
    """

    branch: Unit
    groups: tuple[Unit, ...]
    template: Template
    sheet: Sheet
    columns: ColumnMap | None
    plan: Plan
    stored: Mapping[str, Document]


async def dry_run(reader: Reader, branch: str, content: bytes, choices: Choices) -> DryRun:
    """Read a file and compare it with the roll of a branch.

    Raises:
        Refused: UNIT_UNKNOWN, NOT_A_BRANCH, a file error (2130–2134), or HEADER_NOT_FOUND for a mapping that cannot be.
    """
    home, template, zone = await _home(reader, branch)
    sheets = await read_file(content, choices.encoding)
    sheet, guessed = best_sheet(sheets)
    columns = checked_map(choices.columns, sheet) if choices.columns else guessed
    groups = tuple(await groups_of(reader.mongo, branch))
    if columns is None:
        return DryRun(home, groups, template, sheet, None, Plan(), {})
    present, stored = await _present(reader, home, groups, _numbers(sheet, columns))
    today = utc(reader.clock.now_ms()).astimezone(zone).date()
    plan = await _planned(sheet, columns, template, today, present, choices.answers)
    return DryRun(
        home,
        groups,
        template,
        sheet,
        columns,
        plan,
        {c.known.member: stored[c.known.member] for c in plan.change},
    )


async def _home(reader: Reader, branch: str) -> tuple[Unit, Template, ZoneInfo]:
    home = await unit(reader.mongo, branch)
    org = await reader.mongo[ORGS].find_one({"_id": home.org}) if home else None
    if home is None or org is None:
        raise Refused(UNIT_UNKNOWN)
    if home.kind != "branch":
        raise Refused(NOT_A_BRANCH)
    return home, template_of(org), ZoneInfo(org["time_zone"])


async def _planned(  # noqa: PLR0913 - the ingredients of a plan
    sheet: Sheet,
    columns: ColumnMap,
    template: Template,
    today: date,
    present: Present,
    answers: Mapping[int, str],
) -> Plan:
    """In a thread: 5,000 rows take about half a second of computing."""
    return await asyncio.to_thread(
        plan_of, sheet, rules_for(sheet, columns, template, today), present, answers
    )


def _numbers(sheet: Sheet, columns: ColumnMap) -> list[str]:
    """Member numbers the file names."""
    column = columns.columns.get("number")
    if column is None:
        return []
    numbers = []
    for row in sheet.rows[columns.header_row :]:
        if column < len(row):
            try:
                numbers.append(normalise_number(cell_text(row[column])))
            except BadValue:
                continue
    return numbers


async def _present(
    reader: Reader, branch: Unit, groups: tuple[Unit, ...], numbers: list[str]
) -> tuple[Present, dict[str, Document]]:
    docs = await reader.mongo[MEMBERS].find({"branch": branch.unit}, sort=(("_id", 1),), limit=MEMBERS_MAX)
    elsewhere = await reader.mongo[MEMBERS].find(
        {"org": branch.org, "branch": {"$ne": branch.unit}, "number": {"$in": numbers}},
        fields=("number",),
        limit=MEMBERS_MAX,
    )
    titles = await titles_of(reader.mongo, [doc["_id"] for doc in docs])
    names = {g.unit: g.name for g in groups}
    here = {branch.unit, *names}
    known = tuple(
        Known(
            member=doc["_id"],
            number=doc["number"],
            name=doc["name"],
            class_=doc["class"],
            groups=tuple(names[g] for g in doc["groups"] if g in names),
            titles=tuple(t.zh for t in titles.get(doc["_id"], ()) if t.unit in here),
            active=doc["status"] == ACTIVE,
            values=unseal(reader.cipher, doc),
        )
        for doc in docs
    )
    present = Present(known, frozenset(names.values()), frozenset(doc["number"] for doc in elsewhere))
    return present, {doc["_id"]: doc for doc in docs}


def needs_header(run: DryRun) -> Refused | None:
    """Why a dry run cannot be confirmed yet; None when it can."""
    return Refused(HEADER_NOT_FOUND) if run.columns is None else None
