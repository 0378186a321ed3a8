"""Dry runs: each person of a file ends in exactly one place, and namesakes stay two."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from channels.branch.roll.checks import Draft
from channels.branch.roll.faults import fault
from channels.branch.roll.placing import plan_import
from channels.branch.roll.plan import NEW, SKIP, Known, Plan, Present
from channels.branch.template import templates

PARTY = templates()["party_branch_zh"]
NOBODY = Present()


def draft(row: int, name: str = "左宁", number: str | None = None, **values: str) -> Draft:
    return Draft(row, name, number, values=values)


def known(
    member: str, name: str = "左宁", number: str = "QH1", *, active: bool = True, **values: str
) -> Known:
    return Known(member, number, name, "full", (), (), active, values)


def plan(
    drafts: list[Draft],
    present: Present = NOBODY,
    answers: Mapping[int, str] | None = None,
    held: tuple[int, ...] = (),
) -> Plan:
    return plan_import(drafts, [fault(row, 2, "phone_short") for row in held], present, PARTY, answers or {})


def codes(p: Plan) -> list[tuple[int, str]]:
    return [(f.row, f.kind.code) for f in p.faults]


def learned(p: Plan, present: Present = NOBODY) -> Present:
    """The roll after the plan's additions."""
    grown = [
        Known(
            f"n{d.row}",
            d.number or f"A{d.row}",
            d.name,
            d.class_ or "full",
            d.groups,
            d.titles,
            True,
            d.values,
        )
        for d in p.add
    ]
    return Present((*present.members, *grown), present.groups | set(p.new_groups), present.elsewhere)


def test_two_people_of_one_name_stay_two() -> None:
    p = plan([draft(2, phone="+1", birth_date="1981-05-14"), draft(3, phone="+2", birth_date="1988-08-08")])
    assert [d.row for d in p.add] == [2, 3]
    assert codes(p) == [(3, "same_name")]
    again = plan(
        [draft(2, phone="+1", birth_date="1981-05-14"), draft(3, phone="+2", birth_date="1988-08-08")],
        learned(p),
    )
    assert again.add == ()
    assert again.unchanged == (2, 3)


def test_one_person_twice_is_taken_once() -> None:
    p = plan([draft(2, phone="+1"), draft(3, phone="+1"), draft(4, phone="+1")])
    assert [d.row for d in p.add] == [2]
    assert codes(p) == [(3, "person_twice"), (4, "person_twice")]
    assert p.held == (3, 4)


def test_a_number_belongs_to_one() -> None:
    p = plan([draft(2, "林书远", "QH1"), draft(3, "曹玉兰", "QH1"), draft(4, "林书远", "QH1")])
    assert [d.row for d in p.add] == [2]
    assert codes(p) == [(3, "number_repeated"), (4, "person_twice")]


def test_unclear_namesakes_are_asked_and_answered() -> None:
    rows = [draft(2), draft(3)]
    p = plan(rows)
    assert (p.asked, codes(p)) == ((3,), [(3, "same_name_unclear")])
    assert [d.row for d in plan(rows, answers={3: NEW}).add] == [2, 3]
    skipped = plan(rows, answers={3: SKIP})
    assert ([d.row for d in skipped.add], skipped.skipped) == ([2], (3,))


def test_a_shared_phone_is_asked() -> None:
    p = plan([draft(2, "左宁", phone="+1"), draft(3, "顾清", phone="+1")])
    assert codes(p) == [(3, "contact_shared")]
    assert [
        d.row
        for d in plan([draft(2, "左宁", phone="+1"), draft(3, "顾清", phone="+1")], answers={3: NEW}).add
    ] == [2, 3]
    household = plan([draft(2, "左宁", "QH1", phone="+1"), draft(3, "顾清", "QH2", phone="+1")])
    assert len(household.add) == 2


