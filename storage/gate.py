"""The one door to the database: first come, first served, never wider than the connection pool.

Why: PyMongo's asyncio pool wakes waiters unfairly (measured: 48 of 64 tasks did one operation in 3 s); a first-in
first-out semaphore no larger than the pool cures it. Why operations are owned here: a caller that is cancelled (a client
that disconnects) must never cancel a driver call half way, or its connection is lost and its outcome unknown; the caller
leaves, the operation runs to its end and only then gives its place back.

Imported by storage only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from storage.errors import Busy, Unavailable

T = TypeVar("T")

GRACE_S = 2.0
"""The driver is told the time limit itself; this is how much later we stop waiting for a driver that does not keep it."""


class Gate:
    """A bounded first-in first-out queue in front of the driver.

    Args:
        places: How many operations may be under way at once (>= 1).
        waiting: How many callers may queue; one more is refused with Busy.
        timeout_s: Longest wait for a place, and the driver's own limit for one operation, in seconds.
    """

    def __init__(self, places: int, waiting: int, timeout_s: float) -> None:
        self._semaphore = asyncio.Semaphore(places)
        self._waiting_limit = waiting
        self._timeout_s = timeout_s
        self._waiting = 0
        self._owned: set[asyncio.Future[Any]] = set()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many callers queue for a place now."""
        return self._waiting

    @property
    def under_way(self) -> int:
        """How many operations the driver has now."""
        return len(self._owned)

    async def run(self, operation: Callable[[], Awaitable[T]], limit_s: float | None = None) -> T:
        """Take a place, run `operation` in a task of its own, give the place back when it has ended.

        Args:
            operation: Starts the driver call; called once, after the place is taken.
            limit_s: Longest wait for the result in seconds; None for the gate's own limit.

        Returns:
            What the operation returns.

        Raises:
            Busy: The queue is full, or no place came free in time; nothing was done.
            Unavailable: The operation did not end in time (it goes on and keeps its place), or the gate is closed.
        """
        await self._enter()
        try:
            future = asyncio.ensure_future(operation())
        except BaseException:
            self._semaphore.release()
            raise
        self._owned.add(future)
        future.add_done_callback(self._leave)
        return await wait_for_owned(future, (limit_s or self._timeout_s) + GRACE_S)

    async def _enter(self) -> None:
        if self._closed:
            raise Unavailable("the database client is closed")
        if not self._semaphore.locked():
            await self._semaphore.acquire()  # returns at once: nobody waits
            return
        if self._waiting >= self._waiting_limit:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._semaphore.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1
        if self._closed:
            self._semaphore.release()
            raise Unavailable("the database client is closed")

    def _leave(self, future: asyncio.Future[Any]) -> None:
        self._owned.discard(future)
        self._semaphore.release()
        if not future.cancelled():
            future.exception()  # marks it as seen: its caller may be gone

    async def close(self) -> None:
        """Refuse newcomers and wait for all operations under way, at most the time limit of one."""
        self._closed = True
        if self._owned:
            await asyncio.wait(tuple(self._owned), timeout=self._timeout_s + GRACE_S)


async def wait_for_owned(future: asyncio.Future[T], timeout_s: float) -> T:
    """Wait for somebody else's future: neither our cancellation nor our time-out touches it.

    Raises:
        Unavailable: No result within `timeout_s`; the operation goes on.
    """
    done, _ = await asyncio.wait((future,), timeout=timeout_s)
    if not done:
        raise Unavailable("no answer from the database in time")
    return future.result()


def own(coroutine: Coroutine[Any, Any, T], owned: set[asyncio.Future[Any]]) -> asyncio.Future[T]:
    """Start a coroutine as a task that lives in `owned` until it has ended."""
    future = asyncio.ensure_future(coroutine)
    owned.add(future)

    def forget(ended: asyncio.Future[Any]) -> None:
        owned.discard(ended)
        if not ended.cancelled():
            ended.exception()

    future.add_done_callback(forget)
    return future
