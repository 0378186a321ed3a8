"""Redis killed, slow, half-open, or tired of a slow subscriber: members see what docs/concurrency.md says, and lose nothing.

Two servers on a real Redis behind a proxy each; one row of the table per test. Nothing is announced or compared by itself
where a test is about being told (`MUTE`), so that it cannot pass for another reason.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from redis.asyncio import Redis

from channels.core.access import AccessTimes
from channels.core.exchange import ExchangeSettings
from channels.core.feed import FeedTimes
from channels.core.partitions import partition_of
from channels.core.relay import PREFIX
from channels.core.roster import RosterTimes
from storage.bus import line
from storage.bus.redis import RedisBus
from storage.client import Mongo
from storage.managed.redis import ManagedRedis, managed_redis
from tests.kit.callers import FakeSessions
from tests.kit.proxy import Proxy
from tests.kit.scratch import scratch_folder
from tests.kit.talk import Talk
from tests.wire.client import Client, calling
from tests.wire.house import House, Plan, eventually, serving
from tests.wire.test_order import seqs

POLLING = FeedTimes(announce_ms=200, deaf_ms=500, poll_ms=200, compare_ms=60_000, retry_ms=50)
MUTE = FeedTimes(announce_ms=60_000, deaf_ms=120_000, poll_ms=60_000, compare_ms=60_000)
ROSTER = RosterTimes(flush_ms=50, whole_ms=500, alive_ms=200)


@dataclass
class Two:
    """Two servers and what is between them."""

    redis: ManagedRedis
    left: House
    right: House
    buses: list[RedisBus]
    proxies: list[Proxy]


@asynccontextmanager
async def two(mongo: Mongo, feed: FeedTimes, access: AccessTimes | None = None) -> AsyncIterator[Two]:
    """Both hear each other when the block begins."""
    settings = replace(
        ExchangeSettings(several=True), feed=feed, roster=ROSTER, access=access or AccessTimes()
    )
    talk, sessions = Talk(), FakeSessions()
    with scratch_folder() as folder:
        async with managed_redis(folder) as redis:
            socket, _, password = redis.url.removeprefix("unix://").partition("?password=")
            async with Proxy(socket) as one, Proxy(socket) as other:
                proxies = [one, other]
                buses = [
                    await RedisBus.open(f"redis://:{password}@127.0.0.1:{proxy.port}/0") for proxy in proxies
                ]
                plans = [Plan(settings=settings, bus=bus, talk=talk, sessions=sessions) for bus in buses]
                async with serving(mongo, plans[0]) as left, serving(mongo, plans[1]) as right:
                    yield Two(redis, left, right, buses, proxies)
                for bus in buses:
                    await bus.close()


async def inside(client: Client, number: int) -> str:
    welcome = await client.hello(f"bearer-{number}")
    await client.do("subscribe", topic="talk:hall")
    return str(welcome["member"])


async def said(client: Client, count: int) -> float:
    """Say so many things; the longest wait for an acknowledgement in seconds."""
    longest = 0.0
    for number in range(count):
        began = time.perf_counter()
        await client.do("talk.say", room="hall", text=f"话{number}")
        longest = max(longest, time.perf_counter() - began)
    return longest


@pytest.mark.slow
async def test_a_redis_that_is_killed_and_comes_back_empty(mongo: Mongo) -> None:
    async with two(mongo, POLLING) as pair, calling(pair.left.url) as a, calling(pair.right.url) as b:
        anna, bo = await inside(a, 1), await inside(b, 2)
        for round_ in range(2):
            assert pair.redis.child.pid is not None
            os.kill(pair.redis.child.pid, signal.SIGKILL)
            assert await said(a, 30) < 0.5
            began = time.perf_counter()
            heard = await b.until(30 * (round_ + 1), "talk.said", wait_s=2)
            assert time.perf_counter() - began < 1.5
            assert seqs(heard) == list(range(1, 30 * (round_ + 1) + 1))
            await eventually(lambda: all(bus.linked for bus in pair.buses))
        # Presence lives in the processes, not in Redis: nobody was gone for anybody.
        async with calling(pair.right.url) as c:
            await inside(c, 3)
            await eventually(lambda: len(c.of("presence.state")) > 0)
            assert set(c.of("presence.state")[-1]["people"]) >= {anna, bo}
        gone = {
            member
            for push in (*a.of("presence.changed"), *b.of("presence.changed"))
            for member in push["gone"]
        }
        assert not gone & {anna, bo}
        assert all(bus.counts.links >= 3 for bus in pair.buses)


@pytest.mark.slow
async def test_a_redis_that_is_slow_by_200_ms(mongo: Mongo) -> None:
    async with two(mongo, MUTE) as pair, calling(pair.left.url) as a, calling(pair.right.url) as b:
        for proxy in pair.proxies:
            proxy.delay_s = 0.2  # each way: an answer takes 0.4 s
        began = time.perf_counter()
        await inside(a, 1)
        await inside(b, 2)
        entering_s = time.perf_counter() - began
        longest_s = await said(a, 30)
        began = time.perf_counter()
        assert seqs(await b.until(30, "talk.said", wait_s=3)) == list(range(1, 31))
        behind_s = time.perf_counter() - began
        print(
            f"\nRedis slow by 200 ms: two first readers in after {entering_s:.2f} s, "
            f"longest acknowledgement {longest_s:.3f} s, last note {behind_s:.2f} s behind"
        )
        assert entering_s < 2 * line.LIMIT_S + 0.5
        assert longest_s < 0.2  # less than one way to Redis
        assert behind_s < 1.5


@pytest.mark.slow
async def test_a_redis_that_neither_answers_nor_hangs_up(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PROBE_S", 0.1)  # 1 s in production: found after 5 s
    async with two(mongo, POLLING) as pair, calling(pair.left.url) as a, calling(pair.right.url) as b:
        await inside(a, 1)
        await inside(b, 2)
        for proxy in pair.proxies:
            proxy.swallow()
        assert await said(a, 20) < 0.5
        assert seqs(await b.until(20, "talk.said", wait_s=3)) == list(range(1, 21))
        await eventually(lambda: not any(bus.linked for bus in pair.buses))
        for proxy in pair.proxies:
            proxy.pass_on()
        await eventually(lambda: all(bus.linked for bus in pair.buses))
        await said(a, 5)
        assert seqs(await b.until(25, "talk.said", wait_s=3)) == list(range(1, 26))


@pytest.mark.slow
async def test_a_subscriber_too_slow_for_redis_is_dropped_and_makes_up_for_it(mongo: Mongo) -> None:
    async with two(mongo, MUTE) as pair, calling(pair.left.url) as a, calling(pair.right.url) as b:
        await inside(a, 1)
        await inside(b, 2)
        await said(a, 3)
        await b.until(3, "talk.said")
        links = pair.buses[1].counts.links
        async with Redis.from_url(pair.redis.url) as admin:
            await admin.config_set("client-output-buffer-limit", "pubsub 64kb 32kb 1")
            pair.proxies[1].delay_s = 1.0  # takes 64 KiB a second
            channel = f"{PREFIX}log.{partition_of('talk:hall')}"
            receivers = [await admin.publish(channel, b"x" * 60_000) for _ in range(60)]
            assert 1 in receivers  # the left one only: the right one was dropped
            await said(a, 20)  # nobody over there hears these
            pair.proxies[1].delay_s = 0.0
        assert seqs(await b.until(23, "talk.said", wait_s=8)) == list(range(1, 24))
        assert pair.buses[1].counts.links > links


@pytest.mark.slow
async def test_endings_of_sessions_during_a_short_outage_are_found_when_redis_is_back(mongo: Mongo) -> None:
    never = AccessTimes(look_ms=50, deaf_ms=60_000, sweep_ms=60_000)  # only the coming back makes it look
    async with (
        two(mongo, MUTE, never) as pair,
        calling(pair.right.url) as ends,
        calling(pair.right.url) as stays,
    ):
        await inside(ends, 1)
        await inside(stays, 2)
        await asyncio.sleep(0.1)
        await pair.proxies[1].refuse()
        await eventually(lambda: not pair.buses[1].linked)
        await asyncio.sleep(0.2)  # the first sweep of the outage is over
        session = ends.welcome["session"]
        pair.left.sessions.facts.pop(session)
        pair.left.exchange.session_ended(session)
        await asyncio.sleep(0.3)
        assert ends.socket.close_code is None
        await pair.proxies[1].accept()
        assert (await ends.closed(3))[0] == 4500
        assert await said(stays, 1) < 1
