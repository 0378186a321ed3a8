"""Workbooks: honest ones are read in a child, hostile ones end there."""

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from channels.branch.errors import FILE_PROTECTED, FILE_TOO_LARGE, FILE_TOO_WIDE, FILE_UNREADABLE
from channels.branch.roll import workbook_child
from channels.branch.roll.source import read_file
from channels.branch.roll.table import FILE_MAX_BYTES
from channels.branch.roll.workbook import is_workbook, read_workbook, sheets_of
from channels.protocol.errors import ErrorRow, Refused

ROLLS = Path(__file__).resolve().parents[4] / "fixtures/roll"


def workbook(*cells: tuple[int, int, object]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("一")
        for row, column, value in cells:
            sheet.write(row, column, value)
    return buffer.getvalue()


def rezipped(content: bytes, name: str, text: bytes) -> bytes:
    """The archive with one entry replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, text)
    return buffer.getvalue()


async def refusal(content: bytes) -> ErrorRow:
    with pytest.raises(Refused) as refused:
        await read_file(content)
    return refused.value.row


async def test_cells_keep_their_kind_and_place() -> None:
    (sheet,) = await read_workbook((ROLLS / "roll-dirty.xlsx").read_bytes())
    assert sheet.name == "2026年党员花名册(最新)"
    assert sheet.rows[0][0] == "青禾社区第二党支部花名册"
    assert sheet.rows[8][5] == 19900000006.0
    assert sheet.rows[10][7] == date(2001, 7, 1)
    assert sheet.formulas == frozenset({(18, 6)})


async def test_rows_start_at_one_even_when_the_sheet_does_not() -> None:
    (sheet,) = await read_workbook(workbook((4, 2, "姓名"), (5, 2, "白露")))
    assert sheet.rows[4] == ("", "", "姓名")


async def test_hidden_sheets_are_left_alone() -> None:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "看得见"
    book.active["A1"] = "姓名"
    hidden = book.create_sheet("藏")
    hidden["A1"] = "secret"
    hidden.sheet_state = "hidden"
    book.save(buffer)
    assert [sheet.name for sheet in await read_workbook(buffer.getvalue())] == ["看得见"]


async def test_old_workbooks_are_known_by_their_bytes() -> None:
    assert is_workbook(bytes.fromhex("d0cf11e0a1b11ae1") + b"x")
    assert await refusal(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600) is FILE_UNREADABLE


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"PK\x03\x04" + b"\0" * 5_000])
async def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert await refusal(content) is FILE_UNREADABLE


async def test_a_far_corner_does_not_fill_the_memory() -> None:
    assert await refusal(workbook((0, 0, "姓名"), (1_048_575, 16_383, "x"))) is FILE_TOO_WIDE


async def test_an_archive_that_inflates_without_bound_is_refused() -> None:
    bomb = rezipped(
        workbook((0, 0, "姓名")), "xl/media/zeros.bin", b"\0" * (workbook_child.INFLATED_MAX_BYTES + 1)
    )
    assert len(bomb) < FILE_MAX_BYTES
    assert await refusal(bomb) is FILE_TOO_WIDE


async def test_document_types_and_their_entities_are_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha">]><worksheet>&x;</worksheet>'
    assert (
        await refusal(rezipped(workbook((0, 0, "姓名")), "xl/worksheets/sheet1.xml", laughs))
        is FILE_UNREADABLE
    )


async def test_too_many_columns_and_too_large_files() -> None:
    assert await refusal(workbook(*((0, column, "x") for column in range(61)))) is FILE_TOO_WIDE
    assert await refusal(b"a" * (FILE_MAX_BYTES + 1)) is FILE_TOO_LARGE


async def test_styled_but_empty_cells_do_not_count() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "姓名")
        sheet.write_blank(9, 200, None, book.add_format({"bold": True}))
    (read,) = await read_file(buffer.getvalue())
    assert read.rows[0][0] == "姓名"


def test_answers_of_the_child() -> None:
    for word, row in (
        ("protected", FILE_PROTECTED),
        ("too_big", FILE_TOO_WIDE),
        ("unreadable", FILE_UNREADABLE),
    ):
        with pytest.raises(Refused) as refused:
            sheets_of({"refused": word})
        assert refused.value.row is row
    assert sheets_of({"sheets": []}) == ()


def test_the_child_reads_truth_values_and_clips_cells() -> None:
    answer = workbook_child.read(workbook((0, 0, True), (0, 1, "x" * 5_000), (0, 2, 3)))
    assert answer["sheets"][0]["rows"] == [["TRUE", "x" * workbook_child.CELL_MAX, 3.0]]
