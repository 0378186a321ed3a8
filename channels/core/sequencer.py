"""One topic's entries put in order: what may go out now, what has to wait, what is missing. Pure.

Entry `cursor + 1` goes out, older ones are duplicates, later ones wait; `known` says how far the log is known to reach.
May be imported by server and tests.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple


class Item(NamedTuple):
    """An entry as it goes out.

    Attributes:
        seq: Its number.
        frame: The WebSocket frame of its event.
        revises: It may have changed earlier entries (edit, recall): what memory holds of those is stale.
    """

    seq: int
    frame: bytes
    revises: bool = True


UNKNOWN = -1
"""Cursor of a topic whose place in the log was not read yet: everything waits."""

HELD_COUNT = 1_000  # entries kept that came before their time; beyond it the log is read again
RECENT_COUNT = 200  # newest entries kept for quick resumes: one page
RECENT_BYTES = 131_072  # the same in bytes: a page of long messages is read from the log


class Sequencer:
    """Order of one topic.

    Attributes:
        cursor: The last entry that went out, or UNKNOWN.
        known: The newest entry anybody spoke of.
    """

    __slots__ = ("_held", "_recent", "_recent_bytes", "cursor", "known")

    def __init__(self) -> None:
        self.cursor = UNKNOWN
        self.known = 0
        self._held: dict[int, Item] = {}
        self._recent: deque[Item] = deque()
        self._recent_bytes = 0

    @property
    def has_gap(self) -> bool:
        """True when entries beyond the cursor are known of that did not arrive."""
        return self.cursor != UNKNOWN and self.known > self.cursor

    @property
    def memory_bytes(self) -> int:
        """Bytes of the entries in memory."""
        return self._recent_bytes

    def recall(self, items: Sequence[Item]) -> None:
        """Put entries that were read from the log before those in memory, when nothing lies between.

        Entries that were revised after they were read must not come back: behind an entry that revises, nothing is put.

        Args:
            items: In seq order without holes.
        """
        first = self._recent[0] if self._recent else None
        if first is not None and first.revises:
            return
        end = self.cursor + 1 if first is None else first.seq
        older = [item for item in items if item.seq < end]
        if self.cursor == UNKNOWN or not older or older[-1].seq != end - 1:
            return
        for item in reversed(older):
            if len(self._recent) >= RECENT_COUNT or self._recent_bytes + len(item.frame) > RECENT_BYTES:
                break
            self._recent.appendleft(item)
            self._recent_bytes += len(item.frame)

    def accept(self, items: Iterable[Item]) -> list[Item]:
        """Take entries in any order and repetition; returns those that go out now, in order."""
        ready: list[Item] = []
        for item in items:
            if item.seq <= self.cursor:
                continue
            if item.seq == self.cursor + 1 and self.cursor != UNKNOWN:
                self._advance(item, ready)
            else:
                self.known = max(self.known, item.seq)
                if len(self._held) < HELD_COUNT:
                    self._held[item.seq] = item
        if self._held and self.cursor != UNKNOWN:
            self._take_held(ready)
        return ready

    def anchor(self, at: int) -> list[Item]:
        """The log reaches to `at` and nothing up to there has to go out; returns what waited and goes out now."""
        if self.cursor != UNKNOWN:
            return []
        self.cursor = at
        ready: list[Item] = []
        self._take_held(ready)
        return ready

    def heard(self, head: int) -> bool:
        """Somebody says that the log reaches to `head`; True when that is news of a gap."""
        if self.cursor == UNKNOWN or head <= max(self.cursor, self.known):
            return False
        self.known = head
        return True

    def give_up(self) -> None:
        """The log holds nothing beyond the cursor: whoever spoke of more was wrong."""
        self.known = self.cursor
        self._held.clear()

    def newest(self, count: int) -> list[Item] | None:
        """The newest `count` entries up to the cursor when memory holds so many, else None."""
        if self.cursor == UNKNOWN or count > len(self._recent):
            return None
        return list(islice(self._recent, len(self._recent) - count, None))

    def _advance(self, item: Item, ready: list[Item]) -> None:
        self.cursor = item.seq
        self.known = max(self.known, item.seq)
        ready.append(item)
        if item.revises:
            self._recent.clear()
            self._recent_bytes = 0
        self._recent.append(item)
        self._recent_bytes += len(item.frame)
        while len(self._recent) > RECENT_COUNT or self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self._recent.popleft().frame)

    def _take_held(self, ready: list[Item]) -> None:
        while (item := self._held.pop(self.cursor + 1, None)) is not None:
            self._advance(item, ready)
        for seq in [seq for seq in self._held if seq <= self.cursor]:
            del self._held[seq]