def test_a_held_row_is_not_written_and_holds_nobody_else() -> None:
    p = plan([draft(2, birth_date="1981-05-14"), draft(3, phone="+1"), draft(4, phone="+2")], held=(2, 3))
    assert [d.row for d in p.add] == [4]
    assert p.held == (2, 3)
    assert (4, "same_name") in codes(p)
    twice = plan([draft(2, phone="+1"), draft(3, phone="+1")], held=(2,))
    assert [d.row for d in twice.add] == [3]


def test_against_the_roll_a_new_fact_is_asked() -> None:
    """On the roll a phone may have changed: the officer says whether it is the same person."""
    present = Present((known("m1", phone="+1"),))
    p = plan([draft(2, phone="+2")], present)
    assert codes(p) == [(2, "maybe_on_roll")]
    assert p.faults[0].candidates == ("m1",)
    same = plan([draft(2, phone="+2")], present, {2: "m1"})
    assert [(c.known.member, c.fields) for c in same.change] == [("m1", ("phone",))]
    other = plan([draft(2, phone="+2")], present, {2: NEW})
    assert len(other.add) == 1
    assert other.change == ()


def test_an_answer_that_was_not_offered_is_no_answer() -> None:
    present = Present((known("m1", phone="+1"), known("m2", "顾清", "QH2")))
    assert plan([draft(2, phone="+2")], present, {2: "m2"}).asked == (2,)


def test_a_namesake_on_the_roll_is_told() -> None:
    p = plan(
        [draft(2, phone="+2", birth_date="1988-08-08")],
        Present((known("m1", phone="+1", birth_date="1981-05-14"),)),
    )
    assert len(p.add) == 1
    assert codes(p) == [(2, "namesake_on_roll")]


def test_a_number_with_another_name_is_asked() -> None:
    present = Present((known("m1", "左凝", "QH1"),))
    p = plan([draft(2, "左宁", "QH1")], present)
    assert codes(p) == [(2, "number_other_name")]
    renamed = plan([draft(2, "左宁", "QH1")], present, {2: "m1"})
    assert [c.fields for c in renamed.change] == [("name",)]


def test_numbers_of_other_branches_are_theirs() -> None:
    p = plan([draft(2, "左宁", "QH9")], Present(elsewhere=frozenset({"QH9"})))
    assert codes(p) == [(2, "number_elsewhere")]
    assert p.add == ()


def test_who_left_is_not_brought_back_by_a_file() -> None:
    p = plan([draft(2, phone="+1")], Present((known("m1", active=False, phone="+1"),)))
    assert codes(p) == [(2, "member_left")]
    assert p.held == (2,)


def test_one_member_is_not_taken_twice() -> None:
    present = Present((known("m1", "左宁", "QH1", phone="+1"),))
    p = plan([draft(2, number="QH1"), draft(3, phone="+1")], present, {3: "m1"})
    assert p.unchanged == (2,)
    assert codes(p) == [(3, "person_twice")]


def test_names_only_change_nothing_the_second_time() -> None:
    rows = [draft(2, "左宁"), draft(3, "顾清")]
    p = plan(rows)
    assert len(p.add) == 2
    again = plan(rows, learned(p))
    assert (again.add, again.change, again.unchanged) == ((), (), (2, 3))
    two = Present((known("m1", "左宁", "A1"), known("m2", "左宁", "A2")))
    assert plan([draft(2, "左宁")], two).unchanged == (2,)


def test_blank_cells_and_coarser_dates_change_nothing() -> None:
    present = Present((known("m1", number="QH1", joined_on="2001-07-01", phone="+1"),))
    assert plan([draft(2, number="QH1", joined_on="2001-07")], present).unchanged == (2,)
    finer = Present((known("m1", number="QH1", joined_on="2001-07"),))
    assert plan([draft(2, number="QH1", joined_on="2001-07-01")], finer).change[0].fields == ("joined_on",)


