"""One row: what is understood, tidied, held back, skipped."""

from datetime import date

import pytest

from channels.branch.roll.checks import Draft, RowRules, check_row, read_rows
from channels.branch.roll.faults import KINDS, Fault
from channels.branch.roll.header import ColumnMap
from channels.branch.roll.table import Cell, Sheet
from channels.branch.template import templates

TODAY = date(2026, 11, 22)
COLUMNS = ColumnMap(
    1,
    {
        "number": 0,
        "name": 1,
        "phone": 2,
        "mail": 3,
        "joined_on": 4,
        "class": 5,
        "group": 6,
        "title": 7,
        "gender": 8,
    },
)


def rules(template: str = "party_branch_zh", formulas: frozenset[tuple[int, int]] = frozenset()) -> RowRules:
    return RowRules(templates()[template], TODAY, COLUMNS, formulas)


def read(
    *cells: Cell, template: str = "party_branch_zh", formulas: frozenset[tuple[int, int]] = frozenset()
) -> tuple[Draft | None, list[Fault]]:
    return check_row(7, cells, rules(template, formulas))


def codes(faults: list[Fault]) -> list[str]:
    return [f.kind.code for f in faults]


def test_a_clean_row_says_nothing() -> None:
    draft, faults = read(
        "QH0001", "林书远", "19900000001", "a@example.org", "2019-03-07", "是", "第一组", "书记", "男"
    )
    assert faults == []
    assert draft == Draft(
        7, "林书远", "QH0001", ("第一组",), ("书记",), "full", True,
        {"phone": "+8619900000001", "mail": "a@example.org", "joined_on": "2019-03-07", "gender": "male"},
    )  # fmt: skip


def test_blank_cells_are_absent() -> None:
    draft, faults = read("", "林书远", " ", "", "", "")
    assert draft == Draft(7, "林书远")
    assert faults == []


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        (("1", "赵 立 新"), "name_spaces", 1),
        (("1", "白露", 19900000006.0), None, None),
        (("1", "白露", "199-0000-0006"), "phone_tidied", 2),
        (("1", "白露", "", "", date(2001, 7, 1)), "date_tidied", 4),
        (("1", "白露", "", "", "2001.7"), "date_no_day", 4),
        (("1", "白露", "", "", "", "预备"), "class_understood", 5),
        (("1", "白露", "", "", "", "", "", "厂长"), "title_unknown", 7),
    ],
)
def test_what_is_tidied_is_told(cells: tuple[Cell, ...], code: str | None, column: int | None) -> None:
    draft, faults = read(*cells)
    assert draft is not None
    if code is None:
        assert codes(faults) == ["phone_tidied"]
    else:
        assert [(f.kind.code, f.column, f.kind.level) for f in faults] == [(code, column, "note")]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        (("", "", "19900000001", "a@example.org"), "name_missing", 1),
        (("1", "", "19900000001"), "name_missing", 1),
        (("=1", "白露"), "number_wrong", 0),
        (("1", "白露", "1990000001"), "phone_short", 2),
        (("1", "白露", 1.99e10 + 0.5), "phone_wrong", 2),
        (("1", "白露", "", "qh#example.org"), "mail_wrong", 3),
        (("1", "白露", "", "", "2031-01-01"), "date_future", 4),
        (("1", "白露", "", "", "2001"), "date_unclear", 4),
        (("1", "白露", "", "", "某天"), "date_wrong", 4),
        (("1", "白露", "", "", "", "也许"), "class_unknown", 5),
        (("1", "白露", "", "", "", "", "", "", "√"), "gender_wrong", 8),
    ],
)
def test_what_is_wrong_holds_the_row_back(cells: tuple[Cell, ...], code: str, column: int) -> None:
    _, faults = read(*cells)
    assert (code, column, "held") in [(f.kind.code, f.column, f.kind.level) for f in faults]


def test_a_formula_is_never_evaluated() -> None:
    draft, faults = read("1", "白露", "19900000001", formulas=frozenset({(7, 2)}))
    assert [(f.kind.code, f.column) for f in faults] == [("formula", 2)]
    assert draft is not None
    assert draft.values == {}
    assert codes(read("1", "x", formulas=frozenset({(7, 1)}))[1]) == ["formula"]


def test_the_day_of_today_is_not_the_future() -> None:
    assert codes(read("1", "白露", "", "", "2026-11-22")[1]) == []
    assert codes(read("1", "白露", "", "", "2026-11-23")[1]) == ["date_future"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("合计", "44人"), "total_row"),
        (("合 计", "", "44"), "total_row"),
        (("共44人",), "total_row"),
        (("Total", 44.0), "total_row"),
        (("备注:以上名单不含预备",), "not_a_person"),
        (("制表人:王", "审核:李"), "not_a_person"),
        (("12", "", ""), "not_a_person"),
        (("编号", "姓名", "手机号", "邮箱"), "header_again"),
    ],
)
def test_lines_that_are_no_person(cells: tuple[Cell, ...], code: str) -> None:
    draft, faults = read(*cells)
    assert draft is None
    assert [(f.kind.code, f.kind.level) for f in faults] == [(code, "skip")]


def test_a_name_alone_is_a_person() -> None:
    assert read("", "白露") == (Draft(7, "白露"), [])


def test_blank_lines_say_nothing() -> None:
    assert read("", " ", "") == (None, [])


@pytest.mark.parametrize(
    ("template", "word", "key", "by_vote"),
    [
        ("party_branch_zh", "正式党员", "full", False),
        ("party_branch_zh", "否", "probationary", True),
        ("association", "单位会员", "corporate", False),
        ("association", "Honorary Member", "honorary", False),
        ("association", "√", "personal", True),
        ("alumni", "unverified", "unverified", False),
    ],
)
def test_classes_of_the_template(template: str, word: str, key: str, by_vote: bool) -> None:
    draft, _ = read("1", "白露", "", "", "", word, template=template)
    assert draft is not None
    assert (draft.class_, draft.class_by_vote) == (key, by_vote)


def test_a_template_without_voteless_class_asks() -> None:
    _, faults = read("1", "白露", "", "", "", "否", template="cooperative")
    assert codes(faults) == ["class_unknown"]


def test_several_groups_and_titles_in_one_cell() -> None:
    draft, _ = read("1", "白露", "", "", "", "", "第一组、第二组，第一组", "书记/党小组长")
    assert draft is not None
    assert draft.groups == ("第一组", "第二组")
    assert draft.titles == ("书记", "党小组长")


def test_rows_keep_excels_numbers() -> None:
    sheet = Sheet("", (("编号", "姓名"), ("1", "白露"), ("", ""), ("2", "田甜"), ("合计", "2")))
    drafts, faults, filled = read_rows(sheet, rules())
    assert [d.row for d in drafts] == [2, 4]
    assert [(f.row, f.kind.code) for f in faults] == [(5, "total_row")]
    assert filled == 3


def test_every_fault_speaks_both_languages_and_holds_no_personal_field() -> None:
    for kind in KINDS.values():
        fault = Fault(1, None, kind, {"row": 2, "number": "QH0001", "word": "书记"})
        assert fault.zh
        assert fault.en
        assert "{" not in fault.zh + fault.en
