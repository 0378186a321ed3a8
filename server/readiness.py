"""Whether new people should be sent to this process. May be imported by server and tests.

Asked by load balancers every second or two, often by several at once: the database is looked at once a second at most, and
nobody waits longer than 2 s for the answer.
"""

import asyncio
from enum import Enum

from storage.client import Mongo
from storage.clock import Clock
from storage.errors import StorageError
from storage.schema import known_migrations, schema_number

LIMIT_S = 2.0  # a primary that takes longer serves nobody well; probes give up after 3 s
FRESH_MS = 1_000


class Reason(Enum):
    """Why nobody should be sent here; the word that the answer shows."""

    LEAVING = "leaving"
    """A stop signal arrived: open sockets are served until the drain, new people belong elsewhere."""
    DATABASE = "database"
    """No primary of MongoDB answered in time."""
    SCHEMA = "schema"
    """The database is older than this code (an old backup was restored). A newer one is no reason: it was checked at the
    start, and an update that migrates first would otherwise take all old processes out at once."""


class Readiness:
    """The verdict of one process.

    Args:
        mongo: Asked for its schema number: a majority read from the primary.
        clock: Says how old the last finding is.

    Attributes:
        leaving: True from the stop signal on.
    """

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock
        self._expected = len(known_migrations())
        self._turn = asyncio.Lock()
        self._found: Reason | None = None
        self._found_at_ms: int | None = None
        self.leaving = False

    def leave(self) -> None:
        """From now on nobody should be sent here."""
        self.leaving = True

    async def why_not(self) -> Reason | None:
        """Why nobody should be sent here, None when all is well; answers within 2 s."""
        if self.leaving:
            return Reason.LEAVING
        try:
            async with asyncio.timeout(LIMIT_S), self._turn:
                if not self._fresh():
                    self._note(await self._look())
        except TimeoutError:
            self._note(Reason.DATABASE)
        return self._found

    def _fresh(self) -> bool:
        return self._found_at_ms is not None and self._clock.monotonic_ms() - self._found_at_ms < FRESH_MS

    def _note(self, found: Reason | None) -> None:
        self._found, self._found_at_ms = found, self._clock.monotonic_ms()

    async def _look(self) -> Reason | None:
        try:
            number = await schema_number(self._mongo)
        except StorageError:
            return Reason.DATABASE
        return Reason.SCHEMA if number < self._expected else None
