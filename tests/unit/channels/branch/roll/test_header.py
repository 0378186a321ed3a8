"""Finding the header and what its columns are."""

import pytest

from channels.branch.errors import HEADER_NOT_FOUND
from channels.branch.roll.header import IMPORT_FIELDS, ColumnMap, best_sheet, guess, headers_of, known_words
from channels.branch.roll.source import checked_map, ignored_columns
from channels.branch.roll.table import Sheet, column_index, column_name
from channels.protocol.errors import Refused

DIRTY = Sheet(
    "2026年",
    (
        ("青禾社区第二党支部花名册", "", ""),
        ("填表时间:2026年11月",),
        ("序号", "姓 名", "性别", "小组", "职务", "联系电话", "邮箱", "入党时间", "出生年月", "表决权"),
        (1.0, "林书远"),
    ),
)


def test_title_lines_above_the_header_are_passed_over() -> None:
    found = guess(DIRTY)
    assert found.header_row == 3
    assert set(found.columns) == set(IMPORT_FIELDS) - {"number"}
    assert found.columns["name"] == 1


def test_a_running_number_is_not_a_member_number() -> None:
    assert "number" not in guess(DIRTY).columns
    assert ignored_columns(DIRTY, guess(DIRTY)) == ("序号",)


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("Member No.", "number"), ("姓　名", "name"), ("手机号码(必填)", "phone"), ("E-mail", "mail"), ("出生年月日*", "birth_date"),
        ("Date of birth", "birth_date"), ("入社时间:", "joined_on"), ("是否有表决权", "class"), ("所在党小组", "group"),
        ("ＮＡＭＥ", "name"),
    ],
)  # fmt: skip
def test_words_of_headers(word: str, field: str) -> None:
    sheet = Sheet("", ((word, "姓名" if field != "name" else "性别", "序号"),))
    assert guess(sheet).columns[field] == 0


def test_the_better_of_two_words_wins() -> None:
    found = guess(Sheet("", (("姓名", "联系方式", "手机", "固定电话"),)))
    assert found.columns["phone"] == 2


@pytest.mark.parametrize("rows", [(), (("林书远", "1"),), (("姓名",),), (("电话", "邮箱", "小组"),)])
def test_no_header_is_said(rows: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(Refused) as refused:
        guess(Sheet("", rows))
    assert refused.value.row is HEADER_NOT_FOUND


def test_the_sheet_that_is_understood_is_taken() -> None:
    notes = Sheet("说明", (("请填写",),))
    sheet, mapping = best_sheet((notes, DIRTY))
    assert sheet is DIRTY
    assert mapping == guess(DIRTY)
    assert best_sheet((notes,)) == (notes, None)
    with pytest.raises(Refused):
        best_sheet(())


def test_headers_for_the_mapping_step() -> None:
    assert headers_of(DIRTY, guess(DIRTY))[:2] == ("序号", "姓 名")
    assert headers_of(DIRTY, None) == ("",) * 10


@pytest.mark.parametrize(
    "columns",
    [
        ColumnMap(3, {"phone": 5}),
        ColumnMap(3, {"name": 1, "phone": 1}),
        ColumnMap(3, {"name": 60}),
        ColumnMap(9, {"name": 1}),
        ColumnMap(-1, {"name": 1}),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(columns: ColumnMap) -> None:
    with pytest.raises(Refused):
        checked_map(columns, DIRTY)


def test_a_corrected_mapping_is_taken() -> None:
    columns = ColumnMap(0, {"name": 1, "number": 0})
    assert checked_map(columns, DIRTY) is columns
    assert ignored_columns(DIRTY, columns) == ()


def test_columns_are_named_as_excel_does() -> None:
    assert [column_name(n) for n in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]
    assert all(column_index(column_name(n)) == n for n in range(2_000))


def test_known_words() -> None:
    assert known_words(("序号", "姓名", "林书远", "", 3.0)) == 2
