"""The outbox: facts that ride in log entries and are handled after the commit, at least once.

A fact is stored inside the log entry it came with, so it exists exactly when the entry does. A worker claims entries with
pending facts by moving `pending_since_ms` into the future (a lease, so several processes can work) and clears the mark when every
handler returned. A handler is called with the fact's id as idempotency key; it must bear being called again.

May be imported by the server.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from storage.client import Document, Mongo
from storage.clock import Clock
from storage.entries import LOG
from storage.log import TopicLog

logger = logging.getLogger("huitang.storage.outbox")

FactHandler = Callable[[dict[str, Any], str], Awaitable[None]]

LEASE_MS = 15_000  # a handler that takes longer is tried again elsewhere
TRIES_MAX = 20  # then the entry is parked: with 15 s between tries that is five minutes of failing
IDLE_S = 1.0  # how late facts of another process that died can be noticed, besides the lease


class Outbox:
    """Hands pending facts to their handlers.

    Args:
        mongo: The database.
        log: The log of this process; wakes the worker.
        clock: Time of leases.
        handlers: Fact kind -> handlers, called in order.
    """

    def __init__(
        self, mongo: Mongo, log: TopicLog, clock: Clock, handlers: Mapping[str, Sequence[FactHandler]]
    ) -> None:
        self._entries = mongo.collection(LOG)
        self._log = log
        self._clock = clock
        self._handlers = handlers

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._log.facts_committed.clear()
            while await self.step():
                pass
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._log.facts_committed.wait()
            except TimeoutError:
                continue

    async def step(self) -> bool:
        """Claim and handle one entry; False when none is due."""
        now = self._clock.now_ms()
        claimed = await self._entries.find_one_and_update(
            {"pending_since_ms": {"$lte": now}},
            {"$set": {"pending_since_ms": now + LEASE_MS}, "$inc": {"fact_tries": 1}},
        )
        if claimed is None:
            return False
        if await self._handle(claimed):
            await self._settle(claimed)
        elif claimed["fact_tries"] >= TRIES_MAX:
            logger.error(
                "facts of %s:%d are parked after %d tries", claimed["topic"], claimed["seq"], TRIES_MAX
            )
            await self._settle(claimed, {"facts_parked": True})
        return True

    async def _handle(self, claimed: Document) -> bool:
        for index, fact in enumerate(claimed["facts"]):
            fact_id = f"{claimed['topic']}:{claimed['seq']}:{index}"
            for handler in self._handlers.get(fact["kind"], ()):
                try:
                    await handler(fact["body"], fact_id)
                except Exception as error:  # one bad fact must not stop the outbox
                    logger.error("fact %s of kind %s failed: %s", fact_id, fact["kind"], type(error).__name__)
                    return False
        return True

    async def _settle(self, claimed: Document, marks: Document | None = None) -> None:
        update: Document = {"$unset": {"pending_since_ms": "", "fact_tries": ""}}
        if marks:
            update["$set"] = marks
        await self._entries.update_one({"topic": claimed["topic"], "seq": claimed["seq"]}, update)
