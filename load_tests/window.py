"""A stretch of time in which a house is measured: CPU of servers, database and generator over exactly the block.

async with window(house, crowd.pids) as seen:
    …
seen.serving_ns, seen.generator_share
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

from load_tests.house import House
from load_tests.measures import load_of
from load_tests.profile import profiled

SAMPLE_S = 0.2


@dataclass(slots=True)
class Window:
    """Figures of the block; 0 until it is over.

    Attributes:
        serving_ns, database_ns, generator_ns: CPU time.
        lasted_s: Wall time.
        generators: How many programs the generator has.
    """

    serving_ns: int = 0
    database_ns: int = 0
    generator_ns: int = 0
    lasted_s: float = 0.0
    generators: int = 1

    @property
    def generator_share(self) -> float:
        """CPU time of the generator's programs, of their wall time."""
        return self.generator_ns / 1e9 / max(1e-9, self.lasted_s * self.generators)

    @property
    def serving_cores(self) -> float:
        """Cores that the serving processes used."""
        return self.serving_ns / 1e9 / max(1e-9, self.lasted_s)


@asynccontextmanager
async def window(house: House, generators: Sequence[int]) -> AsyncIterator[Window]:
    """Measure the block, under a profiler when one was asked for (see `load_tests.profile`)."""
    seen, loop = Window(generators=max(1, len(generators))), asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(profiled(house.pids().serving))
        serving, database, generating = house.serving(), house.database(), load_of(generators)
        began = loop.time()
        yield seen
        seen.lasted_s = loop.time() - began
        seen.serving_ns = house.serving().since(serving).cpu_ns
        seen.database_ns = house.database().since(database).cpu_ns
        seen.generator_ns = load_of(generators).since(generating).cpu_ns


def connections(house: House) -> int:
    """Lines that the serving processes hold; a client that does not read would not notice that its own is gone."""
    held = 0
    for pid in house.pids().serving:
        with suppress(psutil.NoSuchProcess):
            held += sum(
                line.status == psutil.CONN_ESTABLISHED and line.laddr.port == house.port
                for line in psutil.Process(pid).net_connections("tcp")
            )
    return held


@dataclass(slots=True)
class Peak:
    """Highest resident memory that was seen."""

    rss_bytes: int = 0


@asynccontextmanager
async def watching_memory(house: House) -> AsyncIterator[Peak]:
    """Look at the memory of the serving processes five times a second while the block runs."""
    peak = Peak()

    async def look() -> None:
        while True:
            with suppress(ProcessLookupError):
                peak.rss_bytes = max(peak.rss_bytes, house.serving().rss_bytes)
            await asyncio.sleep(SAMPLE_S)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look(), name="memory watch")
        try:
            yield peak
        finally:
            looking.cancel()
