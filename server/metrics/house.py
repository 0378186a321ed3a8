"""Metrics of one process, put together: where the figures come from, what is sampled, and what a scrape is told.

    async with open_metrics(ground, exchange) as metrics:     # None when no token is set: nothing runs then
        text = await metrics.expose(open_format=False)

May be imported by server and tests.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from channels.core.exchange import Exchange
from channels.protocol.errors import CORE_ERRORS
from server.ground import Ground
from server.metrics.collector import MomentCollector
from server.metrics.exposition import brief_of, text_of, together
from server.metrics.http_times import HttpTimes
from server.metrics.machine import machine_use
from server.metrics.moment import LOOP_LAG_MS, Moment, Standing
from server.metrics.places import Place
from storage.errors import StorageError
from storage.histogram import Histogram
from storage.log import LOG
from storage.tasks import Tasks

log = structlog.get_logger(__name__)

PUBLISH_EVERY_S = 2.0
LOOP_EVERY_MS = 500
FACTS_EVERY_S = 10.0
FACTS_COUNTED = 1_000
"""Counting costs the database an index entry each; that there are so many is all one needs to know."""

LIMIT_S = 5.0
"""Longest wait for files and for scrapes that came before."""


class Metrics:
    """The figures of one process.

    Args:
        ground: Databases and bus.
        exchange: The real-time core.
        place: Where siblings find our figures; None for a single process, which writes no files.

    Attributes:
        http: To be told of every request.
        scraping: Held while a scrape is answered: one after the other.
    """

    def __init__(self, ground: Ground, exchange: Exchange, place: Place | None) -> None:
        self.http = HttpTimes()
        self._ground = ground
        self._exchange = exchange
        self._place = place
        self._worker = str(place.number if place else 0)
        self._loop_lag_ms = Histogram(LOOP_LAG_MS)
        self._facts: int | None = None
        rows = (*CORE_ERRORS, *ground.registry.errors.values())
        self._refusals = frozenset(row.key for row in rows)
        self.scraping = asyncio.Lock()
        self._troubled = False

    async def expose(self, *, open_format: bool) -> str:
        """The figures of all workers: the own ones of now, those of the others as of two seconds ago at most.

        Raises:
            TimeoutError: Files or other scrapes kept us waiting.
        """
        async with asyncio.timeout(LIMIT_S), self.scraping:
            return await asyncio.to_thread(self._written, self._look(), open_format=open_format)

    async def publish_for_ever(self) -> None:
        """Leave the figures for the siblings every two seconds, until cancelled."""
        while self._place is not None:
            try:
                async with asyncio.timeout(LIMIT_S):
                    await asyncio.to_thread(self._publish, self._place, self._look())
                self._troubled = False
            except OSError as fault:  # a TimeoutError is one, too
                if not self._troubled:
                    log.warning("figures cannot be left for the siblings", fault=type(fault).__name__)
                self._troubled = True
            await asyncio.sleep(PUBLISH_EVERY_S)

    async def watch_loop(self) -> None:
        """Sample how late the event loop wakes us, until cancelled."""
        clock = self._ground.clock
        while True:
            asked_ms = clock.monotonic_ms() + LOOP_EVERY_MS
            await asyncio.sleep(LOOP_EVERY_MS / 1_000)
            self._loop_lag_ms.observe(max(0, clock.monotonic_ms() - asked_ms))

    async def watch_facts(self) -> None:
        """Count the facts that wait in the outbox, until cancelled."""
        entries = self._ground.mongo[LOG]
        while True:
            try:
                self._facts = await entries.count(
                    {"pending_since_ms": {"$exists": True}}, limit=FACTS_COUNTED
                )
            except StorageError:
                self._facts = None
            await asyncio.sleep(FACTS_EVERY_S)

    # Beside the event loop: with 150 series of requests a text took 30 ms to write.

    def _written(self, moment: Moment, *, open_format: bool) -> str:
        own = text_of(self._collector(moment), open_format=open_format)
        return own if self._place is None else together(own, self._place.others())

    def _publish(self, place: Place, moment: Moment) -> None:
        place.publish(brief_of(self._collector(moment)))

    def _collector(self, moment: Moment) -> MomentCollector:
        return MomentCollector(replace(moment, machine=machine_use()), self._worker)

    # In it: nothing moves meanwhile.

    def _look(self) -> Moment:
        ground, exchange = self._ground, self._exchange
        return Moment(
            core=exchange.counts,
            log=ground.log.counts,
            bus=ground.bus.counts,
            http=self.http,
            loop_lag_ms=self._loop_lag_ms,
            now=Standing(
                sockets=exchange.connection_count,
                sessions=exchange.session_count,
                topics=len(exchange.hub.topics()),
                subscriptions=exchange.subscription_count,
                lagging=exchange.lagging_count,
                commands=exchange.command_count,
                log_waiting=ground.log.waiting_count,
                mongo_waiting=ground.mongo.waiting,
                mongo_under_way=ground.mongo.under_way,
                bus_linked=ground.bus.linked,
                bus_queued_bytes=ground.bus.queued_bytes,
                facts_pending=self._facts,
            ),
            at_ms=ground.clock.now_ms(),
            refusals=self._refusals,
        ).still()


@asynccontextmanager
async def open_metrics(ground: Ground, exchange: Exchange) -> AsyncIterator[Metrics | None]:
    """Collect while the block runs; nothing at all when no token is set.

    Raises:
        NotReady: One of several workers cannot use the folder below `data_dir`.
    """
    settings = ground.settings
    if settings.metrics_token is None:
        yield None
        return
    place = None
    if settings.workers > 1:
        folder = settings.data_dir.resolve() / "run" / "metrics"
        place = await asyncio.to_thread(Place.take, folder, os.getppid())
    metrics = Metrics(ground, exchange, place)
    try:
        async with Tasks() as tasks:
            tasks.start(metrics.watch_loop(), name="metrics: event loop")
            tasks.start(metrics.watch_facts(), name="metrics: facts")
            tasks.start(metrics.publish_for_ever(), name="metrics: publish")
            yield metrics
    finally:
        if place is not None:
            place.leave()
