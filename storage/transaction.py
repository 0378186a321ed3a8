"""One MongoDB transaction from begin to commit: repeats what the server says may be repeated, rolls back the rest.

Follows the drivers' transactions specification (labels TransientTransactionError and UnknownTransactionCommitResult),
bounded in time. Imported by storage only.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from storage.driver import Driver
from storage.driver_errors import DRIVER_ERRORS, TransientConflict, UnknownCommit, translate
from storage.gate import own, wait_for_owned

T = TypeVar("T")

UNIT_CALL_LIMIT_S = 60.0
"""mongod ends a transaction after 60 s by itself (transactionLifetimeLimitSeconds)."""

FIRST_PAUSE_S = 0.005
LONGEST_PAUSE_S = 0.2


class Unit:
    """An open transaction; opaque outside storage. Its calls run one after another, as a server session demands."""

    __slots__ = ("_owned", "lock", "session")

    def __init__(self, session: Any) -> None:  # noqa: ANN401 - a driver's own object
        self.session = session
        self.lock = asyncio.Lock()
        self._owned: set[asyncio.Future[Any]] = set()

    async def run(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Run one driver call after those before it; a cancelled caller does not cancel it."""

        async def in_turn() -> T:
            async with self.lock:
                return await operation()

        return await wait_for_owned(own(in_turn(), self._owned), UNIT_CALL_LIMIT_S)


async def transact(
    driver: Driver, body: Callable[[Unit], Awaitable[T]], limit_s: float, jitter: Callable[[], float]
) -> T:
    """Run `body` in a transaction until it is committed, refused, or `limit_s` seconds have passed.

    Args:
        driver: Opens the session.
        body: May be run several times.
        limit_s: No new attempt is begun after this time, and a body that takes longer is stopped; seconds.
        jitter: Fraction 0..1 of the pause before the next attempt, so that rivals do not meet again.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit_s
    session = await driver.session()
    try:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await _attempt(driver, Unit(session), body, deadline)
            except TransientConflict:
                if loop.time() + pause_s > deadline:
                    raise
            await asyncio.sleep(pause_s * jitter())
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    finally:
        await session.end_session()


async def _attempt(driver: Driver, unit: Unit, body: Callable[[Unit], Awaitable[T]], deadline: float) -> T:
    await driver.begin(unit.session)
    try:
        async with asyncio.timeout_at(deadline):
            outcome = await body(unit)
    except BaseException as error:
        await _abort(unit)
        if isinstance(error, TimeoutError) and asyncio.get_running_loop().time() >= deadline:
            raise TransientConflict("the transaction took too long") from error
        raise
    await _commit(unit, deadline)
    return outcome


async def _commit(unit: Unit, deadline: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            async with unit.lock:
                await unit.session.commit_transaction()
        except DRIVER_ERRORS as error:
            fault = translate(error)
            if isinstance(fault, UnknownCommit) and loop.time() < deadline:
                await asyncio.sleep(FIRST_PAUSE_S)
                continue
            raise fault from None
        return


async def _abort(unit: Unit) -> None:
    async with unit.lock:
        try:
            await unit.session.abort_transaction()
        except DRIVER_ERRORS:
            return  # the server aborts what it no longer hears of
