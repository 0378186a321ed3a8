"""Kills programs of a house with SIGKILL and waits until the house is whole again. Imported by load_tests.faults only."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

from load_tests.faults.look import ask_redis, held, whole
from load_tests.house import House, HouseFault

LOOK_S = 0.02
WHOLE_S = 90.0
VICTIMS = ("worker", "redis", "mongod", "all")
FLUSHED = "+OK"


@dataclass(frozen=True, slots=True)
class Kill:
    """One blow.

    Attributes:
        victim: Which kind; `all` are the workers, Redis and mongod at the same instant.
        at_ns: CLOCK_MONOTONIC.
        programs: How many were killed.
        connections: Connections that they held.
        whole_ms: Until every worker took connections again and the databases were there.
    """

    victim: str
    at_ns: int
    programs: int
    connections: int
    whole_ms: float


def read_victims(text: str) -> tuple[str, ...]:
    """Kinds from a list with commas.

    Raises:
        ValueError: One of them is unknown.
    """
    victims = tuple(word.strip() for word in text.split(",") if word.strip())
    if not victims or set(victims) - set(VICTIMS):
        raise ValueError(f"--victims takes some of {','.join(VICTIMS)}")
    return victims


class Killer:
    """See module.

    Args:
        house: Whose programs.
        chance: Draws the worker.
    """

    def __init__(self, house: House, chance: random.Random) -> None:
        self._house = house
        self._chance = chance

    async def strike(self, victim: str) -> Kill:
        """Kill; returns when the house is whole again.

        Raises:
            HouseFault: It is not, after WHOLE_S.
        """
        chosen = self._chosen(victim)
        connections = sum(held(pid, self._house.port) for pid in chosen)
        at_ns = time.monotonic_ns()
        for pid in chosen:
            os.kill(pid, signal.SIGKILL)
        await self.until_whole(victim, gone=chosen)
        return Kill(victim, at_ns, len(chosen), connections, (time.monotonic_ns() - at_ns) / 1e6)

    async def flush(self) -> None:
        """Empty Redis.

        Raises:
            HouseFault: It did not do so.
        """
        answer = await ask_redis(self._house, "FLUSHALL")
        if answer != FLUSHED:
            raise HouseFault(f"Redis did not flush: {answer}")

    async def until_whole(self, what: str, gone: Sequence[int] = ()) -> None:
        """Wait until the house is whole without these programs.

        Raises:
            HouseFault: It is not, after WHOLE_S.
        """
        try:
            async with asyncio.timeout(WHOLE_S):
                while not set(self._everybody()).isdisjoint(gone) or not await whole(self._house):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            said = self._house.last_words()
            raise HouseFault(f"not whole again {WHOLE_S:.0f} s after {what} was killed\n{said}") from None

    def _chosen(self, victim: str) -> tuple[int, ...]:
        pids = self._house.pids()
        databases = {"redis": pids.redis, "mongod": pids.mongod}
        if victim == "worker":
            return (self._chance.choice(pids.workers),)
        wanted = databases.values() if victim == "all" else (databases[victim],)
        found = tuple(pid for pid in wanted if pid is not None)
        if not found:
            raise HouseFault(f"the house has no {victim} of its own")
        return (*pids.workers, *found) if victim == "all" else found

    def _everybody(self) -> tuple[int, ...]:
        pids = self._house.pids()
        return (*pids.workers, *(pid for pid in (pids.mongod, pids.redis) if pid is not None))
