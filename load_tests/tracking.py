"""What one client has of one topic, by number: finds holes and repeats, waits behind gaps the server declared. Pure.

The client believes every word of the server: what is declared (a gap marker, `lagged`) is fetched with `replay`, everything
else is applied as it comes. A fault of the server therefore ends up here as a hole or a repeat, and is counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Mark = tuple[int, str]
"""An entry as a client saw it: its number, and the label at the start of its text (empty for entries that are no message)."""

WAITING_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Entries `after < seq < before` that must be fetched."""

    after: int
    before: int


@dataclass(slots=True)
class Track:
    """Position in a topic.

    Attributes:
        began: Position at the start: entries after it are this client's.
        position: Last entry applied.
        holes: Entries that were passed over without a word of the server.
        repeats: Entries that came again.
        seen: Every entry applied, in the order it was; None when nobody will ask.
        gap_before: While a declared gap is open: the first number behind it.
    """

    began: int = 0
    position: int = 0
    holes: int = 0
    repeats: int = 0
    seen: list[Mark] | None = None
    gap_before: int | None = None
    _waiting: list[Mark] = field(default_factory=list)

    def start(self, at: int) -> None:
        """Begin behind entry `at`."""
        self.began = self.position = at
        self.broken()

    def take(self, seq: int, label: str = "") -> None:
        """An event came live, or in an answer that continues from the own position."""
        if self.gap_before is None:
            self._apply(seq, label)
        elif len(self._waiting) < WAITING_MAX:
            self._waiting.append((seq, label))
        else:
            self.holes += 1

    def declared(self, before: int) -> Wanted | None:
        """The server says that entries before `before` were left out; returns what must be fetched.

        What waited behind an earlier gap is forgotten: it lies before `before` and comes with the rest.
        """
        self._waiting.clear()
        if before <= self.position + 1:
            self.gap_before = None
            return None
        self.gap_before = before
        return Wanted(self.position, before)

    def replayed(self, marks: Iterable[Mark], *, more: bool) -> Wanted | None:
        """An answer to `replay` came; returns what is still to be fetched."""
        if self.gap_before is None:
            return None
        for seq, label in marks:
            self._apply(seq, label)
        if self.position + 1 < self.gap_before and more:
            return Wanted(self.position, self.gap_before)
        self.gap_before, waiting = None, list(self._waiting)
        self._waiting.clear()
        for seq, label in waiting:
            self._apply(seq, label)
        return None

    def broken(self) -> None:
        """The connection is gone: what was not continuous is asked for again."""
        self.gap_before = None
        self._waiting.clear()

    def _apply(self, seq: int, label: str) -> None:
        if self.seen is not None:
            self.seen.append((seq, label))
        if seq <= self.position:
            self.repeats += 1
            return
        self.holes += seq - self.position - 1
        self.position = seq


def label_of(text: str) -> str:
    """The label at the start of a message of ours: its first word."""
    return text.partition(" ")[0]


def sent_ns_of(label: str) -> int:
    """When a message of ours was sent, by its label; 0 for another's."""
    head = label.partition(".")[0]
    return int(head) if head.isdecimal() and len(head) <= 20 else 0


def label(sent_ns: int, sender: str, number: int) -> str:
    """Label of the message `number` of a sender: unique, and tells when it was sent (CLOCK_MONOTONIC, ns)."""
    return f"{sent_ns}.{sender}.{number}"


def marks_of(events: Sequence[dict[str, object]]) -> list[Mark]:
    """Marks of log events as they stand in answers."""
    return [
        (seq, label_of(str(event.get("text", ""))))
        for event in events
        if isinstance(seq := event["seq"], int)
    ]
