"""What a client has missed of a topic: judged from its position, read from memory or the log, bounded in count and bytes.

* Same epoch, position within the log: the events after it, the newest page of them and a gap marker when they are more.
* Another epoch, a position beyond the log, or none: a snapshot. Its head is read before it, so that events after the head
  may be in it already; they SET state, and setting twice changes nothing.

May be imported by server and tests.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from channels.core.framing import payload_of
from channels.core.rendering import Rendering
from channels.core.sequencer import Item, Sequencer
from channels.protocol.base import WireModel
from channels.protocol.frames import PAGE_EVENTS, Gap, Position
from storage.batched import Batched
from storage.log import TopicLog

PAGE_BYTES = 131_072
"""Most bytes of events in one answer. An answer counts only when it arrived whole: on a line that breaks every few hundred
kilobytes, larger ones would be sent again and again and never get there. A page of ordinary messages is smaller."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a topic one answer may hold; at least one event always fits."""

    events: int = PAGE_EVENTS
    size_bytes: int = PAGE_BYTES


@dataclass(frozen=True, slots=True)
class Page:
    """What was read for one topic.

    Attributes:
        head: Who has the page has everything up to here.
        events: JSON of events, oldest first, the last one is `head`.
        gap: What lies between the client's position and the events.
        snapshot: State at `head` or a little after; None when the page continues from the client's position.
        items: The same events as they were read from the log; empty when they came from memory.
    """

    head: int
    events: Sequence[bytes] = ()
    gap: Gap | None = None
    snapshot: WireModel | None = None
    items: Sequence[Item] = ()

    @property
    def outcome(self) -> str:
        """Where it came from, for metrics (`channels.core.counts`)."""
        if self.snapshot is not None:
            return "snapshot"
        if self.gap is not None:
            return "gap"
        return "log" if self.items else "memory"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks of a topic.

    Attributes:
        topic: Its name.
        since: Where the client stands; None for a fresh start.
        budget: How much the answer may hold.
        snapshot: Reads the feature's state.
    """

    topic: str
    since: Position | None
    budget: Budget
    snapshot: Callable[[], Awaitable[WireModel]]


class Pager:
    """Reads pages.

    Args:
        log: The topic log.
        rendering: Entries to events.
    """

    def __init__(self, log: TopicLog, rendering: Rendering) -> None:
        self._log = log
        self._rendering = rendering
        self._runs = Batched(self._read_runs)

    @property
    def epoch(self) -> str:
        """Epoch of the log."""
        return self._log.epoch

    async def read(self, wish: Wish, memory: Sequencer) -> Page:
        """What the client needs to be at the head.

        Args:
            wish: What it asks.
            memory: The topic as it stands here; the newest events may be in it.

        Raises:
            StorageError: The store could not answer.
        """
        since = wish.since
        if since is not None and since.epoch == self._log.epoch:
            if (page := _remembered(memory, since.seq, wish.budget)) is not None:
                return page
            head = (await self._log.head(wish.topic)).seq
            if since.seq <= head:
                return await self._missed(wish, since.seq, head)
        head = (await self._log.head(wish.topic)).seq
        return Page(head, snapshot=await wish.snapshot())

    async def replay(self, topic: str, after: int, before: int, limit: int) -> tuple[list[bytes], bool]:
        """Events with after < seq < before, oldest first, and whether more remain.

        Raises:
            StorageError: The store could not answer.
        """
        entries = await self._log.between(topic, after, before, limit)
        events = _fitting((self._rendering.event(entry) for entry in entries), Budget(limit))
        if not events:
            return [], False
        cut = len(events) < len(entries) or len(entries) == limit
        return events, cut and entries[len(events) - 1].seq + 1 < before

    async def _missed(self, wish: Wish, after: int, head: int) -> Page:
        """A page from the log; who wants the same run of entries at the same time shares the reading and the rendering."""
        if head == after:
            return Page(head)
        most = wish.budget.events
        items = await self._runs.get(Run(wish.topic, after if head - after <= most else None, most))
        return _page(items or (), after, wish.budget) if items else Page(head)

    async def _read_runs(self, runs: Sequence["Run"]) -> dict["Run", tuple[Item, ...]]:
        return dict(zip(runs, await asyncio.gather(*map(self._read_run, runs)), strict=True))

    async def _read_run(self, run: "Run") -> tuple[Item, ...]:
        if run.after is None:
            entries = await self._log.newest(run.topic, run.most)
        else:
            entries = await self._log.since(run.topic, run.after, run.most)
        return tuple(self._rendering.item(entry) for entry in entries)


class Run(NamedTuple):
    """A run of entries: the first `most` after `after`, or the newest `most` of the topic."""

    topic: str
    after: int | None
    most: int


def _page(items: Sequence[Item], after: int, budget: Budget) -> Page:
    """The newest of the entries that fit, with a gap marker before them when some do not."""
    newest_first = _fitting((payload_of(item.frame) for item in reversed(items)), budget)
    kept = items[-len(newest_first) :]
    gap = Gap(after=after, before=kept[0].seq) if kept[0].seq > after + 1 else None
    return Page(items[-1].seq, newest_first[::-1], gap, items=kept)


def _remembered(memory: Sequencer, after: int, budget: Budget) -> Page | None:
    """The page as memory holds it; None when the log has to be asked."""
    if after < 0 or after > memory.cursor:
        return None
    items = memory.newest(min(memory.cursor - after, budget.events))
    if items is None:
        return None
    if not items:
        return Page(memory.cursor)
    newest_first = _fitting((payload_of(item.frame) for item in reversed(items)), budget)
    first = items[-len(newest_first)].seq
    return Page(
        memory.cursor, newest_first[::-1], Gap(after=after, before=first) if first > after + 1 else None
    )


def _fitting(events: Iterable[bytes], budget: Budget) -> list[bytes]:
    kept: list[bytes] = []
    size_bytes = 0
    for event in events:
        size_bytes += len(event)
        if kept and (size_bytes > budget.size_bytes or len(kept) == budget.events):
            break
        kept.append(event)
    return kept
