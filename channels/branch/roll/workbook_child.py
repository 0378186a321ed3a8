"""Reads one .xlsx or .xls from standard input and writes its sheets as JSON to standard output.

Runs as a program of its own with bounded memory and time (see workbook.py): a hostile workbook can at worst end this process.
It imports nothing of ours, so it starts fast and needs no path. Cells: text, numbers, dates as {"d": "YYYY-MM-DD"}, with
"t": "HH:MM:SS" when they have a time of day.

Answer: {"sheets": [{"name", "rows", "formulas": [[row, column]]}]} or {"refused": "too_big" | "protected" | "unreadable"}.
"""

import io
import json
import re
import sys
import zipfile
from datetime import date, datetime, time
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

ROWS_SCANNED_MAX = 20_000  # title rows, blank rows and 5,000 people fit well within
COLUMNS_SCANNED_MAX = 256
SHEETS_MAX = 20
INFLATED_MAX_BYTES = 120 * 1024 * 1024
ENTRIES_MAX = 2_000
MEMORY_MAX_BYTES = 768 * 1024 * 1024
CPU_MAX_S = 20
CELL_MAX = 2_000

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Refused(Exception):
    """The workbook is not read; the word says why."""


class _SheetScan:
    """Walks one sheet's XML: finds formulas and how far the filled cells reach, before anything is laid out in memory."""

    def __init__(self) -> None:
        self.formulas: list[tuple[int, int]] = []
        self._at = (0, 0)
        self._row = 0
        self._column = -1

    def run(self, stream: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - a zip member
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            while chunk := stream.read(65_536):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused("unreadable") from error
        return self.formulas

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
        elif local == "c":
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _column(match[1]) if match else self._column + 1
            self._at = (int(match[2]) if match else self._row, self._column)
        elif local in ("v", "is", "f"):
            if self._at[0] > ROWS_SCANNED_MAX or self._at[1] >= COLUMNS_SCANNED_MAX:
                raise Refused("too_big")
            if local == "f":
                self.formulas.append(self._at)


def _no_doctype(*_: object) -> None:
    raise Refused("unreadable")


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def scan_xlsx(content: bytes) -> dict[str, list[tuple[int, int]]]:
    """Formulas by sheet name; refuses archives that inflate beyond bounds."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Refused("unreadable") from error
    with archive:
        entries = archive.infolist()
        if len(entries) > ENTRIES_MAX or sum(e.file_size for e in entries) > INFLATED_MAX_BYTES:
            raise Refused("too_big")
        formulas = {}
        for name, path in _sheet_paths(archive).items():
            try:
                with archive.open(path) as stream:
                    formulas[name] = _SheetScan().run(stream)
            except (KeyError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
                raise Refused("unreadable") from error
        return formulas


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> path in the archive (ECMA-376 part 1, 18.2.19 and part 2, relationships)."""
    targets: dict[str, str] = {}
    paths: dict[str, str] = {}

    def relationship(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            rid = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            target = targets.get(rid, "")
            if "worksheets/" in target:
                paths[attributes.get("name", "")] = (
                    target.lstrip("/") if target[:1] == "/" else "xl/" + target
                )

    _walk(archive, "xl/_rels/workbook.xml.rels", relationship)
    _walk(archive, "xl/workbook.xml", sheet)
    if len(paths) > SHEETS_MAX:
        raise Refused("too_big")
    return paths


def _walk(archive: zipfile.ZipFile, path: str, start: Any) -> None:  # noqa: ANN401 - an expat handler
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(archive.read(path), True)
    except (KeyError, zipfile.BadZipFile, expat.ExpatError) as error:
        raise Refused("unreadable") from error


def read(content: bytes) -> dict[str, Any]:
    """The answer as described in the module's docstring; raises `Refused`."""
    is_zip = content.startswith(b"PK")
    formulas = scan_xlsx(content) if is_zip else {}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for meta in workbook.sheets_metadata[:SHEETS_MAX]:
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(meta.name)
                if sheet.total_height > ROWS_SCANNED_MAX or sheet.total_width > COLUMNS_SCANNED_MAX:
                    raise Refused("too_big")
                rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
                sheets.append({"name": meta.name, "rows": rows, "formulas": formulas.get(meta.name, [])})
    except PasswordError as error:
        raise Refused("protected") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("unreadable") from error
    return {"sheets": sheets}


def _plain(cell: object) -> object:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return float(cell)
    if isinstance(cell, datetime):
        day = {"d": cell.date().isoformat()}
        return day if cell.time() == time() else {**day, "t": cell.time().isoformat("seconds")}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    return str(cell)[:CELL_MAX]


def _limit_self() -> None:
    try:
        import resource
    except ImportError:  # not on this system: the parent's time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_MAX_S, CPU_MAX_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Standard input to standard output."""
    _limit_self()
    try:
        answer = read(sys.stdin.buffer.read())
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "too_big"}
    except Exception:  # whatever a hostile file provokes, the answer is the same
        answer = {"refused": "unreadable"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
