"""Limits of a whole installation: what was used up on one server is used up on the other, and Redis does not learn by whom."""

import asyncio
import time
from pathlib import Path

import httpx2
import pytest
from redis.asyncio import Redis

from channels.core.feature import RateClass
from server.http.limits import PUBLIC_BURST
from storage.client import MongoSettings
from tests.kit.whole import Served, whole_server

BURST, PER_MINUTE = (number * PUBLIC_BURST for number in RateClass.HEAVY.value)


async def beyond(server: Served, tries: int, pause_s: float = 0.0) -> int:
    """How many of so many requests of this address are not refused for their number, less what was refilled meanwhile."""
    count, began = 0, time.monotonic()
    async with httpx2.AsyncClient(
        base_url=server.url, headers={"origin": server.url}, trust_env=False
    ) as http:
        for _ in range(tries):
            answer = await http.post("/api/v1/activation", json={})
            count += answer.status_code != 429
            await asyncio.sleep(pause_s)
    return count - int((time.monotonic() - began) * PER_MINUTE / 60)


@pytest.mark.slow
async def test_a_burst_used_up_on_one_server_is_used_up_on_the_other(
    mongo_settings: MongoSettings, redis_url: str, tmp_path: Path
) -> None:
    async with (
        whole_server(mongo_settings, tmp_path, redis_url=redis_url) as left,
        whole_server(mongo_settings, tmp_path, redis_url=redis_url) as right,
    ):
        assert BURST - 1 <= await beyond(left, BURST + 9) <= BURST + 1
        await asyncio.sleep(0.3)
        # The first one passes before the other server has asked what is left; ten of them would without Redis.
        assert await beyond(right, 10, 0.1) <= 2
        async with Redis.from_url(redis_url) as admin:
            names = [bytes(name) async for name in admin.scan_iter() if isinstance(name, bytes)]
        assert names
        assert all(name.startswith(b"huitang.limit.{") for name in names)
        assert not any(b"127.0.0.1" in name or b"address" in name for name in names)


async def test_two_servers_without_redis_count_alone(mongo_settings: MongoSettings, tmp_path: Path) -> None:
    """Negative control."""
    async with (
        whole_server(mongo_settings, tmp_path) as left,
        whole_server(mongo_settings, tmp_path) as right,
    ):
        assert BURST - 1 <= await beyond(left, BURST + 9) <= BURST + 1
        assert await beyond(right, 10) >= 8
