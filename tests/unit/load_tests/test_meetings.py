"""What the scenarios of meetings make of what phones showed; and options that make no sense."""

import pytest

from load_tests.scenarios.checkin_rush import CheckinRush
from load_tests.scenarios.roll_call import Calls, RollCall, visible_ns


def test_an_answer_is_visible_when_the_phone_shows_as_many_as_were_called() -> None:
    calls = Calls(began_ns=[100, 200, 300])
    shown = [("a", 1, 150), ("a", 3, 390)]  # the newest of a moment is shown: the second and third at once
    assert visible_ns(calls, shown) == [50, 190, 90]


def test_a_later_roll_call_is_another_matter() -> None:
    assert visible_ns(Calls(began_ns=[100, 200]), [("a", 1, 150), ("b", 2, 260)]) == [50]
    assert visible_ns(Calls(began_ns=[100]), []) == []


@pytest.mark.parametrize("fields", [{"members": 1}, {"within": 0}, {"kill": "both"}, {"kill": "worker"}])
def test_a_rush_needs_members_time_and_somebody_to_kill(fields: dict[str, float | str]) -> None:
    with pytest.raises(ValueError, match=r"members|worker"):
        CheckinRush(**fields)  # type: ignore[arg-type]  # fields of several types


@pytest.mark.parametrize("fields", [{"members": 3}, {"within": 0}, {"every": 0}])
def test_a_roll_call_needs_members_time_and_phones(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="members"):
        RollCall(**fields)  # type: ignore[arg-type]  # fields of several types
