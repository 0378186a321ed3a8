"""One real redis-server per test run (per xdist worker), emptied for every test that asks for `redis_url`."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from storage.managed.redis import ManagedRedis, managed_redis
from tests.kit.scratch import scratch_folder


@pytest.fixture(scope="session")
async def redis_server() -> AsyncIterator[ManagedRedis]:
    """The run's redis-server."""
    with scratch_folder() as folder:
        async with managed_redis(folder) as server:
            yield server


@pytest.fixture
async def redis_url(redis_server: ManagedRedis) -> str:
    """Address of an empty Redis."""
    async with Redis.from_url(redis_server.url) as client:
        await client.flushall()
    return redis_server.url
