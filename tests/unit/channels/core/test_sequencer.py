"""Order of one topic: whatever arrives, in whatever order and repetition, 1, 2, 3 … goes out."""

import random

from hypothesis import given
from hypothesis import strategies as st

from channels.core.sequencer import HELD_COUNT, RECENT_BYTES, RECENT_COUNT, UNKNOWN, Item, Sequencer


def item(seq: int, size_bytes: int = 3, *, revises: bool = False) -> Item:
    return Item(seq, b"%d" % seq + b"." * size_bytes, revises)


def anchored(at: int = 0) -> Sequencer:
    order = Sequencer()
    order.anchor(at)
    return order


def seqs(items: list[Item]) -> list[int]:
    return [found.seq for found in items]


@given(st.lists(st.integers(1, 30), max_size=120), st.integers(0, 10))
def test_any_arrival_goes_out_in_order_and_once(arrivals: list[int], at: int) -> None:
    order, out = anchored(at), list[int]()
    for seq in arrivals:
        out += seqs(order.accept([item(seq)]))
    expected = at
    while expected + 1 in arrivals:
        expected += 1
    assert out == list(range(at + 1, expected + 1))
    assert order.cursor == expected
    assert order.has_gap == any(seq > expected for seq in arrivals)


def test_before_the_anchor_everything_waits() -> None:
    order = Sequencer()
    assert order.accept([item(5), item(7), item(6), item(3)]) == []
    assert (order.cursor, order.has_gap) == (UNKNOWN, False)
    assert seqs(order.anchor(4)) == [5, 6, 7]
    assert order.anchor(1) == []
    assert (order.cursor, order.has_gap) == (7, False)


def test_an_anchor_before_a_hole_shows_the_gap() -> None:
    order = Sequencer()
    order.accept([item(9)])
    assert order.anchor(4) == []
    assert order.has_gap
    assert seqs(order.accept([item(n) for n in (5, 6, 7, 8)])) == [5, 6, 7, 8, 9]
    assert not order.has_gap


def test_heads_are_news_only_beyond_what_is_known() -> None:
    order = anchored(4)
    assert not Sequencer().heard(9)
    assert not order.heard(4)
    assert order.heard(6)
    assert not order.heard(6)
    assert order.has_gap
    order.give_up()
    assert not order.has_gap
    assert order.heard(6)


def test_what_is_held_is_bounded_and_the_rest_is_left_to_the_log() -> None:
    order = anchored(0)
    order.accept([item(seq) for seq in range(2, HELD_COUNT + 502)])
    out = seqs(order.accept([item(1)]))
    assert out == list(range(1, HELD_COUNT + 2))
    assert order.has_gap
    assert order.known == HELD_COUNT + 501


def newest(order: Sequencer, count: int) -> list[int] | None:
    found = order.newest(count)
    return None if found is None else seqs(found)


def test_memory_serves_what_is_recent_and_admits_what_it_forgot() -> None:
    order = anchored(10)
    assert newest(order, 0) == []
    assert newest(order, 1) is None
    assert newest(Sequencer(), 0) is None
    order.accept([item(seq) for seq in range(11, 11 + 2 * RECENT_COUNT)])
    last = 10 + 2 * RECENT_COUNT
    assert newest(order, RECENT_COUNT) == list(range(last - RECENT_COUNT + 1, last + 1))
    assert newest(order, RECENT_COUNT + 1) is None
    assert newest(order, 2) == [last - 1, last]


def test_memory_is_bounded_in_bytes() -> None:
    order = anchored(0)
    order.accept([item(seq, RECENT_BYTES // 4) for seq in range(1, 9)])
    assert newest(order, 3) == [6, 7, 8]
    assert newest(order, 4) is None


def test_an_entry_that_revises_earlier_ones_empties_the_memory_before_it() -> None:
    order = anchored(0)
    order.accept([item(1), item(2), item(3, revises=True), item(4)])
    assert newest(order, 2) == [3, 4]
    assert newest(order, 3) is None


def test_a_shuffled_stream_comes_out_straight() -> None:
    chance = random.Random(3)
    stream = [item(seq) for seq in range(1, 801)]
    chance.shuffle(stream)
    order, out = anchored(0), list[int]()
    while stream:
        out += seqs(order.accept([stream.pop() for _ in range(min(7, len(stream)))]))
    assert out == list(range(1, 801))
