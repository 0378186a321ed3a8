"""Workbooks (.xlsx, .xls) into sheets, by a short-lived child process with bounded memory and time.

The parser is fast native code that lays a whole sheet out in memory; a crafted file must not be able to end or fill the
server. Imported by roll.source.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from channels.branch.errors import FILE_PROTECTED, FILE_TOO_WIDE, FILE_UNREADABLE
from channels.branch.roll.table import COLUMNS_MAX, ROWS_MAX, Cell, Sheet
from channels.protocol.errors import Refused

CHILD = Path(__file__).with_name("workbook_child.py")
TIME_MAX_S = 30.0

_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # zip; OLE2 compound file


def is_workbook(content: bytes) -> bool:
    """True for bytes that begin as an Excel file does; the file name is not asked."""
    return content.startswith(_SIGNATURES)


async def read_workbook(content: bytes) -> tuple[Sheet, ...]:
    """Visible sheets of a workbook.

    Raises:
        Refused: FILE_UNREADABLE, FILE_PROTECTED or FILE_TOO_WIDE.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(CHILD),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIME_MAX_S):
            output, _ = await child.communicate(content)
    except TimeoutError as error:
        raise Refused(FILE_UNREADABLE) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not output:
        raise Refused(FILE_UNREADABLE)
    return sheets_of(json.loads(output))


def sheets_of(answer: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """The child's answer as values.

    Raises:
        Refused: What the child refused.
    """
    refused = answer.get("refused")
    if refused == "too_big":
        raise Refused(FILE_TOO_WIDE, rows=ROWS_MAX, columns=COLUMNS_MAX)
    if refused is not None:
        raise Refused(FILE_PROTECTED if refused == "protected" else FILE_UNREADABLE)
    return tuple(
        Sheet(
            sheet["name"],
            tuple(tuple(_cell(cell) for cell in row) for row in sheet["rows"]),
            frozenset((row, column) for row, column in sheet["formulas"]),
        )
        for sheet in answer["sheets"]
    )


def _cell(cell: str | float | Mapping[str, str]) -> Cell:
    if isinstance(cell, Mapping):
        clock = cell.get("t")
        return datetime.fromisoformat(f"{cell['d']}T{clock}") if clock else date.fromisoformat(cell["d"])
    return cell