def test_a_vote_does_not_change_a_class_that_agrees() -> None:
    template = templates()["association"]
    member = replace(known("m1", number="QH1"), class_="corporate")
    by_vote = replace(draft(2, number="QH1"), class_="personal", class_by_vote=True)
    p = plan_import([by_vote], [], Present((member,)), template, {})
    assert p.unchanged == (2,)
    named = replace(by_vote, class_by_vote=False)
    assert plan_import([named], [], Present((member,)), template, {}).change[0].fields == ("class",)


def test_unknown_groups_are_proposed_once() -> None:
    rows = [
        replace(draft(2, "左宁"), groups=("第一组",)),
        replace(draft(3, "顾清"), groups=("第五组",)),
        replace(draft(4, "白露"), groups=(" 第五组",)),
    ]
    p = plan(rows, Present(groups=frozenset({"第一组"})))
    assert p.new_groups == ("第五组",)
    assert codes(p) == [(3, "group_new")]
    assert [d.groups for d in p.add] == [("第一组",), ("第五组",), ("第五组",)]


def test_group_names_are_compared_without_regard_to_width() -> None:
    rows = [replace(draft(2), groups=("(一)组",))]
    assert plan(rows, Present(groups=frozenset({"（一）组"}))).new_groups == ()


def test_offices_wait_for_somebody_with_the_right() -> None:
    p = plan([replace(draft(2), titles=("书记",))])
    assert [(o.member, o.title) for o in p.offices] == [(None, "书记")]
    assert codes(p) == [(2, "title_waits")]
    holder = replace(known("m1", number="QH1"), titles=("书记",))
    assert plan([replace(draft(2, number="QH1"), titles=("书记",))], Present((holder,))).offices == ()


def test_the_digest_names_what_would_be_written() -> None:
    one, two = plan([draft(2, phone="+1")]), plan([draft(2, phone="+2")])
    assert one.digest == plan([draft(2, phone="+1")]).digest
    assert one.digest != two.digest
    assert len(one.digest) == 64


def test_a_full_branch_is_planned_quickly() -> None:
    """5,000 rows against 5,000 members, all of one name in groups of ten: no quadratic search."""
    rows = [draft(r + 2, f"成员{r // 10}", f"QH{r}", phone=f"+86{19900000000 + r}") for r in range(5_000)]
    present = learned(plan(rows))
    again = plan(rows, present)
    assert len(again.unchanged) == 5_000


PEOPLE = st.builds(
    draft,
    st.just(0),
    st.sampled_from(["左宁", "顾清", "白露"]),
    st.sampled_from([None, None, "Q1", "Q2", "Q3"]),
    phone=st.sampled_from(["+1", "+2", "+3"]),
    birth_date=st.sampled_from(["1981-05-14", "1988-08-08"]),
)


@given(
    st.lists(PEOPLE, max_size=8),
    st.dictionaries(st.integers(2, 9), st.sampled_from([NEW, SKIP, "n2", "n3"]), max_size=3),
)
@example(
    [
        draft(0, "左宁", phone="+3", birth_date="1981-05-14"),
        draft(0, "左宁", "Q1", phone="+3", birth_date="1988-08-08"),
        draft(0, "顾清", "Q1", phone="+2", birth_date="1981-05-14"),
        draft(0, "顾清", phone="+2", birth_date="1981-05-14"),
    ],
    {3: NEW},
)
def test_everybody_is_placed_once_and_twice_changes_nothing(
    people: list[Draft], answers: dict[int, str]
) -> None:
    rows = [replace(person, row=row) for row, person in enumerate(people, 2)]
    p = plan(rows, answers=answers)
    placed = [
        *(d.row for d in p.add),
        *(c.draft.row for c in p.change),
        *p.unchanged,
        *p.held,
        *p.asked,
        *p.skipped,
    ]
    assert sorted(placed) == [d.row for d in rows]
    again = plan(rows, learned(p))
    assert {d.row for d in again.add} <= {d.row for d in rows} - {d.row for d in p.add}
    if not (
        p.asked or p.held or p.skipped or answers
    ):  # a file that was taken as a whole, without anybody's word
        assert (again.add, again.held, again.asked) == ((), (), ())
