"""Was anything lost, doubled, reordered, left out or made up? Pure.

Three accounts of the same talk are compared: what the server acknowledged to those who sent, what it says is stored (read by
`replay`), and what each subscriber saw. Labels are unique, so a message is recognised wherever it turns up.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from load_tests.tracking import Mark

SHOWN = 5
"""Examples of each kind of fault that are kept."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was acknowledged: under which label, as which number."""

    label: str
    seq: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What one subscriber saw of the topic.

    Attributes:
        who: Name of the subscriber in reports.
        after: Position at the start; entries after it should have come.
        entries: What came, in order.
    """

    who: str
    after: int
    entries: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that is known of one topic.

    Attributes:
        tried: Labels of all messages that were sent, acknowledged or not.
        acknowledged: Those that were.
        stored: The topic as it stands, in order of its numbers; entries that are no message have an empty label.
        seen: What subscribers saw.
    """

    tried: Collection[str]
    acknowledged: Sequence[Sent]
    stored: Sequence[Mark]
    seen: Sequence[Seen] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Faults by kind, and a few examples of each in plain words.

    Attributes:
        lost: Acknowledged and not stored under that number.
        doubled: Stored twice, or seen twice by one subscriber.
        reordered: Seen after a later one.
        holes: Numbers missing in what is stored, or stored and not seen by a subscriber who should have.
        phantoms: Stored though nobody sent it, or seen differently from what is stored.
        examples: What was found first.
    """

    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    holes: int = 0
    phantoms: int = 0
    examples: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Nothing was found."""
        return not (self.lost or self.doubled or self.reordered or self.holes or self.phantoms)


class _Findings:
    """Counts faults and keeps examples."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: list[str] = []

    def add(self, kind: str, example: str) -> None:
        self._counts[kind] += 1
        if self._counts[kind] <= SHOWN:
            self._examples.append(f"{kind}: {example}")

    def verdict(self) -> Verdict:
        return Verdict(**self._counts, examples=tuple(self._examples))


def judge(account: Account) -> Verdict:
    """Compare the accounts of one topic."""
    findings = _Findings()
    _judge_stored(account, findings)
    stored = dict(account.stored)
    for sent in account.acknowledged:
        if stored.get(sent.seq) != sent.label:
            findings.add("lost", f"{sent.label} was acknowledged as {sent.seq}")
    for seen in account.seen:
        _judge_seen(seen, stored, findings)
    return findings.verdict()


def _judge_stored(account: Account, findings: _Findings) -> None:
    tried, labels, before = set(account.tried), set[str](), None
    for seq, label in account.stored:
        if before is not None and seq != before + 1:
            findings.add("holes" if seq > before else "reordered", f"{seq} is stored after {before}")
        before = seq
        if label and label in labels:
            findings.add("doubled", f"{label} is stored again as {seq}")
        elif label and label not in tried:
            findings.add("phantoms", f"{label} is stored as {seq} and was never sent")
        labels.add(label)


def _judge_seen(seen: Seen, stored: dict[int, str], findings: _Findings) -> None:
    known, highest = set[int](), seen.after
    for seq, label in seen.entries:
        if seq in known:
            findings.add("doubled", f"{seen.who} saw {seq} again")
            continue
        known.add(seq)
        if seq < highest:
            findings.add("reordered", f"{seen.who} saw {seq} after {highest}")
        highest = max(highest, seq)
        if stored.get(seq) != label:
            findings.add("phantoms", f"{seen.who} saw {label or 'an entry'} as {seq}")
    for seq in stored:
        if seq > seen.after and seq not in known:
            findings.add("holes", f"{seen.who} never saw {seq}")
