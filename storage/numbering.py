"""Numbering of a topic: what the next seq and the next ordinals are. Pure values, no I/O.

A `Tail` is a guess about the end of a topic. It is never trusted: the unique index (topic, seq) decides. When a batch
that starts at `seq + 1` is stored, nobody wrote in between, so every counter read at or before `seq` was right, too.
Imported by storage.log and its writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.entries import Append, Entry

COUNTERS_MAX = 512  # per topic; a room rarely has more than a handful of threads alive at once


@dataclass(slots=True)
class Tail:
    """The believed end of one topic.

    Attributes:
        seq: Newest entry, 0 for none.
        counters: Newest ordinal by counter; a missing counter must be read before it is used.
    """

    seq: int
    counters: dict[str, int] = field(default_factory=dict)

    def unknown(self, appends: Sequence[Append]) -> set[str]:
        """Counters the appends need and this tail does not know."""
        return {a.counter for a in appends if a.counter is not None} - self.counters.keys()

    def number(self, appends: Sequence[Append], at_ms: int) -> list[Entry]:
        """Entries for the appends, continuing this tail; the tail itself stays as it was.

        Raises:
            KeyError: A counter was not read before.
        """
        seq = self.seq
        counters = dict(self.counters)
        entries = []
        for a in appends:
            seq += 1
            n = None
            if a.counter is not None:
                n = counters[a.counter] = counters[a.counter] + 1
            entries.append(Entry(a.topic, seq, a.type, at_ms, a.sender, a.cid, a.counter, n, a.body))
        return entries

    def advance(self, entries: Sequence[Entry]) -> None:
        """Take in entries that are durable now; forgets the oldest counters beyond the bound."""
        for entry in entries:
            self.seq = entry.seq
            if entry.counter is not None and entry.n is not None:
                self.counters.pop(entry.counter, None)
                self.counters[entry.counter] = entry.n
        while len(self.counters) > COUNTERS_MAX:
            self.counters.pop(next(iter(self.counters)))
