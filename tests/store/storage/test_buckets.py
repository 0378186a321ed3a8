"""Shared token buckets on a real Redis and a real cluster: the script's arithmetic, its ends, and what is left without it."""

import asyncio
import os
import signal

import pytest
from redis.asyncio import Redis

from moderation.limits import TOKEN, MemoryLimits
from moderation.shared_limits import SettlingTimes, SharedLimits
from storage.buckets import Spending
from storage.buckets_redis import UNIT, RedisBuckets
from storage.clock import SystemClock
from storage.ids import SystemIds
from storage.managed.redis import managed_redis
from storage.tasks import Tasks
from tests.kit.cluster import Cluster
from tests.kit.scratch import scratch_folder

QUICK = SettlingTimes(settle_ms=10, retry_ms=20)


@pytest.fixture(params=["redis", "cluster"])
def url(request: pytest.FixtureRequest, redis_url: str, redis_cluster: Cluster) -> str:
    return redis_url if request.param == "redis" else redis_cluster.url


def buckets_of(url: str) -> RedisBuckets:
    """Names that no other test has."""
    run = SystemIds().uuid7()
    return RedisBuckets(url, lambda key: f"{run}-{key}")


def test_units_are_those_of_the_rule() -> None:
    assert UNIT == TOKEN


async def test_levels_are_exact_integers_and_refill_with_the_servers_time(url: str) -> None:
    buckets = buckets_of(url)
    many = [Spending(str(n), 1 + n % 3, 10, 1) for n in range(40)]
    first = await buckets.spend(many)
    assert first == [10 * TOKEN - one.tokens * TOKEN for one in many]
    await asyncio.sleep(0.05)
    second = await buckets.spend(many)
    assert second is not None
    for one, level in zip(many, second, strict=True):
        gained = level - (10 - 2 * one.tokens) * TOKEN
        assert 50 <= gained < 5_000  # one unit a millisecond
    await buckets.close()


async def test_a_bucket_goes_one_burst_below_empty_and_no_further(url: str) -> None:
    buckets = buckets_of(url)
    assert await buckets.spend([Spending("k", 7, 5, 1)]) == [-2 * TOKEN]
    deepest = await buckets.spend([Spending("k", 1_000, 5, 1)])
    assert deepest == [-5 * TOKEN]
    await buckets.close()


async def test_buckets_end_when_they_would_be_full(redis_url: str) -> None:
    buckets = RedisBuckets(redis_url, lambda key: f"mark-of-{key}")
    await buckets.spend([Spending("k", 2, 10, 60)])
    async with Redis.from_url(redis_url) as admin:
        (name,) = await admin.keys("*")
        assert 1_500 < await admin.pttl(name) <= 2_001  # two tokens, one a second
        assert isinstance(name, bytes)
        assert name.endswith(b"}.mark-of-k")
        await admin.set(name, b"rubbish")
    assert await buckets.spend([Spending("k", 1, 10, 60)]) == [9 * TOKEN]  # as if there were none
    await buckets.close()


@pytest.mark.slow
async def test_two_processes_share_a_rate(url: str) -> None:
    """Both try without a pause for a second: together they get what one is allowed, and at most a burst more."""
    allowed, passed, settled = await rush(url, QUICK)
    print(f"\nallowed {allowed} in a second, two processes let {passed} pass")
    assert 20 <= passed <= allowed + 20
    assert settled > 2


@pytest.mark.slow
async def test_two_processes_that_never_settle_get_twice_the_rate(redis_url: str) -> None:
    """Negative control of the test above."""
    allowed, passed, settled = await rush(redis_url, SettlingTimes(settle_ms=60_000))
    assert passed > allowed + 20
    assert settled == 0


async def rush(url: str, times: SettlingTimes) -> tuple[int, int, int]:
    """Two processes' limits, tried without a pause for 1.5 s: tokens allowed, tokens passed, buckets settled."""
    run, clock = SystemIds().uuid7(), SystemClock()
    stores = [RedisBuckets(url, lambda key: f"{run}-{key}") for _ in range(2)]
    passed = 0
    async with Tasks() as tasks:
        both = [SharedLimits(MemoryLimits(clock), store, times) for store in stores]
        for limits in both:
            limits.start(tasks)
        began_ms = clock.monotonic_ms()
        while clock.monotonic_ms() - began_ms < 1_500:
            for limits in both:
                passed += limits.take("k", 20, 1_200) == 0
            await asyncio.sleep(0.002)
        allowed = 20 + 20 * (clock.monotonic_ms() - began_ms) // 1_000
    for store in stores:
        await store.close()
    assert all(limits.failed == 0 for limits in both)
    return allowed, passed, sum(limits.settled for limits in both)


@pytest.mark.slow
async def test_a_lost_redis_leaves_local_limits_and_comes_back_empty() -> None:
    with scratch_folder() as folder:
        async with managed_redis(folder) as server, Tasks() as tasks:
            buckets = buckets_of(server.url)
            limits = SharedLimits(MemoryLimits(SystemClock()), buckets, QUICK)
            limits.start(tasks)
            assert limits.take("k", 3, 1) == 0
            await until(lambda: limits.settled == 1)
            assert server.child.pid is not None
            os.kill(server.child.pid, signal.SIGSTOP)  # half-open: connected, silent
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            assert [limits.take("k", 3, 1) > 0 for _ in range(3)] == [False, False, True]
            assert loop.time() - began_s < 0.05  # nobody waits for it
            await until(lambda: limits.failed >= 1)
            os.kill(server.child.pid, signal.SIGKILL)
            await until(lambda: server.child.restarts == 1 and server.child.pid is not None)
            settled = limits.settled
            async with asyncio.timeout(10):
                while limits.settled == settled:  # by others' buckets
                    limits.take(SystemIds().uuid7(), 3, 1)
                    await asyncio.sleep(0.05)
            assert limits.take("k", 3, 1) > 0  # an empty Redis gives nothing back
            await buckets.close()


async def until(holds: object) -> None:
    async with asyncio.timeout(10):
        while not holds():  # type: ignore[operator]  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.01)
