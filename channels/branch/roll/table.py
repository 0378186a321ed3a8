"""A sheet as plain values: what every reader returns and every later step works on. Pure.

Rows are numbered as Excel shows them, from 1; columns are counted from 0 and named A, B … as Excel does.
Imported by the roll's other modules.
"""

from dataclasses import dataclass
from datetime import date, datetime

ROWS_MAX = 5_000
COLUMNS_MAX = 60
FILE_MAX_BYTES = 5 * 1024 * 1024
CELL_MAX = 2_000
"""Characters kept of a cell; nothing on a roll is longer."""

Cell = str | float | date
"""An empty cell is the empty string. Numbers are float, as Excel keeps them; a date with a time of day is a datetime, naive."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        name: Its name; empty for a text file.
        rows: Cells; row `i` is Excel's row `i + 1`. Rows may differ in length.
        formulas: (row as Excel shows it, column from 0) of cells that hold a formula; their values are never used.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    formulas: frozenset[tuple[int, int]] = frozenset()


def column_name(column: int) -> str:
    """Excel's name of a column counted from 0: 0 -> A, 26 -> AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_index(name: str) -> int:
    """The reverse of `column_name`: A -> 0."""
    index = 0
    for letter in name:
        index = index * 26 + ord(letter.upper()) - ord("A") + 1
    return index - 1


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without .0, dates as ISO."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def is_blank(row: tuple[Cell, ...]) -> bool:
    """True when no cell of the row shows anything."""
    return not any(cell_text(cell).strip() for cell in row)
