"""The checker finds nothing in a talk that went well, and every planted fault."""

from dataclasses import replace

import pytest

from load_tests.checker import Account, Seen, Sent, Verdict, judge

LABELS = tuple(f"{1_000 + number}.7.{number}" for number in range(1, 9))
STORED = tuple((seq, label) for seq, label in enumerate(LABELS, 1))


def account() -> Account:
    """Eight messages, all acknowledged; one subscriber from the start, one from the middle."""
    return Account(
        tried=frozenset(LABELS),
        acknowledged=tuple(Sent(label, seq) for seq, label in STORED),
        stored=STORED,
        seen=(Seen("early", 0, STORED), Seen("late", 4, STORED[4:])),
    )


def kinds(verdict: Verdict) -> dict[str, int]:
    """Faults by kind."""
    names = ("lost", "doubled", "reordered", "holes", "phantoms")
    return {name: count for name in names if (count := getattr(verdict, name))}


def with_seen(entries: tuple[tuple[int, str], ...]) -> Account:
    return replace(account(), seen=(Seen("early", 0, entries),))


def test_a_good_talk_is_good() -> None:
    verdict = judge(account())
    assert verdict.good
    assert verdict == Verdict()


def test_what_was_sent_and_not_acknowledged_may_be_stored_or_not() -> None:
    open_end = replace(account(), acknowledged=account().acknowledged[:-1])
    assert judge(open_end).good
    assert judge(replace(account(), tried={*LABELS, "9999.7.99"})).good


def test_entries_that_are_no_message_belong_to_the_order() -> None:
    stored = (*STORED, (9, ""))
    assert judge(replace(account(), stored=stored, seen=(Seen("early", 0, stored),))).good
    assert kinds(judge(replace(account(), stored=stored, seen=(Seen("early", 0, STORED),)))) == {"holes": 1}


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        (STORED[:3] + STORED[4:], {"lost": 1, "holes": 1}),
        (STORED[:-1], {"lost": 1}),
        ((*STORED, (9, LABELS[2])), {"doubled": 1}),
        ((*STORED, (9, "5555.7.55")), {"phantoms": 1}),
        ((*STORED[:2], (3, LABELS[3]), (4, LABELS[2]), *STORED[4:]), {"lost": 2}),
        ((*STORED[:2], STORED[3], STORED[2], *STORED[4:]), {"holes": 2, "reordered": 1}),
        ((*STORED[:-1], (9, LABELS[-1])), {"lost": 1, "holes": 1}),
        ((), {"lost": 8}),
    ],
)
def test_a_fault_of_the_store_is_found(stored: tuple[tuple[int, str], ...], found: dict[str, int]) -> None:
    assert kinds(judge(replace(account(), stored=stored, seen=()))) == found


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (STORED[:3] + STORED[4:], {"holes": 1}),
        (STORED[:-1], {"holes": 1}),
        ((), {"holes": 8}),
        ((*STORED[:3], STORED[2], *STORED[3:]), {"doubled": 1}),
        ((*STORED[:2], STORED[3], STORED[2], *STORED[4:]), {"reordered": 1}),
        ((*STORED, (9, "5555.7.55")), {"phantoms": 1}),
        ((*STORED[:2], (3, LABELS[7]), *STORED[3:]), {"phantoms": 1}),
    ],
)
def test_a_fault_of_the_fan_out_is_found(entries: tuple[tuple[int, str], ...], found: dict[str, int]) -> None:
    verdict = judge(with_seen(entries))
    assert kinds(verdict) == found
    assert not verdict.good
    assert verdict.examples


def test_examples_are_few_however_many_faults_there_are() -> None:
    many = tuple((seq, "") for seq in range(1, 1_000))
    verdict = judge(replace(account(), stored=many, seen=(Seen("nobody", 0, ()),)))
    assert verdict.holes == 999
    assert len(verdict.examples) <= 10
