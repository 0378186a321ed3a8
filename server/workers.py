"""What runs beside requests in every serving process: facts to their handlers, beats of features, and sweeping up.

Each worker survives a store that is away for a while. May be imported by server and tests.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog

from channels.core.actor import Actor
from channels.core.context import Context
from channels.core.exchange import Exchange
from channels.core.feature import BeatRow, FactRow
from server.files.shelf import Shelf
from server.ground import Ground
from storage.blobs import Blobs
from storage.clock import Clock
from storage.errors import StorageError
from storage.ids import AccountId, SessionId
from storage.outbox import FactHandler, Outbox

logger = structlog.stdlib.get_logger("huitang.workers")

PAUSE_S = 2.0
"""After a store that did not answer."""

SWEEP_EVERY_S = 3_600.0
LEFT_OVER_MS = 3_600_000
"""Pieces of an upload that nobody finished are left alone for an hour: the slowest line is done by then."""

UPLOADS_EVERY_S = 20.0
"""Files of a recalled message are closed at once and their bytes gone within this time."""

NOBODY = Actor(
    account=AccountId("system"),
    session=SessionId("system"),
    org=None,
    member=None,
    units=frozenset(),
    grants=(),
)
"""Who acts when a fact is handled: no rights of its own; handlers of facts ask for none."""


def fact_handlers(ground: Ground, exchange: Exchange) -> dict[str, list[FactHandler]]:
    """Fact kind -> what the features do about it."""
    return {
        kind: [partial(_handle, row, ground, exchange) for row in rows]
        for kind, rows in ground.registry.facts.items()
    }


async def _handle(
    row: FactRow, ground: Ground, exchange: Exchange, body: dict[str, Any], fact_id: str
) -> None:
    await row.handle(body, fact_id, _context(ground, exchange))


async def hand_out_facts(ground: Ground, exchange: Exchange) -> None:
    """Handle facts until cancelled."""
    outbox = Outbox(ground.mongo, ground.log, ground.clock, fact_handlers(ground, exchange))
    await for_ever("facts", outbox.run)


async def keep_beats(ground: Ground, exchange: Exchange, wanted: bool) -> None:
    """What features do again and again, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for feature in ground.registry.features if wanted else ():
            for row in feature.beats:
                group.create_task(_beat(row, ground, exchange), name=f"beat {feature.name}.{row.name}")


async def _beat(row: BeatRow, ground: Ground, exchange: Exchange) -> None:
    while True:
        try:
            await row.beat(_context(ground, exchange))
        except StorageError as fault:
            logger.warning("beat failed", worker=row.name, fault=type(fault).__name__)
        await asyncio.sleep(row.every_s)


def _context(ground: Ground, exchange: Exchange) -> Context:
    return Context(
        NOBODY, ground.clock.now_ms(), ground.reader, exchange.publish_live, exchange.access_changed
    )


async def sweep(blobs: Blobs, clock: Clock) -> None:
    """Remove pieces of attachments that were never finished, once an hour until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        try:
            removed = await blobs.sweep(clock.now_ms() - LEFT_OVER_MS)
        except StorageError as fault:
            logger.warning("sweeping failed", fault=type(fault).__name__)
        else:
            logger.info("swept", removed=removed)


def shelf_of(ground: Ground) -> Shelf:
    """Uploads of the installation."""
    return Shelf(ground.mongo, ground.blobs, ground.clock)


async def sweep_uploads(shelf: Shelf) -> None:
    """Remove files of messages that are gone, and files nobody sent within a day, until cancelled."""
    while True:
        await asyncio.sleep(UPLOADS_EVERY_S)
        try:
            while await shelf.sweep():
                pass
        except StorageError as fault:
            logger.warning("sweeping uploads failed", fault=type(fault).__name__)


async def for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` again whenever the store fails it, until cancelled."""
    while True:
        try:
            await work()
        except StorageError as fault:
            logger.warning("worker pauses", worker=name, fault=type(fault).__name__, pause_s=PAUSE_S)
            await asyncio.sleep(PAUSE_S)
