"""Numbering of a topic: seq and ordinals continue the tail and never skip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.entries import Append
from storage.numbering import COUNTERS_MAX, Tail

TOPIC = "chat:t"


def append(counter: str | None = None) -> Append:
    return Append(TOPIC, "chat.sent", {}, counter=counter)


def test_seq_and_ordinals_continue_the_tail() -> None:
    tail = Tail(seq=7, counters={"main": 3})
    entries = tail.number([append("main"), append(), append("main")], at_ms=5)
    assert [(e.seq, e.n) for e in entries] == [(8, 4), (9, None), (10, 5)]
    assert {e.at_ms for e in entries} == {5}
    assert tail.seq == 7, "numbering alone changes nothing"


def test_unknown_counters_are_named_and_refused() -> None:
    tail = Tail(seq=0, counters={"main": 0})
    assert tail.unknown([append("main"), append("t1"), append()]) == {"t1"}
    with pytest.raises(KeyError):
        tail.number([append("t1")], at_ms=0)


def test_a_tail_forgets_the_oldest_counters_beyond_the_bound() -> None:
    tail = Tail(seq=0, counters={f"t{i}": 0 for i in range(COUNTERS_MAX + 5)})
    tail.advance(tail.number([append("t3")], at_ms=0))
    assert len(tail.counters) == COUNTERS_MAX
    assert tail.counters["t3"] == 1
    assert "t0" not in tail.counters


@given(st.lists(st.lists(st.sampled_from(["main", "t1", "t2", None]), max_size=8), max_size=12))
def test_batches_make_contiguous_numbers(batches: list[list[str | None]]) -> None:
    tail = Tail(seq=0, counters={"main": 0, "t1": 0, "t2": 0})
    seen: list[tuple[int, str | None, int | None]] = []
    for batch in batches:
        entries = tail.number([append(counter) for counter in batch], at_ms=0)
        tail.advance(entries)
        seen += [(e.seq, e.counter, e.n) for e in entries]
    assert [seq for seq, _, _ in seen] == list(range(1, len(seen) + 1))
    for counter in ("main", "t1", "t2"):
        ordinals = [n for _, name, n in seen if name == counter]
        assert ordinals == list(range(1, len(ordinals) + 1))
