"""The fixture rolls, from bytes to a dry run (acceptance A3, without a store)."""

from datetime import date
from pathlib import Path

import pytest

from channels.branch.errors import FILE_TOO_WIDE
from channels.branch.roll.header import best_sheet
from channels.branch.roll.plan import Known, Plan, Present
from channels.branch.roll.source import check_size, plan_of, read_file, rules_for
from channels.branch.roll.table import ROWS_MAX, Sheet
from channels.branch.template import templates
from channels.protocol.errors import Refused

ROLLS = Path(__file__).resolve().parents[4] / "fixtures/roll"
TODAY = date(2026, 11, 22)
CLEAN = ("roll-b42.xlsx", "roll-b42-gb18030.csv", "roll-b42.xls")

SAID_OF_DIRTY = [
    (4, "group_new"), (4, "title_waits"), (7, "phone_tidied"), (8, "phone_tidied"), (9, "phone_tidied"), (10, "phone_tidied"),
    (11, "date_tidied"), (12, "date_no_day"), (13, "date_tidied"), (14, "date_no_day"), (15, "group_new"), (15, "name_spaces"),
    (15, "title_waits"), (18, "formula"), (18, "same_name"), (19, "mail_wrong"), (22, "class_understood"), (23, "phone_short"),
    (25, "date_future"), (26, "group_new"), (26, "title_waits"), (27, "title_waits"), (36, "group_new"), (36, "title_waits"),
    (46, "same_name"), (47, "person_twice"), (49, "total_row"),
]  # fmt: skip


async def planned(name: str, present: Present) -> Plan:
    sheet, columns = best_sheet(await read_file((ROLLS / name).read_bytes()))
    assert columns is not None
    return plan_of(sheet, rules_for(sheet, columns, templates()["party_branch_zh"], TODAY), present, {})


def after(plan: Plan) -> Present:
    members = [
        Known(
            f"m{d.row}",
            d.number or f"A{d.row}",
            d.name,
            d.class_ or "full",
            d.groups,
            d.titles,
            True,
            d.values,
        )
        for d in plan.add
    ]
    return Present(tuple(members), frozenset(plan.new_groups))


@pytest.mark.parametrize("first", CLEAN)
@pytest.mark.parametrize("second", CLEAN)
async def test_clean_rolls_give_42_members_and_then_nothing(first: str, second: str) -> None:
    plan = await planned(first, Present())
    assert len(plan.add) == 42
    assert len(plan.new_groups) == 4
    assert not plan.held
    again = await planned(second, after(plan))
    assert len(again.unchanged) == 42
    assert (again.add, again.change, again.held, again.asked, again.new_groups, again.offices) == (
        (),
        (),
        (),
        (),
        (),
        (),
    )


async def test_the_dirty_roll_names_every_fault_by_row() -> None:
    plan = await planned("roll-dirty.xlsx", Present())
    assert sorted((f.row, f.kind.code) for f in plan.faults) == sorted(SAID_OF_DIRTY)
    assert plan.held == (18, 19, 23, 25, 47)
    assert plan.skipped == (49,)
    assert len(plan.add) == 39


async def test_the_dirty_roll_never_merges_two_people_of_one_name() -> None:
    plan = await planned("roll-dirty.xlsx", Present())
    assert [d.row for d in plan.add if d.name == "左宁"] == [42, 46]
    assert [d.name for d in plan.add if d.row in (15, 24)] == ["赵立新", "𠮷田红"]
    again = await planned("roll-dirty.xlsx", after(plan))
    assert (again.add, again.change) == ((), ())
    assert len(again.unchanged) == 39


async def test_the_dirty_roll_over_the_clean_one_asks_instead_of_overwriting() -> None:
    plan = await planned("roll-dirty.xlsx", after(await planned("roll-b42.xlsx", Present())))
    assert plan.asked == (15, 16, 17, 24)
    assert {f.kind.code for f in plan.faults if f.kind.level == "ask"} == {"contact_of_other"}
    assert [d.row for d in plan.add] == [46]


def test_more_people_than_a_branch_has() -> None:
    check_size(Sheet("", (("x",),) * ROWS_MAX))
    with pytest.raises(Refused) as refused:
        check_size(Sheet("", (("x",),) * (ROWS_MAX + 51)))
    assert refused.value.row is FILE_TOO_WIDE
