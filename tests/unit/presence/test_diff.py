"""Presence differences: the law of applying, and idempotence."""

from hypothesis import given
from hypothesis import strategies as st

from presence.diff import Diff, Meta, State, apply, diff

METAS = st.lists(
    st.builds(Meta, st.sampled_from("abc"), st.integers(0, 3), st.sampled_from(State)), min_size=1, max_size=3
).map(tuple)
ROSTERS = st.dictionaries(st.sampled_from(["m1", "m2", "m3", "m4"]), METAS)


@given(ROSTERS, ROSTERS)
def test_applying_a_difference_gives_the_roster_after(
    before: dict[str, tuple[Meta, ...]], after: dict[str, tuple[Meta, ...]]
) -> None:
    change = diff(before, after)
    once = apply(before, change)
    assert once == after
    assert apply(once, change) == after


@given(ROSTERS)
def test_equal_rosters_have_no_difference(roster: dict[str, tuple[Meta, ...]]) -> None:
    assert not diff(roster, dict(roster))
    assert diff(roster, roster) == Diff({}, frozenset())


def test_a_difference_names_only_members_that_changed() -> None:
    here, gone = (Meta("r1", 1),), (Meta("r2", 2),)
    change = diff({"a": here, "b": gone, "c": here}, {"a": here, "c": (Meta("r1", 1, State.RECONNECTING),)})
    assert set(change.present) == {"c"}
    assert change.gone == {"b"}
