"""Wrong tries: five, then a pause; whoever tries as often as they may has 25 within ten minutes (domain.md 2.5 rule 3)."""

from hypothesis import given
from hypothesis import strategies as st

from channels.meeting.entry.tries import PAUSE_MS, left, paused_ms

TEN_MINUTES_MS = 600_000


def test_after_five_wrong_ones_there_is_a_pause_of_two_minutes() -> None:
    wrong = [0, 1, 2, 3]
    assert (paused_ms(wrong, 4), left(wrong)) == (0, 1)
    wrong.append(4)
    assert (paused_ms(wrong, 4), left(wrong)) == (PAUSE_MS, 0)
    assert paused_ms(wrong, 4 + PAUSE_MS - 1) == 1
    assert paused_ms(wrong, 4 + PAUSE_MS) == 0
    assert paused_ms([], 0) == 0


def wrong_ones(gaps_ms: list[int]) -> list[int]:
    """Somebody who tries after each gap, or as soon as the pause is over."""
    wrong: list[int] = []
    now_ms = 0
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        now_ms += paused_ms(wrong, now_ms)
        wrong.append(now_ms)
    return wrong


@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=120))
def test_within_any_ten_minutes_there_are_25_at_most(gaps_ms: list[int]) -> None:
    wrong = wrong_ones(gaps_ms)
    for began_ms in wrong:
        assert sum(began_ms <= one < began_ms + TEN_MINUTES_MS for one in wrong) <= 25


def test_whoever_begins_and_never_rests_gets_25() -> None:
    wrong = wrong_ones([0] * 120)
    assert sum(one < TEN_MINUTES_MS for one in wrong) == 25
