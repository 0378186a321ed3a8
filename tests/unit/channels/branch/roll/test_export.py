"""What leaves the house opens in Excel as text and comes back unchanged."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.branch.roll.checks import Draft
from channels.branch.roll.export import COLUMNS, Line, Watermark, quoted, table, to_csv, to_xlsx
from channels.branch.roll.header import best_sheet
from channels.branch.roll.plan import Known, Present
from channels.branch.roll.source import plan_of, read_file, rules_for
from channels.branch.template import templates

PARTY = templates()["party_branch_zh"]
MARK = Watermark("第二党支部", "林书远", "QH0001", datetime(2026, 11, 22, 9, 5, tzinfo=UTC))
EVIL = '=HYPERLINK("http://evil.example","点我")'

LINES = [
    Line("QH0003", "@SUM(A1)甲", "probationary", ("第一组", "第二组"), (), {}),
    Line(
        "QH0001",
        EVIL,
        "full",
        ("第一组",),
        ("书记",),
        {"phone": "+8619900000001", "mail": "+a@example.org", "gender": "male"},
    ),
    Line(
        "QH0002",
        "𠮷田红",
        "full",
        (),
        (),
        {"phone": "+8657188881234", "joined_on": "2001-07", "birth_date": "1954-03-09"},
    ),
    Line("QH0004", "-1+1甲", "full", (), (), {"phone": "+442079460000"}),
    Line("QH0005", "'=甲", "full", (), (), {"gender": "other"}),
]


def cells_of(content: bytes) -> list[list[openpyxl.cell.Cell]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(row) for row in book.active.iter_rows()]


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    rows = cells_of(to_xlsx(table(LINES, PARTY), MARK))
    for row in rows:
        for cell in row:
            assert cell.data_type in ("s", "n")
            assert cell.data_type != "n" or cell.value is None
            assert cell.hyperlink is None
    assert rows[2][1].value == EVIL
    assert rows[2][5].value == "19900000001"


def test_the_workbook_says_who_exported_it() -> None:
    content = to_xlsx(table(LINES, PARTY), MARK)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sentence = "第二党支部 花名册 · 导出人 林书远(QH0001) · 2026-11-22 09:05 · 仅供本单位使用,请妥善保管"
    assert book.active["A1"].value == sentence
    assert book.properties.description == sentence
    assert book.properties.creator == "林书远"
    assert "林书远" in book.active.oddFooter.center.text
    assert book.active.freeze_panes == "C3"


def test_no_cell_of_a_text_file_begins_like_a_formula() -> None:
    content = to_csv(table(LINES, PARTY), Watermark("=1+1", "林", "", MARK.at))
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == len(LINES) + 2
    for line in text.splitlines():
        for cell in line.split(","):
            assert cell.lstrip('"')[:1] not in ("=", "+", "-", "@", "\t")


def test_rows_are_ordered_by_number() -> None:
    rows = table(LINES, PARTY)
    assert rows[0] == [header for _, header, _ in COLUMNS]
    assert [row[0] for row in rows[1:]] == ["QH0001", "QH0002", "QH0003", "QH0004", "QH0005"]
    assert rows[3][9] == "预备党员"
    assert table([Line("1", "甲", "gone", (), (), {})], PARTY)[1][9] == "gone"


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
async def test_what_was_exported_changes_nothing_when_it_comes_back(write: object) -> None:
    assert callable(write)
    content = write(table(LINES, PARTY), MARK)
    sheet, columns = best_sheet(await read_file(content))
    assert columns is not None
    assert columns.header_row == 2
    members = tuple(
        Known(f"m{at}", line.number, line.name, line.class_, line.groups, line.titles, True, line.values)
        for at, line in enumerate(LINES)
    )
    present = Present(members, frozenset({"第一组", "第二组"}))
    plan = plan_of(sheet, rules_for(sheet, columns, PARTY, date(2026, 11, 22)), present, {})
    assert plan.unchanged == (3, 4, 5, 6, 7)
    assert plan.faults == ()
    assert (plan.add, plan.change, plan.offices, plan.new_groups) == ((), (), (), ())


@given(st.text(max_size=20))
def test_quoting_is_reversible(cell: str) -> None:
    out = quoted(cell)
    assert out[:1] not in tuple("=+-@\t\r")
    assert out in (cell, "'" + cell)


def test_a_draft_has_all_columns_of_an_export() -> None:
    assert {"number", "name", "group", "title", "class"} | {
        "phone",
        "mail",
        "gender",
        "joined_on",
        "birth_date",
    } == {f for f, _, _ in COLUMNS}
    assert Draft(1, "x").values == {}
