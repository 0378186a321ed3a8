"""Thresholds on integers: the vectors of domain.md 2.3, and what holds for all of them (invariant 11)."""

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.meeting.protocol.values import MeetingThreshold
from channels.meeting.threshold import EmptyBase, met, needed, sentence

Op = Literal[">", ">="]
VECTORS: list[tuple[int, int, int, Op, int]] = [
    (42, 1, 2, ">", 22), (42, 1, 2, ">=", 21), (42, 4, 5, ">=", 34), (43, 1, 2, ">", 22), (43, 1, 2, ">=", 22),
    (38, 1, 2, ">", 20), (36, 4, 5, ">=", 29), (36, 1, 2, ">", 19), (35, 4, 5, ">=", 28), (35, 4, 5, ">", 29),
    (33, 1, 2, ">", 17), (120, 2, 3, ">=", 80), (121, 2, 3, ">=", 81), (150, 2, 3, ">=", 100), (150, 1, 2, ">=", 75),
    (102, 1, 2, ">", 52), (30, 2, 3, ">=", 20), (7, 1, 2, ">=", 4),
]  # fmt: skip


def share(num: int, den: int, op: Op) -> MeetingThreshold:
    return MeetingThreshold(base="entitled", num=num, den=den, op=op)


@pytest.mark.parametrize(("base", "num", "den", "op", "expected"), VECTORS)
def test_vectors(base: int, num: int, den: int, op: Op, expected: int) -> None:
    threshold = share(num, den, op)
    assert needed(threshold, base) == expected
    assert met(threshold, expected, base)
    assert not met(threshold, expected - 1, base)


@pytest.mark.parametrize("op", [">", ">="])
def test_a_share_of_nobody_is_an_error(op: Op) -> None:
    for ask in (needed, sentence):
        with pytest.raises(EmptyBase):
            ask(share(1, 2, op), 0)
    with pytest.raises(EmptyBase):
        met(share(1, 2, op), 0, 0)


@settings(max_examples=10_000, deadline=None)
@given(
    st.integers(1, 10**6),
    st.integers(1, 100),
    st.integers(1, 100),
    st.sampled_from((">", ">=")),
    st.integers(0, 10**6),
)
def test_the_least_number_that_meets_it(base: int, num: int, den: int, op: Op, count: int) -> None:
    threshold = share(num, den, op)
    least = needed(threshold, base)
    holds = count * den > num * base if op == ">" else count * den >= num * base
    assert met(threshold, count, base) == holds == (count >= least)


def test_the_same_words_hide_different_numbers() -> None:
    assert sentence(share(1, 2, ">"), 42).zh == "需 22 人(超过应到会有表决权 42 人的半数)"
    assert sentence(share(1, 2, ">="), 42).zh == "需 21 人(应到会有表决权 42 人的半数以上(含半数))"
    assert sentence(share(2, 3, ">="), 30).en == "20 needed (at least 2/3 of 30 entitled to vote)"
