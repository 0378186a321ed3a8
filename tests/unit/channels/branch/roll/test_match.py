"""Are two records one person?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.branch.roll.match import Facts, Verdict, compare, says_nothing_new

SAME, DIFFERENT, UNCLEAR = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNCLEAR


def facts(name: str = "左宁", number: str | None = None, **values: str) -> Facts:
    return Facts(name, number, values)


@pytest.mark.parametrize(
    ("one", "other", "in_file", "on_roll"),
    [
        (facts(number="1"), facts(number="1"), SAME, SAME),
        (facts(number="1"), facts("左凝", number="1"), UNCLEAR, UNCLEAR),
        (
            facts(number="1", birth_date="1981-05-14"),
            facts(number="2", birth_date="1981-05-14"),
            DIFFERENT,
            DIFFERENT,
        ),
        (facts(number="1", phone="+1"), facts(number="2", phone="+1"), UNCLEAR, UNCLEAR),
        (facts(number="1", phone="+1"), facts("顾清", number="2", phone="+1"), DIFFERENT, DIFFERENT),
        (facts(phone="+1"), facts(phone="+1"), SAME, SAME),
        (
            facts(phone="+1", birth_date="1981-05-14"),
            facts(phone="+1", birth_date="1988-08-08"),
            UNCLEAR,
            UNCLEAR,
        ),
        (facts(phone="+1"), facts("顾清", phone="+1"), UNCLEAR, UNCLEAR),
        (facts(mail="a@b.cn"), facts("顾清", mail="a@b.cn"), UNCLEAR, UNCLEAR),
        (facts(phone="+1"), facts(phone="+2"), DIFFERENT, UNCLEAR),
        (
            facts(phone="+1", birth_date="1981-05-14"),
            facts(phone="+2", birth_date="1988-08-08"),
            DIFFERENT,
            DIFFERENT,
        ),
        (
            facts(phone="+1", birth_date="1981-05-14"),
            facts(phone="+2", birth_date="1981-05-14"),
            UNCLEAR,
            UNCLEAR,
        ),
        (facts(birth_date="1981-05-14"), facts(birth_date="1981-05-14"), SAME, SAME),
        (facts(birth_date="1981-05"), facts(birth_date="1981-05-14"), UNCLEAR, UNCLEAR),
        (facts(birth_date="1981-05"), facts(birth_date="1982-05-14"), DIFFERENT, DIFFERENT),
        (facts(mail="a@b.cn"), facts(mail="a@b.cn", phone="+1"), SAME, SAME),
        (facts(mail="a@b.cn"), facts(mail="c@b.cn"), DIFFERENT, UNCLEAR),
        (facts(), facts(), UNCLEAR, UNCLEAR),
        (facts(gender="male"), facts(gender="female"), UNCLEAR, UNCLEAR),
        (facts(), facts("顾清"), DIFFERENT, DIFFERENT),
    ],
)
def test_verdicts(one: Facts, other: Facts, in_file: Verdict, on_roll: Verdict) -> None:
    assert compare(one, other, one_file=True) is in_file
    assert compare(other, one, one_file=True) is in_file
    assert compare(one, other, one_file=False) is on_roll


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "phone": st.sampled_from(["+1", "+2"]),
        "mail": st.sampled_from(["a@b.cn", "c@b.cn"]),
        "birth_date": st.sampled_from(["1981-05", "1981-05-14", "1988-08-08"]),
        "gender": st.sampled_from(["male", "female"]),
    },
)
FACTS = st.builds(Facts, st.sampled_from(["左宁", "顾清"]), st.sampled_from([None, "1", "2"]), VALUES)


@given(FACTS, FACTS, st.booleans())
def test_comparison_is_symmetric_and_a_name_alone_never_merges(
    one: Facts, other: Facts, one_file: bool
) -> None:
    verdict = compare(one, other, one_file=one_file)
    assert compare(other, one, one_file=one_file) is verdict
    if verdict is SAME:
        assert one.name_key == other.name_key
        shared = [f for f in ("phone", "mail", "birth_date") if f in one.values and f in other.values]
        assert shared or one.number == other.number is not None


@given(FACTS, FACTS)
def test_nothing_new_means_the_same_name_and_no_contradiction(row: Facts, known: Facts) -> None:
    if says_nothing_new(row, known):
        assert row.name_key == known.name_key
        assert compare(row, known, one_file=False) is not DIFFERENT
        assert set(row.values) <= set(known.values)
