"""The append-only topic log: one contiguous sequence per topic, decided by the unique index (topic, seq).

Promises (realtime.md):
* an append returns only after MongoDB confirmed it with w:majority, j:true;
* seq is 1, 2, 3 … per topic without holes, whoever writes, from whatever process;
* (sender, cid) is unique for ever: a retry answers with the original entry;
* group commit without a timer: one ordered batch in flight per topic, the next carries all that came meanwhile;
* a cancelled caller never cancels a write;
* listeners hear entries after the commit, per topic in seq order.

May be imported by channels and server; features get it through their Context.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from storage.client import Mongo, PartialInsert, Unit
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
from storage.errors import Busy, Duplicate, GuardFailed, StorageError, Unavailable
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

logger = logging.getLogger("huitang.storage.log")
T = TypeVar("T")
Listener = Callable[[Sequence[Entry]], None]

BATCH_MAX = 500  # entries in one insert; bounds how long one batch can hold the topic
WAITING_MAX = (
    20_000  # appends waiting in one process before Busy; about one second of the fastest measured log
)
RACES_MAX = 200  # lost races for a seq in a row; reaching it means the head cannot be read, not bad luck
NUMBER_INDEXES = frozenset({"log_topic_seq", "log_counter_n"})
CID_INDEX = "log_sender_cid"


@dataclass(slots=True)
class _Job:
    """One append waiting for its batch."""

    append: Append
    done: asyncio.Future[Appended]


class _Lane:
    """All that one process knows of one topic while it writes there."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting: deque[_Job] = deque()
        self.writing = False
        self.tail: Tail | None = None


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
    """

    def __init__(self, mongo: Mongo, clock: Clock, epoch: str, *, lanes_max: int = 10_000) -> None:
        super().__init__(mongo, epoch)
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._lanes_max = lanes_max
        self._waiting_count = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self.listeners: list[Listener] = []
        self.facts_committed = asyncio.Event()

    async def append(self, append: Append) -> Appended:
        """Make one entry durable; with companion writes the unit is a transaction.

        Returns:
            The entry, or the original one when (sender, cid) was known.

        Raises:
            Busy: Too many appends wait; nothing was done.
            GuardFailed: A companion write matched nothing; nothing was done.
            Unavailable: MongoDB is away; the outcome is unknown, retry with the same cid.
        """
        if append.writes:
            return await self._shielded(self._append_unit(append))
        if self._waiting_count >= WAITING_MAX:
            raise Busy(append.topic)
        lane = self._lane(append.topic)
        job = _Job(append, asyncio.get_running_loop().create_future())
        lane.waiting.append(job)
        self._waiting_count += 1
        if not lane.writing:
            lane.writing = True
            _ = self._own(self._drain(lane))
        return await asyncio.shield(job.done)

    async def commit(self, appends: Sequence[Append], writes: Sequence[Write] = ()) -> tuple[Entry, ...]:
        """Make entries of any topics and companion writes durable as one transaction.

        Raises:
            Duplicate: A unique index other than the log's numbering refused (also a known (sender, cid)).
            GuardFailed, Unavailable: As in `append`.
        """
        return await self._shielded(self._commit(tuple(appends), tuple(writes)))

    async def close(self) -> None:
        """Wait until everything that was admitted is durable or has failed."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- one topic, no companion writes: the fast path ------------------------------------------------------------

    async def _drain(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                async with lane.lock:
                    batch = [lane.waiting.popleft() for _ in range(min(BATCH_MAX, len(lane.waiting)))]
                    await self._write_batch(lane, batch)
                self._waiting_count -= len(batch)
        finally:
            lane.writing = False

    async def _write_batch(self, lane: _Lane, jobs: list[_Job]) -> None:
        races = 0
        while jobs:
            try:
                settled = await self._insert(lane, jobs)
            except Exception as error:  # whatever it is, every waiting caller must hear of it
                lane.tail = None
                logger.error("a batch of %d entries failed: %s", len(jobs), type(error).__name__)
                for job in jobs:
                    _fail(job, error)
                return
            jobs = jobs[settled:]
            races = 0 if settled else races + 1
            if races:
                if races > RACES_MAX:
                    for job in jobs:
                        _fail(job, Unavailable("the head of the topic cannot be settled"))
                    return
                await asyncio.sleep(random.uniform(0, 0.002 * min(races, 10)))  # noqa: S311 - spreads rivals

    async def _insert(self, lane: _Lane, jobs: list[_Job]) -> int:
        """Store as many jobs as the index lets through; returns how many are settled (stored or known)."""
        appends = [job.append for job in jobs]
        tail = await self._tail(lane, appends)
        entries = tail.number(appends, self._clock.now_ms())
        refused: Duplicate | None = None
        stored = len(entries)
        try:
            await self._log.insert_many(
                [to_document(e, a.facts) for e, a in zip(entries, appends, strict=True)]
            )
        except PartialInsert as partial:
            refused, stored = partial, partial.done
        tail.advance(entries[:stored])
        self._tell(entries[:stored])
        self._wake_outbox(appends[:stored])
        for job, entry in zip(jobs[:stored], entries[:stored], strict=True):
            _settle(job, Appended(entry))
        if refused is None:
            return stored
        if refused.index == CID_INDEX:
            return stored + await self._settle_known(jobs[stored])
        if refused.index not in NUMBER_INDEXES:
            raise refused
        lane.tail = None
        return stored

    async def _settle_known(self, job: _Job) -> int:
        original = await self.by_cid(job.append.sender or "", job.append.cid or "")
        if original is None:
            return 0  # not yet visible to majority reads: try again
        _settle(job, Appended(original, duplicate=True))
        return 1

    async def _tail(self, lane: _Lane, appends: Sequence[Append], unit: Unit | None = None) -> Tail:
        topic = appends[0].topic
        if lane.tail is None:
            lane.tail = Tail((await self.head(topic, unit=unit)).seq)
        for counter in lane.tail.unknown(appends):
            lane.tail.counters[counter] = await self.counter_head(topic, counter, unit=unit)
        return lane.tail

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
            return Appended(original, duplicate=True)
        return Appended(entry)

    async def _commit(self, appends: tuple[Append, ...], writes: tuple[Write, ...]) -> tuple[Entry, ...]:
        topics = sorted({a.topic for a in appends})
        lanes = {topic: self._lane(topic) for topic in topics}
        for topic in topics:  # sorted, so that two units never wait for each other
            await lanes[topic].lock.acquire()
        try:
            entries = await self._transact(appends, writes)
            for topic in topics:
                own = [e for e in entries if e.topic == topic]
                lanes[topic].tail = None
                self._tell(own)
            self._wake_outbox(appends)
            return entries
        finally:
            for topic in topics:
                lanes[topic].lock.release()

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
                await asyncio.sleep(random.uniform(0, 0.002 * min(race + 1, 10)))  # noqa: S311
        raise Unavailable("the head of the topic cannot be settled")

    async def _number_unit(self, appends: tuple[Append, ...], unit: Unit) -> tuple[Entry, ...]:
        """Number the appends from heads read inside the transaction, in the order given."""
        at_ms = self._clock.now_ms()
        tails: dict[str, _Lane] = {}
        entries = []
        for a in appends:
            lane = tails.setdefault(a.topic, _Lane())
            tail = await self._tail(lane, (a,), unit)
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

    def _lane(self, topic: str) -> _Lane:
        lane = self._lanes.get(topic)
        if lane is None:
            if len(self._lanes) >= self._lanes_max:
                self._forget_idle_lane()
            lane = self._lanes[topic] = _Lane()
        return lane

    def _forget_idle_lane(self) -> None:
        for topic, lane in self._lanes.items():
            if not lane.writing and not lane.waiting and not lane.lock.locked():
                del self._lanes[topic]
                return

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


def _settle(job: _Job, outcome: Appended) -> None:
    if not job.done.done():
        job.done.set_result(outcome)


def _fail(job: _Job, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(
            error if isinstance(error, StorageError) else Unavailable("the log cannot be written")
        )
        job.done.exception()  # a caller that went away leaves nobody to read it; this keeps the loop quiet
