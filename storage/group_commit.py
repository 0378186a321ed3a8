"""Group commit: what waits in many lanes becomes durable in few ordered batches, without a timer.

* Few writers run at once, each with one insert in flight. A topic is in one batch at a time; a free writer takes all lanes
  that are ready, so batches grow by themselves when the database is slower than the callers.
* Several entries of one topic need an ordered insert, which stops at the first refused document: what comes after it waits
  first in its lane again. One entry each of many topics needs no order, so a refused one holds up nobody.
* Only the lane that was refused looks at its end again.
* A lane whose number another process took has a rival. After each success it lets the rival go first, until the rival says
  over the bus what it stored or about as long as a batch takes, so that busy processes write by turns instead of refusing
  each other; meanwhile its appends gather. What is said over the bus is a hint: the index decides.

Nothing here is ever cancelled: callers that leave do not cut a write short (realtime.md 11). Imported by storage.log.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from storage.client import Document, Unit
from storage.clock import Clock
from storage.entries import Append, Appended, Entry, to_document
from storage.errors import Duplicate, PartialInsert, StorageError, Unavailable
from storage.lanes import Batch, Job, Lane, Lanes
from storage.log_counts import LogCounts
from storage.log_reader import LogReader
from storage.numbering import Tail

logger = logging.getLogger("huitang.storage.log")

BATCH_MAX = 500  # entries in one insert; bounds how long one batch can hold its topics
WRITERS = 2  # one prepares and settles while the database works for the other; more only make batches smaller
RACES_MAX = 200  # numbers lost in a row; reaching it means the end of the topic cannot be read, not bad luck
RIVAL_S = 1.0  # a process that took a number is believed to go on writing for so long
LOUD = 4  # appends of one lane in a batch: with fewer, turns cost more than refusals
TURN = 2.5  # a turn is longer than a batch: a rival that lost reads the end before it writes
PAUSE_MAX_S = 0.05  # longest turn left to a rival
NUMBER_INDEXES = frozenset({"log_topic_seq", "log_counter_n"})
CID_INDEX = "log_sender_cid"

Place = tuple[Lane, Job, Entry]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the log lends.

    Attributes:
        insert: Stores documents in order, stopping at the first refused one (PartialInsert).
        insert_each: Stores every document that is not refused; returns position -> error.
        tell: Given the entries of one topic after they are durable, in seq order.
        wake_outbox: Given the appends that are durable.
        own: Starts a coroutine in a task that nobody cancels.
    """

    insert: Callable[[Sequence[Document]], Awaitable[None]]
    insert_each: Callable[[Sequence[Document]], Awaitable[dict[int, StorageError]]]
    tell: Callable[[Sequence[Entry]], None]
    wake_outbox: Callable[[Sequence[Append]], None]
    own: Callable[[Coroutine[Any, Any, None]], object]


