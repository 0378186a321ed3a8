"""A file into sheets, and a sheet into a plan: the steps an import takes, without a store. Imported by pending and apply."""

from collections.abc import Mapping
from datetime import date

from channels.branch.errors import FILE_TOO_LARGE, FILE_TOO_WIDE, FILE_UNREADABLE, HEADER_NOT_FOUND
from channels.branch.roll.checks import RowRules, read_rows
from channels.branch.roll.header import ColumnMap, known_words
from channels.branch.roll.placing import plan_import
from channels.branch.roll.plan import Plan, Present
from channels.branch.roll.table import COLUMNS_MAX, FILE_MAX_BYTES, ROWS_MAX, Sheet, cell_text, is_blank
from channels.branch.roll.textfile import read_text
from channels.branch.roll.workbook import is_workbook, read_workbook
from channels.branch.template import Template
from channels.protocol.errors import Refused


async def read_file(content: bytes, encoding: str | None = None) -> tuple[Sheet, ...]:
    """Sheets of a file; what kind it is, its first bytes say.

    Args:
        content: The file, at most FILE_MAX_BYTES.
        encoding: For text files only: `utf-8` or `gb18030` when a person chose.

    Raises:
        Refused: One of the file errors (2130–2134).
    """
    if len(content) > FILE_MAX_BYTES:
        raise Refused(FILE_TOO_LARGE, mb=FILE_MAX_BYTES // (1024 * 1024))
    if not content:
        raise Refused(FILE_UNREADABLE)
    sheets = (
        await read_workbook(content) if is_workbook(content) else (read_text(content, known_words, encoding),)
    )
    for sheet in sheets:
        check_size(sheet)
    return sheets


def check_size(sheet: Sheet) -> None:
    """Refuse what is no roll of a branch.

    Raises:
        Refused: FILE_TOO_WIDE.
    """
    filled = sum(1 for row in sheet.rows if not is_blank(row))
    width = max((_width(row) for row in sheet.rows), default=0)
    if (
        filled > ROWS_MAX + 50 or width > COLUMNS_MAX
    ):  # 50: title lines, header, totals and remarks are no people
        raise Refused(FILE_TOO_WIDE, rows=ROWS_MAX, columns=COLUMNS_MAX)


def _width(row: tuple[object, ...]) -> int:
    return max((at + 1 for at, cell in enumerate(row) if cell not in ("", None)), default=0)


def checked_map(columns: ColumnMap, sheet: Sheet) -> ColumnMap:
    """A mapping a person sent, if it can be used.

    Raises:
        Refused: HEADER_NOT_FOUND: no column of names, a column outside the sheet, or one column used twice.
    """
    used = list(columns.columns.values())
    inside = all(0 <= column < COLUMNS_MAX for column in used) and 0 <= columns.header_row <= len(sheet.rows)
    if "name" not in columns.columns or not inside or len(set(used)) != len(used):
        raise Refused(HEADER_NOT_FOUND)
    return columns


def plan_of(sheet: Sheet, rules: RowRules, present: Present, answers: Mapping[int, str]) -> Plan:
    """The dry run of one sheet.

    Raises:
        Refused: FILE_TOO_WIDE when more than ROWS_MAX people stand below the header.
    """
    drafts, faults, filled = read_rows(sheet, rules)
    if filled > ROWS_MAX:
        raise Refused(FILE_TOO_WIDE, rows=ROWS_MAX, columns=COLUMNS_MAX)
    return plan_import(drafts, faults, present, rules.template, answers)


def rules_for(sheet: Sheet, columns: ColumnMap, template: Template, today: date) -> RowRules:
    """What the rows of a sheet are judged by."""
    return RowRules(template, today, columns, sheet.formulas)


def ignored_columns(sheet: Sheet, columns: ColumnMap) -> tuple[str, ...]:
    """Headers of columns that are not taken over, so that nobody believes they are stored."""
    if not 0 < columns.header_row <= len(sheet.rows):
        return ()
    used = set(columns.columns.values())
    row = sheet.rows[columns.header_row - 1]
    return tuple(t[:60] for at, cell in enumerate(row) if at not in used and (t := cell_text(cell).strip()))
