"""A client's position in a topic: holes and repeats are counted, declared gaps are fetched, nothing is applied twice."""

import random

import pytest

from load_tests.tracking import Mark, Track, Wanted, label, label_of, marks_of, sent_ns_of


def marks(*seqs: int) -> list[Mark]:
    return [(seq, f"m{seq}") for seq in seqs]


def track(at: int = 0) -> Track:
    made = Track(seen=[])
    made.start(at)
    return made


def take(made: Track, *seqs: int) -> None:
    for mark in marks(*seqs):
        made.take(*mark)


def test_what_comes_in_order_is_applied() -> None:
    made = track(10)
    take(made, 11, 12, 13)
    assert (made.position, made.holes, made.repeats, made.seen) == (13, 0, 0, marks(11, 12, 13))


@pytest.mark.parametrize(
    ("seqs", "holes", "repeats"),
    [((1, 2, 2, 3), 0, 1), ((1, 3), 1, 0), ((1, 4, 5), 2, 0), ((1, 3, 2), 1, 1), ((2, 1), 1, 1)],
)
def test_a_fault_of_the_server_is_counted(seqs: tuple[int, ...], holes: int, repeats: int) -> None:
    made = track()
    take(made, *seqs)
    assert (made.holes, made.repeats) == (holes, repeats)


def test_a_declared_gap_is_fetched_page_by_page_and_what_came_behind_it_waits() -> None:
    made = track(3)
    assert made.declared(10) == Wanted(3, 10)
    take(made, 10, 11)
    assert made.position == 3
    assert made.replayed(marks(4, 5, 6), more=True) == Wanted(6, 10)
    assert made.replayed(marks(7, 8, 9), more=False) is None
    assert (made.position, made.holes, made.repeats) == (11, 0, 0)
    take(made, 12)
    assert made.seen == marks(*range(4, 13))


def test_a_second_gap_takes_the_first_one_in() -> None:
    made = track(3)
    made.declared(6)
    take(made, 6, 7)
    assert made.declared(12) == Wanted(3, 12)
    take(made, 12)
    assert made.replayed(marks(*range(4, 12)), more=False) is None
    assert (made.position, made.holes, made.repeats) == (12, 0, 0)


def test_a_gap_that_is_none_is_ignored() -> None:
    made = track(5)
    assert made.declared(6) is None
    assert made.declared(2) is None
    take(made, 6)
    assert (made.position, made.holes) == (6, 0)


def test_a_page_that_does_not_hold_what_was_declared_is_a_hole() -> None:
    made = track()
    made.declared(5)
    take(made, 5)
    assert made.replayed(marks(1, 2), more=False) is None
    assert (made.position, made.holes) == (5, 2)


def test_a_break_forgets_what_waited() -> None:
    made = track(3)
    made.declared(8)
    take(made, 8, 9)
    made.broken()
    take(made, 4, 5)
    assert (made.position, made.holes, made.repeats) == (5, 0, 0)


def test_breaks_and_gaps_at_random_end_with_every_number_once() -> None:
    chance = random.Random(5)
    for _ in range(200):
        made, head = track(), chance.randint(5, 60)
        at = 0
        while at < head:
            match chance.randrange(4):
                case 0:
                    made.broken()
                    at = made.position
                case 1:
                    at = min(head, at + chance.randint(1, 9))
                    made.declared(at + 1)
                case 2 if made.gap_before is not None:
                    made.replayed(marks(*range(made.position + 1, made.gap_before)), more=False)
                case _:
                    at += 1
                    take(made, at)
        if made.gap_before is not None:
            made.replayed(marks(*range(made.position + 1, made.gap_before)), more=False)
        assert (made.holes, made.repeats, made.seen) == (0, 0, marks(*range(1, head + 1)))


def test_labels_say_who_and_when() -> None:
    mark = label(123_456_789, "17", 4)
    assert label_of(f"{mark} 大家好 4.4") == mark
    assert sent_ns_of(mark) == 123_456_789
    assert [sent_ns_of(text) for text in ("", "你好", "x.1", "-5.1", "9" * 40)] == [0] * 5
    events: list[dict[str, object]] = [{"seq": 1, "text": f"{mark} 好"}, {"seq": 2}]
    assert marks_of(events) == [(1, mark), (2, "")]
