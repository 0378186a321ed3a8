"""Where the hub's entries come from: commits of this process, notes of the others, and the log itself for every gap.

The bus is a wake-up, never a source (realtime.md 6). Whatever it loses is found by one of three: the next entry of the topic
(a jump), the heads that every process announces, or the comparison of all heads with the database, which runs at once
after the bus came back, every second while nothing is heard over it, and rarely otherwise (a process may have died
between its commit and its note). May be imported by server and tests.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import orjson
import structlog

from channels.core.counts import Counts
from channels.core.framing import payload_of, text_frame
from channels.core.hub import Hub
from channels.core.partitions import Partitions
from channels.core.relay import Head, Relay
from channels.core.rendering import Rendering
from channels.core.sequencer import Item
from channels.protocol.frames import PAGE_EVENTS
from storage.bus.port import Bus
from storage.clock import Clock
from storage.errors import StorageError
from storage.log import Entry, TopicLog
from storage.tasks import Tasks

log = structlog.get_logger(__name__)

HEADS_IN_ONE = 500  # topics per note and per question to the database
RECENT_TOPICS = 10_000  # topics whose commits are announced; more are left to the comparison


@dataclass(frozen=True, slots=True)
class FeedTimes:
    """When the feed looks for what it missed.

    Attributes:
        grace_ms: A jump often mends itself within this: another process's note is on its way.
        announce_ms: Between two announcements of heads.
        active_ms: A topic is announced so long after its last commit here.
        deaf_ms: Own announcements not heard for so long: the bus is gone.
        poll_ms: Between two comparisons while the bus is gone.
        compare_ms: Between two comparisons otherwise.
        retry_ms: Pause after the database could not answer.
    """

    grace_ms: int = 10
    announce_ms: int = 2_000
    active_ms: int = 10_000
    deaf_ms: int = 5_000
    poll_ms: int = 1_000
    compare_ms: int = 30_000
    retry_ms: int = 500


@dataclass(frozen=True, slots=True)
class Sources:
    """What a feed draws from.

    Attributes:
        log: The topic log of this process.
        bus: Only asked for reconnects; notes go through the relay.
        relay: Heads.
        partitions: Notes about topics.
        rendering: Entries to frames.
        clock: Time.
        counts: Written in place.
        several: True when other processes serve the same database; one alone sends no notes.
    """

    log: TopicLog
    bus: Bus
    relay: Relay
    partitions: Partitions
    rendering: Rendering
    clock: Clock
    counts: Counts
    several: bool = True


class Feed:
    """Keeps one hub fed.

    Args:
        hub: Who is fed.
        sources: With what.
        tasks: Owns the loops and repairs.
        times: When to look.
    """

    def __init__(self, hub: Hub, sources: Sources, tasks: Tasks, times: FeedTimes | None = None) -> None:
        self._hub = hub
        self._from = sources
        self._tasks = tasks
        self._times = times or FeedTimes()
        self._active: dict[str, tuple[int, int]] = {}
        self._mending: set[str] = set()
        self._mend_slots = asyncio.Semaphore(8)
        self._echo_ms = sources.clock.monotonic_ms()
        self._compare_now = asyncio.Event()

    async def start(self) -> None:
        """Listen to everything; returns when the subscriptions stand."""
        self._hub.on_gap = self._gap
        self._from.log.listeners.append(self._committed)
        self._from.bus.on_reconnect(self._compare_now.set)
        if self._from.several:
            self._from.partitions.carry("log", self._heard_entries)
            await self._from.relay.listen("heads", self._heard_heads, own=True)
            self._tasks.start(self._announce(), name="feed: announce heads")
        self._tasks.start(self._compare(), name="feed: compare heads")

    def is_deaf(self) -> bool:
        """True while the bus has no link, or not even the own announcements come back over it."""
        silent_ms = self._from.clock.monotonic_ms() - self._echo_ms
        return self._from.several and (not self._from.bus.linked or silent_ms > self._times.deaf_ms)

    def stop(self) -> None:
        """Hear no more commits."""
        if self._committed in self._from.log.listeners:
            self._from.log.listeners.remove(self._committed)

    # -- commits here ----------------------------------------------------------------------------------------------

    def _committed(self, entries: Sequence[Entry]) -> None:
        for topic, group in groupby(entries, key=lambda entry: entry.topic):
            mine = list(group)
            self._remember(topic, mine[-1].seq)
            if self._from.several or self._hub.stream(topic) is not None:
                items = [self._from.rendering.item(entry) for entry in mine]
                self._hub.deliver(topic, items)
                if self._from.several:
                    self._tell(topic, items)

    def _tell(self, topic: str, items: Sequence[Item]) -> None:
        head = {"seqs": [i.seq for i in items], "revises": [i.revises for i in items]}
        self._from.partitions.say("log", topic, head, [payload_of(item.frame) for item in items])

    def _remember(self, topic: str, seq: int) -> None:
        self._active.pop(topic, None)
        self._active[topic] = (seq, self._from.clock.monotonic_ms())
        if len(self._active) > RECENT_TOPICS:
            del self._active[next(iter(self._active))]

    # -- notes of others -------------------------------------------------------------------------------------------

    def _heard_entries(self, head: Head, lines: Sequence[bytes]) -> None:
        topic, seqs = str(head["topic"]), head["seqs"]
        if seqs:
            self._from.log.heard(topic, int(seqs[-1]))
        if self._hub.stream(topic) is None:
            return
        items = []
        for seq, revises, line in zip(seqs, head["revises"], lines, strict=True):
            event = orjson.loads(line)
            if event["topic"] != topic or event["seq"] != seq or type(seq) is not int:
                raise ValueError("a note contradicts itself")
            items.append(Item(seq, text_frame(line), bool(revises)))
        self._hub.deliver(topic, items)

    def _heard_heads(self, head: Head, _lines: Sequence[bytes]) -> None:
        if head["node"] == self._from.relay.node:
            self._echo_ms = self._from.clock.monotonic_ms()
            return
        for topic, seq in head["heads"].items():
            self._from.log.heard(str(topic), int(seq))
            self._hub.heard_head(str(topic), int(seq))

    # -- looking for what was missed -------------------------------------------------------------------------------

    def _gap(self, topic: str) -> None:
        if topic not in self._mending:
            self._mending.add(topic)
            self._tasks.start(self._mend(topic), name="feed: mend a gap")

    async def _mend(self, topic: str) -> None:
        """Read the log from the cursor on until the topic has no gap, or no reader here."""
        try:
            await asyncio.sleep(self._times.grace_ms / 1_000)
            mended = False
            while (stream := self._hub.stream(topic)) is not None and stream.order.has_gap:
                async with self._mend_slots:
                    try:
                        entries = await self._from.log.since(topic, stream.order.cursor, PAGE_EVENTS)
                    except StorageError:
                        entries = None
                if entries:
                    self._from.counts.gaps += not mended
                    self._from.counts.gap_entries += len(entries)
                    mended = True
                    self._hub.deliver(topic, [self._from.rendering.item(entry) for entry in entries])
                elif entries is not None:
                    stream.order.give_up()
                else:
                    await asyncio.sleep(self._times.retry_ms / 1_000)
        finally:
            self._mending.discard(topic)

    async def _announce(self) -> None:
        while True:
            late_ms = self._from.clock.monotonic_ms() - self._times.active_ms
            for topic in [topic for topic, (_, at_ms) in self._active.items() if at_ms < late_ms]:
                del self._active[topic]
            heads = iter({topic: seq for topic, (seq, _) in self._active.items()}.items())
            part = dict(islice(heads, HEADS_IN_ONE))
            self._from.relay.say(
                "heads", {"heads": part}
            )  # also when empty: the echo says that the bus lives
            while part := dict(islice(heads, HEADS_IN_ONE)):
                self._from.relay.say("heads", {"heads": part})
            await asyncio.sleep(self._times.announce_ms / 1_000)

    async def _compare(self) -> None:
        """Compare the heads of all topics read here with the database, now and then and when there is a reason."""
        while True:
            await self._until_due()
            self._compare_now.clear()
            try:
                await self._compare_all()
            except StorageError as error:
                log.warning("heads could not be compared", fault=type(error).__name__)
                await asyncio.sleep(self._times.retry_ms / 1_000)
                self._compare_now.set()

    async def _until_due(self) -> None:
        waited_ms = 0
        while not self._compare_now.is_set():
            if waited_ms >= (self._times.poll_ms if self.is_deaf() else self._times.compare_ms):
                return
            step_ms = min(self._times.poll_ms, self._times.compare_ms)
            try:
                async with asyncio.timeout(step_ms / 1_000):
                    await self._compare_now.wait()
            except TimeoutError:
                waited_ms += step_ms

    async def _compare_all(self) -> None:
        topics = iter(self._hub.topics())
        while part := list(islice(topics, HEADS_IN_ONE)):
            for topic, seq in (await self._from.log.heads(part)).items():
                self._hub.heard_head(topic, seq)