class GroupCommit:
    """Writes what waits in the lanes.

    Args:
        reader: Reads ends of topics and originals of retries.
        lanes: What waits.
        clock: Time of entries.
        hooks: Who is told.
        counts: Written in place.
    """

    def __init__(
        self, reader: LogReader, lanes: Lanes, clock: Clock, hooks: Hooks, counts: LogCounts
    ) -> None:
        self._reader = reader
        self._lanes = lanes
        self._clock = clock
        self._hooks = hooks
        self._counts = counts
        self._writing_count = 0
        self._batch_s = 0.002

    def wake(self) -> None:
        """Something waits: let a writer look, if one is free."""
        if self._lanes.has_ready and self._writing_count < WRITERS:
            self._writing_count += 1
            self._hooks.own(self._write_on())

    async def _write_on(self) -> None:
        try:
            while batch := self._lanes.take(BATCH_MAX):
                await self._write(batch)
        finally:
            self._writing_count -= 1

    async def _write(self, batch: Batch) -> None:
        jobs = [job for _, some in batch for job in some]
        try:
            await self._attempt(batch)
        except Exception as error:  # whatever it is, every waiting caller must hear of it
            logger.error("a batch of %d entries failed: %s", len(jobs), type(error).__name__)
            for lane, _ in batch:
                lane.tail = None
            unsettled = [job for job in jobs if not job.done.done()]
            self._counts.failed += len(unsettled)
            for job in unsettled:
                job.fail(error)
        finally:
            self._release(batch)

    def _release(self, batch: Batch) -> None:
        """Count what is settled, put the rest back, let the lanes go."""
        for lane, jobs in batch:
            rest = [job for job in jobs if not job.done.done()]
            self._lanes.settled(len(jobs) - len(rest))
            self._lanes.put_back(lane, rest)
            pause_s = self._pause_s(lane, len(jobs))
            self._lanes.leave(lane, hold=pause_s > 0)
            if pause_s > 0:
                lane.pause = asyncio.get_running_loop().call_later(pause_s, self._resume, lane)

    def _resume(self, lane: Lane) -> None:
        lane.pause = None
        self._lanes.resume(lane)
        self.wake()

    def heard(self, topic: str, seq: int) -> None:
        """Another process says that it has stored up to `seq`: what is believed of the end is old, and it is our turn.

        The end is read again and not taken from the note: the index refuses a number that is taken, but nothing would
        refuse one that leaves a hole.
        """
        lane = self._lanes.known(topic)
        if lane is None:
            return
        if lane.tail is not None and not lane.busy and seq > lane.tail.seq:
            lane.tail = None
        if lane.busy or lane.waiting:
            lane.rival_until_s = asyncio.get_running_loop().time() + RIVAL_S
        if lane.pause is not None:
            lane.pause.cancel()
            self._resume(lane)

    def _pause_s(self, lane: Lane, written_count: int) -> float:
        """How long the lane keeps still after a batch with so many of its appends, in seconds."""
        if lane.rival_until_s <= asyncio.get_running_loop().time():
            return 0
        if lane.races:  # the rival has just finished: our turn, unless we keep losing
            return random.uniform(0, 0.002 * min(lane.races - 1, 10))  # noqa: S311 - spreads rivals
        return min(TURN * self._batch_s, PAUSE_MAX_S) if written_count >= LOUD else 0

    # -- one batch -------------------------------------------------------------------------------------------------

    async def _attempt(self, batch: Batch) -> None:
        await self._read_ends(batch)
        places = self._number(batch)
        if not places:
            return
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        stored, refused = await self._store(places)
        took_s = loop.time() - began_s
        self._batch_s = 0.8 * self._batch_s + 0.2 * took_s
        self._counts.commit_ms.observe(round(took_s * 1_000))
        self._counts.batch_entries.observe(len(stored))
        self._settle(stored)
        for place, error in refused:
            await self._refuse(place, error)

    async def _store(
        self, places: Sequence[Place]
    ) -> tuple[Sequence[Place], list[tuple[Place, StorageError]]]:
        """Insert; returns what is durable, and what was refused and why. What is in neither was not tried."""
        documents = [to_document(entry, job.append.facts) for _, job, entry in places]
        if len({id(lane) for lane, _, _ in places}) == len(places) > 1:  # one of each topic: no order to keep
            refusals = await self._hooks.insert_each(documents)
            refused = [(places[position], error) for position, error in refusals.items()]
            return [place for k, place in enumerate(places) if k not in refusals], refused
        try:
            await self._hooks.insert(documents)
        except PartialInsert as partial:
            return places[: partial.done], [(places[partial.done], partial)]
        return places, []

    async def _read_ends(self, batch: Batch) -> None:
        """Read what is not known of the ends of the batch's topics: one question for seqs, one for each counter.

        All at the same time. When somebody writes in between, either the seq or the ordinal is one that is taken, and the
        index refuses it.
        """
        heads = [lane.topic for lane, _ in batch if lane.tail is None]
        ordinals: dict[str, list[str]] = {}
        for lane, jobs in batch:
            for counter in (lane.tail or Tail(0)).unknown([job.append for job in jobs]):
                ordinals.setdefault(counter, []).append(lane.topic)
        if not heads and not ordinals:
            return
        lanes = {lane.topic: lane for lane, _ in batch}
        reads = [self._reader.tails(topics, counter) for counter, topics in ordinals.items()]
        if heads:
            found, newest = await asyncio.gather(self._reader.heads(heads), asyncio.gather(*reads))
            for topic, seq in found.items():
                lanes[topic].tail = Tail(seq)
        else:
            newest = await asyncio.gather(*reads)
        for (counter, topics), entries in zip(ordinals.items(), newest, strict=True):
            for topic in topics:
                entry = entries.get(topic)
                if (tail := lanes[topic].tail) is not None:
                    tail.counters[counter] = 0 if entry is None or entry.n is None else entry.n

    def _number(self, batch: Batch) -> list[Place]:
        """Entries for all appends of the batch; those of one topic stand together."""
        at_ms = self._clock.now_ms()
        places: list[Place] = []
        for lane, jobs in batch:
            if lane.tail is not None:
                entries = lane.tail.number([job.append for job in jobs], at_ms)
                places.extend((lane, job, entry) for job, entry in zip(jobs, entries, strict=True))
        return places

    def _settle(self, places: Sequence[Place]) -> None:
        """These are durable: advance, tell, answer; topic by topic."""
        start = 0
        while start < len(places):
            lane = places[start][0]
            end = start
            while end < len(places) and places[end][0] is lane:
                end += 1
            entries = [entry for _, _, entry in places[start:end]]
            if lane.tail is not None:
                lane.tail.advance(entries)
            lane.races = 0
            self._hooks.tell(entries)
            self._hooks.wake_outbox([job.append for _, job, _ in places[start:end]])
            for _, job, entry in places[start:end]:
                job.settle(Appended(entry))
            start = end

    async def _refuse(self, place: Place, refused: StorageError) -> None:
        """This append was refused: a known client id, a number that was taken, or a fault of its own."""
        lane, job, _ = place
        if not isinstance(refused, Duplicate):
            job.fail(refused)
        elif refused.index == CID_INDEX:
            original = await self._reader.by_cid(job.append.sender or "", job.append.cid or "")
            if original is not None:  # else not yet visible to majority reads: it goes again
                self._counts.duplicates += 1
                job.settle(Appended(original, duplicate=True))
        elif refused.index in NUMBER_INDEXES:
            lane.tail = None
            lane.races += 1
            lane.rival_until_s = asyncio.get_running_loop().time() + RIVAL_S
            self._counts.races += 1
            if lane.races > RACES_MAX:
                job.fail(Unavailable("the head of the topic cannot be settled"))
        else:
            job.fail(refused)


async def read_tail(
    reader: LogReader, tail: Tail | None, topic: str, appends: Sequence[Append], unit: Unit | None = None
) -> Tail:
    """The end of a topic with every counter the appends need; what `tail` knows is not read again.

    Args:
        reader: The log.
        tail: What is believed; None for nothing.
        topic: Its name.
        appends: What is to be numbered.
        unit: The open transaction to read in.
    """
    known = tail or Tail((await reader.head(topic, unit=unit)).seq)
    for counter in known.unknown(appends):
        known.counters[counter] = await reader.counter_head(topic, counter, unit=unit)
    return known
