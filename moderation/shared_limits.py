"""Token buckets over several processes: counted here at once, settled with the others in the background.

A caller is answered from this process's bucket, without waiting. What was let pass is told to the shared store ten times a
second; its answer lowers our bucket to what all processes together have left. So a caller who uses N processes may get at
most N bursts within the first moment; the overdraft is paid back before the next token, and the rate over time is that of
one process. While the store is away each process limits by itself.

May be imported by server and tests.
"""

import asyncio
from dataclasses import dataclass
from itertools import islice

from moderation.limits import MemoryLimits
from storage.buckets import SharedBuckets, Spending
from storage.tasks import Tasks

BATCH = 500
"""Buckets settled in one call."""

KEYS_MAX = 10_000
"""Buckets that may wait to be settled; more are counted here only."""


@dataclass(frozen=True, slots=True)
class SettlingTimes:
    """When buckets are settled.

    Attributes:
        settle_ms: Between two calls; what comes meanwhile is told together.
        retry_ms: Pause after the store did not answer.
    """

    settle_ms: int = 100
    retry_ms: int = 1_000


class SharedLimits:
    """See moderation.limits.Limits.

    Args:
        local: The buckets of this process.
        shared: Where processes meet.
        times: When.

    Attributes:
        settled: Buckets settled since the start.
        failed: Buckets that were counted here only: the store did not answer, or too many waited.
    """

    def __init__(
        self, local: MemoryLimits, shared: SharedBuckets, times: SettlingTimes | None = None
    ) -> None:
        self._local = local
        self._shared = shared
        self._times = times or SettlingTimes()
        self._waiting: dict[str, Spending] = {}
        self._filled = asyncio.Event()
        self.settled = self.failed = 0

    def start(self, tasks: Tasks) -> None:
        """Begin to settle; `tasks` owns the loop."""
        tasks.start(self._settle_forever(), name="limits: settle")

    def take(self, key: str, burst: int, per_minute: int) -> int:
        """See Limits; answers at once."""
        wait_ms = self._local.take(key, burst, per_minute)
        if wait_ms == 0 and self._local.factor:
            self._note(key, burst * self._local.factor, per_minute * self._local.factor)
        return wait_ms

    # -- inside ----------------------------------------------------------------------------------------------------

    def _note(self, key: str, burst: int, per_minute: int) -> None:
        before = self._waiting.get(key)
        if before is None and len(self._waiting) >= KEYS_MAX:
            self.failed += 1
            return
        tokens = 1 if before is None else before.tokens + 1
        self._waiting[key] = Spending(key, tokens, burst, per_minute)
        self._filled.set()

    async def _settle_forever(self) -> None:
        while True:
            await self._filled.wait()
            await asyncio.sleep(self._times.settle_ms / 1_000)
            if not await self._settle():
                await asyncio.sleep(self._times.retry_ms / 1_000)

    async def _settle(self) -> bool:
        """Settle what waits, in one call; False when the store did not answer."""
        batch = [self._waiting.pop(key) for key in list(islice(self._waiting, BATCH))]
        levels = await self._shared.spend(batch)
        if levels is None:
            # What was let pass is not told later: by then it is refilled, here as there.
            self.failed += len(batch) + len(self._waiting)
            self._waiting.clear()
        else:
            self.settled += len(batch)
            for spending, level in zip(batch, levels, strict=True):
                since = self._waiting.get(spending.key)
                self._local.lower(spending, level, 0 if since is None else since.tokens)
        if not self._waiting:
            self._filled.clear()
        return levels is not None
