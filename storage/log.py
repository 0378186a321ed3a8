"""The append-only topic log: one contiguous sequence per topic, decided by the unique index (topic, seq).

Promises (realtime.md):
* an append returns only after MongoDB confirmed it with w:majority, j:true;
* seq is 1, 2, 3 … per topic without holes, whoever writes, from whatever process;
* (sender, cid) is unique for ever: a retry answers with the original entry;
* group commit without a timer (`storage.group_commit`); a loud topic does not starve the others (`storage.lanes`);
* a cancelled caller never cancels a write;
* listeners hear entries after the commit, per topic in seq order.

May be imported by channels and server; features get it through their Context.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from storage.client import Mongo, Unit
from storage.clock import Clock
from storage.entries import (
    LOG,
    LOG_INDEXES,
    Append,
    Appended,
    Delete,
    Entry,
    Fact,
    Head,
    Insert,
    Update,
    Write,
    to_document,
    to_entry,
)
from storage.errors import Busy, Duplicate, GuardFailed, Unavailable
from storage.group_commit import CID_INDEX, NUMBER_INDEXES, RACES_MAX, GroupCommit, Hooks, read_tail
from storage.lanes import Job, Lanes
from storage.log_counts import LogCounts
from storage.log_reader import LogReader
from storage.numbering import Tail

__all__ = [
    "LOG",
    "LOG_INDEXES",
    "Append",
    "Appended",
    "Delete",
    "Entry",
    "Fact",
    "Head",
    "Insert",
    "TopicLog",
    "Update",
    "Write",
    "to_entry",
]

T = TypeVar("T")
Listener = Callable[[Sequence[Entry]], None]

WAITING_MAX = (
    20_000  # appends waiting in one process before Busy; about one second of the fastest measured log
)
TOPIC_WAITING_MAX = 5_000  # the same for one topic: a flood of one leaves room for the others


class TopicLog(LogReader):
    """The log of one process over one database.

    Args:
        mongo: The database; indexes LOG_INDEXES must exist.
        clock: Time of entries.
        epoch: Epoch of the installation's log.
        lanes_max: Topics whose tail is remembered.

    Attributes:
        listeners: Called synchronously after each commit with its entries (one topic, seq order). They must not block
            or raise.
        facts_committed: Set after a commit that carried facts; the outbox clears it.
        counts: What this log has done, for metrics.
    """

    def __init__(self, mongo: Mongo, clock: Clock, epoch: str, *, lanes_max: int = 10_000) -> None:
        super().__init__(mongo, epoch)
        self._clock = clock
        self._lanes = Lanes(lanes_max)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.listeners: list[Listener] = []
        self.facts_committed = asyncio.Event()
        self.counts = LogCounts()
        hooks = Hooks(self._log.insert_many, self._log.insert_each, self._tell, self._wake_outbox, self._own)
        self._group_commit = GroupCommit(self, self._lanes, clock, hooks, self.counts)

    @property
    def waiting_count(self) -> int:
        """Appends that wait or are being written."""
        return self._lanes.waiting_count

    async def append(self, append: Append) -> Appended:
        """Make one entry durable; with companion writes the unit is a transaction.

        Returns:
            The entry, or the original one when (sender, cid) was known.

        Raises:
            Busy: Too many appends wait, of all topics or of this one; nothing was done.
            GuardFailed: A companion write matched nothing; nothing was done.
            Unavailable: MongoDB is away; the outcome is unknown, retry with the same cid.
        """
        if append.writes:
            return await self._shielded(self._append_unit(append))
        lane = self._lanes.lane(append.topic)
        if self._lanes.waiting_count >= WAITING_MAX or len(lane.waiting) >= TOPIC_WAITING_MAX:
            self.counts.refused += 1
            raise Busy(append.topic)
        job = Job(append, asyncio.get_running_loop().create_future())
        self._lanes.add(lane, job)
        self._group_commit.wake()
        return await asyncio.shield(job.done)

    async def commit(self, appends: Sequence[Append], writes: Sequence[Write] = ()) -> tuple[Entry, ...]:
        """Make entries of any topics and companion writes durable as one transaction.

        Raises:
            Duplicate: A unique index other than the log's numbering refused (also a known (sender, cid)).
            GuardFailed, Unavailable: As in `append`.
        """
        return await self._shielded(self._commit(tuple(appends), tuple(writes)))

    def heard(self, topic: str, seq: int) -> None:
        """Another process says that it has stored up to `seq`; a hint that saves lost races, never trusted."""
        self._group_commit.heard(topic, seq)

    async def close(self) -> None:
        """Wait until everything that was admitted is durable or has failed."""
        while self._tasks or self._lanes.waiting_count:
            if self._tasks:
                await asyncio.gather(*self._tasks, return_exceptions=True)
            else:
                await asyncio.sleep(0.001)  # a lane that lets a rival go first starts again by itself

    # -- units: entries and companion writes in one transaction ----------------------------------------------------

    async def _append_unit(self, append: Append) -> Appended:
        try:
            (entry,) = await self._commit((append,), ())
        except Duplicate as refused:
            if refused.index != CID_INDEX:
                raise
            original = await self.by_cid(append.sender or "", append.cid or "")
            if original is None:
                raise Unavailable("the original of a retry is not visible yet") from refused
            self.counts.duplicates += 1
            return Appended(original, duplicate=True)
        return Appended(entry)

    async def _commit(self, appends: tuple[Append, ...], writes: tuple[Write, ...]) -> tuple[Entry, ...]:
        topics = sorted({a.topic for a in appends})
        lanes = [self._lanes.lane(topic) for topic in topics]
        for lane in lanes:  # sorted, so that two units never wait for each other
            await self._lanes.enter(lane)
        try:
            entries = await self._transact(appends, writes)
            self.counts.units += 1
            for lane in lanes:
                lane.tail = None
                self._tell([e for e in entries if e.topic == lane.topic])
            self._wake_outbox(appends)
            return entries
        finally:
            for lane in lanes:
                self._lanes.leave(lane, unit=True)
            self._group_commit.wake()

    async def _transact(self, appends: tuple[Append, ...], writes: tuple[Write, ...]) -> tuple[Entry, ...]:
        every_write = writes + tuple(w for a in appends for w in a.writes)

        async def unit_body(unit: Unit) -> tuple[Entry, ...]:
            entries = await self._number_unit(appends, unit)
            for write in every_write:
                await self._apply(write, unit)
            if entries:
                documents = [to_document(e, a.facts) for e, a in zip(entries, appends, strict=True)]
                await self._log.insert_many(documents, unit=unit)
            return entries

        for race in range(RACES_MAX):
            try:
                return await self._mongo.transaction(unit_body)
            except Duplicate as refused:
                if refused.index not in NUMBER_INDEXES:
                    raise
                self.counts.races += 1
                await asyncio.sleep(random.uniform(0, 0.002 * min(race + 1, 10)))  # noqa: S311
        raise Unavailable("the head of the topic cannot be settled")

    async def _number_unit(self, appends: tuple[Append, ...], unit: Unit) -> tuple[Entry, ...]:
        """Number the appends from heads read inside the transaction, in the order given."""
        at_ms = self._clock.now_ms()
        tails: dict[str, Tail] = {}
        entries = []
        for a in appends:
            tail = tails[a.topic] = await read_tail(self, tails.get(a.topic), a.topic, (a,), unit)
            numbered = tail.number((a,), at_ms)
            tail.advance(numbered)
            entries.extend(numbered)
        return tuple(entries)

    async def _apply(self, write: Write, unit: Unit) -> None:
        collection = self._mongo.collection(write.collection)
        match write:
            case Insert():
                await collection.insert_one(dict(write.document), unit=unit)
            case Update(many=True):
                await collection.update_many(write.filter, write.update, unit=unit)
            case Update():
                matched = await collection.update_one(
                    write.filter, write.update, upsert=write.upsert, unit=unit
                )
                if write.must_match and not matched:
                    raise GuardFailed(write.collection)
            case Delete():
                if not await collection.delete_one(write.filter, unit=unit) and write.must_match:
                    raise GuardFailed(write.collection)

    # -- housekeeping ----------------------------------------------------------------------------------------------

    def _tell(self, entries: Sequence[Entry]) -> None:
        if entries:
            for listener in self.listeners:
                listener(entries)

    def _wake_outbox(self, appends: Sequence[Append]) -> None:
        if any(a.facts for a in appends):
            self.facts_committed.set()

    def _own(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.shield(self._own(work))
