"""What the bus counts for metrics, in one process and over a real Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.bus.local import LocalBus
from storage.bus.port import Bus, BusCounts
from storage.bus.redis import RedisBus


@pytest.fixture(params=["local", "redis"])
async def bus(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Bus]:
    """Either kind."""
    opened: Bus = LocalBus() if request.param == "local" else await RedisBus.open(redis_url)
    yield opened
    await opened.close()


async def test_notes_are_counted_when_they_leave_and_when_they_arrive(bus: Bus) -> None:
    heard: list[bytes] = []
    await bus.subscribe("counted", heard.append)
    for number in range(5):
        await bus.publish("counted", b"%d" % number)
    await bus.publish("nobody listens", b"x")
    async with asyncio.timeout(5):
        while len(heard) < 5:  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.01)
    links = 1 if isinstance(bus, RedisBus) else 0
    assert bus.counts == BusCounts(published=6, heard=5, lost=0, links=links)
    assert (bus.linked, bus.queued_bytes) == (True, 0)


async def test_a_redis_that_is_not_there_shows() -> None:
    bus = await RedisBus.open("redis://127.0.0.1:1")
    await bus.publish("counted", b"x" * 100)
    await bus.flush()
    assert not bus.linked
    assert bus.counts == BusCounts(published=1, heard=0, lost=1, links=0)
    await bus.close()
