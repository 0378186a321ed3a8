"""Entering topics without a seam: subscribe, resume, replay, heartbeat.

The order is always the same (realtime.md 7): take a seat, so that live entries are buffered; ask whether the caller may be
there; read the log; send the answer; splice the buffer behind it in the same turn. May be imported by server and tests.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from channels.core.context import Reader
from channels.core.counts import Counts
from channels.core.framing import text_frame
from channels.core.hub import Hub
from channels.core.paging import PAGE_BYTES, Budget, Page, Pager, Wish
from channels.core.refusals import RETRY_MS
from channels.core.registry import Registry
from channels.core.seats import Seat
from channels.core.visitor import Visitor
from channels.protocol.base import WireModel
from channels.protocol.codec import encode, encode_reply, encode_resumed, encode_with_events
from channels.protocol.errors import BUSY, CONFLICT, NOT_SUBSCRIBED, TOO_MANY_TOPICS, UNKNOWN_TOPIC, Refused
from channels.protocol.frames import (
    MAX_TOPICS,
    Beat,
    Heartbeat,
    Position,
    Replay,
    Replayed,
    Resume,
    Subscribe,
    Subscribed,
)
from channels.protocol.topics import parse_topic

RESUME_EVENTS = 400  # events in one resume answer, over all topics; the rest is paged with replay
TOPIC_BYTES = 4_096  # of them for one topic at least: one long message
READS_AT_ONCE = 4  # topics of one resume read at the same time; others want the database, too
ATTEMPTS = 5  # readings of a topic that runs away from its reader before it is told to come back


async def _at_once(_topic: str) -> None:
    return None


class Recovery:
    """Lets readers into topics.

    Args:
        hub: Where they sit.
        registry: Topics.
        reader: Stores, for the features.
        pager: Reads what was missed.
        counts: Written in place.

    Attributes:
        tuned: Waits until notes of other processes about a topic are heard; between taking a seat and reading the log.
    """

    def __init__(self, hub: Hub, registry: Registry, reader: Reader, pager: Pager, counts: Counts) -> None:
        self._counts = counts
        self._hub = hub
        self._topics = registry.topics
        self._reader = reader
        self._pager = pager
        self.tuned: Callable[[str], Awaitable[None]] = _at_once

    async def subscribe(self, visitor: Visitor, command: Subscribe) -> None:
        """Let a caller into one topic and answer.

        Raises:
            Refused: UNKNOWN_TOPIC, TOO_MANY_TOPICS, CONFLICT (asked anew meanwhile), BUSY.
            StorageError: The store could not answer; the caller is not in the topic.
        """
        self._check_count(visitor, [command.topic])
        seat, page = await self.enter(visitor, command.topic, command.since, Budget())
        self._answer(visitor, command.ref, self._subscribed(command.topic, page))
        self._join(seat, page)

    async def resume(self, visitor: Visitor, command: Resume) -> list[str]:
        """Let a caller into many topics again and answer once.

        Returns:
            The topics the caller is in now.

        Raises:
            Refused: TOO_MANY_TOPICS, BUSY.
            StorageError: The store could not answer; the caller is in none of the topics.
        """
        self._check_count(visitor, command.topics)
        share = max(1, len(command.topics))
        budget = Budget(max(1, RESUME_EVENTS // share), max(TOPIC_BYTES, PAGE_BYTES // share))
        try:
            entered = await self._enter_all(visitor, command.topics, budget)
            for _ in range(ATTEMPTS):
                astray = [topic for topic, place in entered.items() if not self._fits(*place)]
                if not astray:
                    return self._join_all(visitor, command, entered)
                again = await self._enter_all(visitor, {t: command.topics[t] for t in astray}, budget)
                entered = {topic: place for topic, place in entered.items() if topic not in astray} | again
            raise Refused(BUSY, retry_after_ms=RETRY_MS)
        except BaseException:
            for topic in command.topics:
                self._hub.detach(visitor.link, topic)
            raise

    async def replay(self, visitor: Visitor, command: Replay) -> None:
        """Answer with entries of a topic the caller is in.

        Raises:
            Refused: NOT_SUBSCRIBED.
            StorageError: The store could not answer.
        """
        await visitor.settled()
        self._check_in(visitor, command.topic)
        events, more = await self._pager.replay(command.topic, command.after, command.before, command.limit)
        await visitor.settled()
        self._check_in(visitor, command.topic)
        result = Replayed(topic=command.topic, events=[], more=more)
        self._answer(visitor, command.ref, encode_with_events(result, events))

    def beat(self, visitor: Visitor, command: Heartbeat) -> None:
        """Answer with the time and the heads of the caller's topics."""
        beat = Beat(server_time_ms=self._reader.clock.now_ms(), heads=self._hub.heads(visitor.link))
        self._answer(visitor, command.ref, encode(beat))

    # -- inside ----------------------------------------------------------------------------------------------------

    async def enter(
        self, visitor: Visitor, topic: str, since: Position | None, budget: Budget
    ) -> tuple[Seat, Page]:
        """Seat a caller, ask whether it may be there, read what it missed; the seat is given up when any of it fails.

        Returns:
            A seat and a page that fit together at this moment: answer and join without waiting in between.
        """
        kind, ident = parse_topic(topic)
        row = self._topics.get(kind)
        if row is None:
            raise Refused(UNKNOWN_TOPIC)

        async def snapshot() -> WireModel:
            return await row.snapshot(visitor.actor, ident, self._reader)

        seat = self._hub.attach(visitor.link, topic)
        try:
            if not await row.may_enter(visitor.actor, ident, self._reader):
                raise Refused(UNKNOWN_TOPIC)
            await self.tuned(topic)
            return seat, await self._catch_up(visitor, seat, Wish(topic, since, budget, snapshot))
        except BaseException:
            if self._hub.is_current(seat):
                self._hub.detach(visitor.link, topic)
            raise

    async def _catch_up(self, visitor: Visitor, seat: Seat, wish: Wish) -> Page:
        """Read until the page and what was buffered meanwhile leave no hole."""
        for _ in range(ATTEMPTS):
            seat.restart()
            page = await self._pager.read(wish, seat.stream.order)
            await visitor.settled()
            if not self._hub.is_current(seat):
                raise Refused(CONFLICT if wish.topic in visitor.link.seats else UNKNOWN_TOPIC)
            if self._hub.joins_at(seat, page.head):
                return page
        raise Refused(BUSY, retry_after_ms=RETRY_MS)

    async def _enter_all(
        self, visitor: Visitor, topics: Mapping[str, Position], budget: Budget
    ) -> dict[str, tuple[Seat, Page]]:
        """Enter the topics that are open to the caller; the others are left out."""
        entered: dict[str, tuple[Seat, Page]] = {}
        slots = asyncio.Semaphore(READS_AT_ONCE)

        async def enter(topic: str, since: Position) -> None:
            async with slots:
                try:
                    entered[topic] = await self.enter(visitor, topic, since, budget)
                except Refused as refused:
                    if refused.row.temporary:
                        raise

        try:
            async with asyncio.TaskGroup() as group:
                for topic, since in topics.items():
                    group.create_task(enter(topic, since))
        except ExceptionGroup as many:
            raise many.exceptions[0] from many
        return entered

    def _join_all(
        self, visitor: Visitor, command: Resume, entered: Mapping[str, tuple[Seat, Page]]
    ) -> list[str]:
        parts = {topic: self._subscribed(topic, page) for topic, (_, page) in entered.items()}
        lost = [topic for topic in command.topics if topic not in entered]
        self._counts.resumes["lost"] += len(lost)
        self._answer(visitor, command.ref, encode_resumed(parts, lost))
        for seat, page in entered.values():
            self._join(seat, page)
        return list(entered)

    def _join(self, seat: Seat, page: Page) -> None:
        self._hub.join(seat, page.head)
        seat.stream.order.recall(page.items)
        self._counts.resumes[page.outcome] += 1

    def _fits(self, seat: Seat, page: Page) -> bool:
        return self._hub.is_current(seat) and self._hub.joins_at(seat, page.head)

    def _check_count(self, visitor: Visitor, topics: Iterable[str]) -> None:
        if len(visitor.link.seats.keys() | set(topics)) > MAX_TOPICS:
            raise Refused(TOO_MANY_TOPICS)

    def _check_in(self, visitor: Visitor, topic: str) -> None:
        if not self._hub.is_in(visitor.link, topic):
            raise Refused(NOT_SUBSCRIBED)

    def _subscribed(self, topic: str, page: Page) -> bytes:
        recovered = page.snapshot is None
        epoch = self._pager.epoch
        result = Subscribed(topic=topic, epoch=epoch, head=page.head, recovered=recovered, gap=page.gap)
        return encode_with_events(result, page.events, page.snapshot)

    def _answer(self, visitor: Visitor, ref: int, result: bytes) -> None:
        self._hub.send(visitor.link, text_frame(encode_reply(ref, result)))
