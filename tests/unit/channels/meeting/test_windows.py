"""Windows of check-in: half-open, extended by people and by outages, never made shorter by either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.meeting.entry.windows import after_outage, extended, is_open, late_ms
from channels.meeting.protocol.values import MeetingRound

MINUTE_MS = 60_000
BEGIN_MS = 1_780_000_000_000
LATE_MS, END_MS = BEGIN_MS + 15 * MINUTE_MS, BEGIN_MS + 45 * MINUTE_MS


def window() -> MeetingRound:
    return MeetingRound(
        id="01980000-0000-7009-8000-000000000001", order=1, opens_at_ms=BEGIN_MS, late_from_ms=LATE_MS, closes_at_ms=END_MS
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now_ms", "open_", "late"),
    [
        (BEGIN_MS - 1, False, 0),
        (BEGIN_MS, True, 0),
        (LATE_MS - 1, True, 0),
        (LATE_MS, True, 1),
        (END_MS - 1, True, END_MS - 1 - LATE_MS),
        (END_MS, False, END_MS - LATE_MS),
    ],
)
def test_bounds_belong_to_what_follows_them(now_ms: int, open_: bool, late: int) -> None:
    assert is_open(window(), now_ms) is open_
    assert late_ms(window(), now_ms) == late


def test_an_extension_moves_both_ends_while_people_are_on_time() -> None:
    longer = extended(window(), 5 * MINUTE_MS, LATE_MS - 1, "大雨")
    assert (longer.late_from_ms, longer.closes_at_ms) == (LATE_MS + 5 * MINUTE_MS, END_MS + 5 * MINUTE_MS)
    assert (longer.extended_ms, longer.reason) == (5 * MINUTE_MS, "大雨")


def test_who_was_late_stays_late() -> None:
    longer = extended(window(), 5 * MINUTE_MS, LATE_MS, "大雨")
    assert (longer.late_from_ms, longer.closes_at_ms) == (LATE_MS, END_MS + 5 * MINUTE_MS)


def test_a_round_that_is_over_opens_again_from_now() -> None:
    later_ms = END_MS + 10 * MINUTE_MS
    again = extended(window(), MINUTE_MS, later_ms, "补签")
    assert is_open(again, later_ms)
    assert again.closes_at_ms == later_ms + MINUTE_MS


@pytest.mark.parametrize("now_ms", [BEGIN_MS - 5, BEGIN_MS, LATE_MS - 1, LATE_MS + 7, END_MS + 9])
def test_ending_a_round_ends_it_at_once_and_not_before_it_began(now_ms: int) -> None:
    ended = extended(window(), 0, now_ms, "到齐")
    assert not is_open(ended, max(now_ms, BEGIN_MS))
    assert BEGIN_MS <= ended.late_from_ms <= ended.closes_at_ms <= END_MS


def test_a_measured_outage_extends_by_the_part_that_fell_into_the_window() -> None:
    whole = after_outage(window(), BEGIN_MS + MINUTE_MS, BEGIN_MS + 4 * MINUTE_MS)
    assert whole is not None
    assert (whole.late_from_ms, whole.closes_at_ms) == (LATE_MS + 3 * MINUTE_MS, END_MS + 3 * MINUTE_MS)
    partly = after_outage(window(), BEGIN_MS - 9 * MINUTE_MS, BEGIN_MS + 2 * MINUTE_MS)
    assert partly is not None
    assert partly.extended_ms == 2 * MINUTE_MS


def test_a_short_outage_or_one_elsewhere_extends_nothing() -> None:
    assert after_outage(window(), BEGIN_MS, BEGIN_MS + MINUTE_MS) is None
    assert after_outage(window(), END_MS - MINUTE_MS, END_MS + 9 * MINUTE_MS) is None
    assert after_outage(window(), BEGIN_MS - 9 * MINUTE_MS, BEGIN_MS + MINUTE_MS) is None
    assert after_outage(window(), END_MS + 1, END_MS + 9 * MINUTE_MS) is None


@given(st.integers(-(10**7), 10**7), st.integers(0, 10**7))
def test_an_outage_never_makes_a_window_shorter(away: int, lasted: int) -> None:
    longer = after_outage(window(), BEGIN_MS + away, BEGIN_MS + away + lasted)
    if longer is not None:
        assert longer.closes_at_ms > END_MS
        assert LATE_MS <= longer.late_from_ms <= longer.closes_at_ms
        assert longer.closes_at_ms - max(END_MS, BEGIN_MS + away + lasted) <= lasted
        assert after_outage(longer, BEGIN_MS + away, BEGIN_MS + away + lasted) is None
