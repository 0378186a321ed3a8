"""Compares what was acknowledged, what is stored and what everybody saw, topic by topic. Pure.

Texts of drills have no space, so a text is its own label: the checker compares numbers and whole texts.
Imported by load_tests.faults only.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from load_tests.checker import SHOWN, Account, Seen, Sent, Verdict, judge
from load_tests.tracking import Mark

SHORT_HASH = 16


@dataclass(frozen=True, slots=True)
class Spoke:
    """An acknowledged message. Times are CLOCK_MONOTONIC in ns."""

    text: str
    seq: int
    sent_ns: int
    acked_ns: int


@dataclass(frozen=True, slots=True)
class Shared:
    """One account of a topic, and who has exactly this one.

    Attributes:
        who: Numbers of members.
        sha256: See `digest`.
        entries: What they saw, from the first entry on.
    """

    who: tuple[int, ...]
    sha256: str
    entries: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class TopicWords:
    """All that is known of one topic.

    Attributes:
        topic: Its name.
        tried: Texts that left.
        acknowledged: In the order of the answers.
        stored: As a member who was not there reads it from the store.
        seen: Of all subscribers.
    """

    topic: str
    tried: Sequence[str]
    acknowledged: Sequence[Spoke]
    stored: Sequence[Mark]
    seen: Sequence[Shared]


@dataclass(frozen=True, slots=True)
class TopicSum:
    """What came of one topic.

    Attributes:
        topic: Its name.
        acknowledged, stored: How many messages.
        subscribers: How many read it.
        delivered: Entries that they saw, all together.
        sha256: Over numbers and texts of what is stored.
        equal: Acknowledged = stored, numbered from 1 without a hole, and every subscriber has this hash.
        verdict: Of the checker.
    """

    topic: str
    acknowledged: int
    stored: int
    subscribers: int
    delivered: int
    sha256: str
    equal: bool
    verdict: Verdict

    def line(self) -> str:
        """For people."""
        verdict = "equal" if self.equal else "DIFFERENT"
        return (
            f"{self.topic[-12:]:>12}  acknowledged {self.acknowledged:>7,}  stored {self.stored:>7,}  "
            f"delivered {self.delivered:>10,} to {self.subscribers:>3}  {self.sha256[:SHORT_HASH]}  {verdict}"
        )


def digest(marks: Iterable[Mark]) -> str:
    """SHA-256 over numbers and texts, in order."""
    total = hashlib.sha256()
    for seq, text in marks:
        total.update(f"{seq} {text}\n".encode())
    return total.hexdigest()


def weigh(words: TopicWords) -> TopicSum:
    """Compare the accounts of one topic.

    Every subscriber was there before the first message, so every account must begin with entry 1.
    """
    verdict = judge(
        Account(
            tried=frozenset(words.tried),
            acknowledged=[Sent(spoke.text, spoke.seq) for spoke in words.acknowledged],
            stored=words.stored,
            seen=[
                Seen(f"{len(one.who)} member(s), first {one.who[0]},", 0, one.entries) for one in words.seen
            ],
        )
    )
    mark = digest(words.stored)
    equal = (
        all(one.sha256 == mark for one in words.seen)
        and [seq for seq, _ in words.stored] == list(range(1, len(words.stored) + 1))
        and sorted(spoke.text for spoke in words.acknowledged) == sorted(text for _, text in words.stored)
    )
    return TopicSum(
        topic=words.topic,
        acknowledged=len(words.acknowledged),
        stored=len(words.stored),
        subscribers=sum(len(one.who) for one in words.seen),
        delivered=sum(len(one.who) * len(one.entries) for one in words.seen),
        sha256=mark,
        equal=equal,
        verdict=total((verdict, own_order(words.acknowledged))),
    )


def own_order(acknowledged: Sequence[Spoke]) -> Verdict:
    """A speaker waits for each answer, so its messages must stand in the order in which it sent them."""
    newest: dict[str, int] = {}
    faults: list[str] = []
    for spoke in sorted(acknowledged, key=lambda one: one.sent_ns):
        sender = spoke.text.split(".")[1]
        if spoke.seq <= newest.get(sender, 0):
            faults.append(f"reordered: speaker {sender} said {spoke.seq} after {newest[sender]}")
        newest[sender] = spoke.seq
    return Verdict(reordered=len(faults), examples=tuple(faults[:SHOWN]))


def total(verdicts: Iterable[Verdict]) -> Verdict:
    """Sums, and the first examples."""
    every = tuple(verdicts)
    kinds = [field.name for field in fields(Verdict) if field.name != "examples"]
    counts = {kind: sum(getattr(one, kind) for one in every) for kind in kinds}
    examples = tuple(example for one in every for example in one.examples)
    return Verdict(**counts, examples=examples[: 2 * SHOWN])


def spokes_of(answers: Sequence[Mapping[str, Any]], room: str) -> list[Spoke]:
    """Acknowledged messages of a room, from the speakers' programs."""
    return [
        Spoke(text, seq, sent_ns, acked_ns)
        for answer in answers
        for place, text, seq, sent_ns, acked_ns in answer["acknowledged"]
        if place == room
    ]


def shared_of(answers: Sequence[Mapping[str, Any]]) -> list[Shared]:
    """Accounts of a topic, from the listeners' programs."""
    return [
        Shared(tuple(one["who"]), one["sha256"], [(seq, text) for seq, text in one["entries"]])
        for answer in answers
        for one in answer["accounts"]
    ]
