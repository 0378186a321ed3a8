"""One suite for all adapters of the bus; then what only Redis can get wrong, then what only a cluster can."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import structlog
from redis.asyncio import Redis
from redis.crc import key_slot

from storage.bus import line as redis_line
from storage.bus.cluster import ClusterBus
from storage.bus.local import LocalBus
from storage.bus.opening import open_bus
from storage.bus.port import Bus
from storage.bus.redis import RedisBus
from storage.managed.redis import ManagedRedis, managed_redis
from tests.kit.cluster import Cluster
from tests.kit.proxy import Proxy
from tests.kit.scratch import scratch_folder


class Ear:
    """A subscriber that remembers."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._more = asyncio.Event()

    def __call__(self, payload: bytes) -> None:
        self.heard.append(payload)
        self._more.set()

    async def until(self, count: int) -> list[bytes]:
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return self.heard


@dataclass
class Ends:
    """Two ends of a bus, as two processes have them; the same object for the bus of one process."""

    a: Bus
    b: Bus


@pytest.fixture(params=["local", "redis", "cluster"])
async def ends(request: pytest.FixtureRequest, redis_url: str, redis_cluster: Cluster) -> AsyncIterator[Ends]:
    if request.param == "local":
        local = LocalBus()
        yield Ends(local, local)
        await local.close()
        return
    url = redis_url if request.param == "redis" else redis_cluster.url
    a, b = await open_bus(url), await open_bus(url)
    assert type(a) is (RedisBus if request.param == "redis" else ClusterBus)
    yield Ends(a, b)
    await a.close()
    await b.close()


async def test_all_subscribers_hear_in_order(ends: Ends) -> None:
    ears = [Ear() for _ in range(3)]
    await ends.a.subscribe("room", ears[0])
    await ends.b.subscribe("room", ears[1])
    await ends.b.subscribe("room", ears[2])
    sent = [b"%d" % n for n in range(2000)]
    for payload in sent:
        await ends.a.publish("room", payload)
    for ear in ears:
        assert await ear.until(len(sent)) == sent


async def test_channels_do_not_mix_and_bytes_stay_bytes(ends: Ends) -> None:
    one, two = Ear(), Ear()
    await ends.b.subscribe("一", one)
    await ends.b.subscribe("two", two)
    every = bytes(range(256))
    await ends.a.publish("一", every)
    await ends.a.publish("two", b"")
    await ends.a.publish("nobody", b"x")
    await ends.a.publish("two", b"end")
    assert await two.until(2) == [b"", b"end"]
    assert await one.until(1) == [every]


async def test_who_unsubscribed_hears_no_more(ends: Ends) -> None:
    leaving, staying = Ear(), Ear()
    leave = await ends.b.subscribe("room", leaving)
    await ends.b.subscribe("room", staying)
    await ends.a.publish("room", b"1")
    await staying.until(1)
    await leave()
    await leave()
    await ends.a.publish("room", b"2")
    assert await staying.until(2) == [b"1", b"2"]
    assert leaving.heard == [b"1"]


async def test_the_last_to_leave_may_come_back(ends: Ends) -> None:
    ear = Ear()
    for n in range(3):
        leave = await ends.b.subscribe("room", ear)
        await ends.a.publish("room", b"%d" % n)
        await ear.until(n + 1)
        await leave()
    assert ear.heard == [b"0", b"1", b"2"]


async def test_publishing_never_calls_a_subscriber_at_once(ends: Ends) -> None:
    ear = Ear()
    await ends.a.subscribe("room", ear)
    publishing: Awaitable[None] = ends.a.publish("room", b"1")
    await publishing
    assert ear.heard == []
    await ear.until(1)


async def test_a_failing_subscriber_harms_nobody(ends: Ends) -> None:
    def fail(payload: bytes) -> None:
        raise ValueError("broken")

    ear = Ear()
    await ends.b.subscribe("room", fail)
    await ends.b.subscribe("room", ear)
    with structlog.testing.capture_logs() as lines:
        await ends.a.publish("room", b"1")
        await ends.a.publish("room", b"2")
        assert await ear.until(2) == [b"1", b"2"]
    assert [line["event"] for line in lines] == ["a subscriber of the bus failed"] * 2


async def test_after_closing_nothing_is_heard_and_nothing_raises(ends: Ends) -> None:
    ear = Ear()
    await ends.a.subscribe("room", ear)
    await ends.a.close()
    await ends.a.publish("room", b"1")
    await asyncio.sleep(0)
    assert ear.heard == []


async def test_it_counts(ends: Ends) -> None:
    ear = Ear()
    await ends.b.subscribe("room", ear)
    await ends.a.publish("room", b"1")
    await ends.a.publish("nobody", b"2")
    await ear.until(1)
    await ends.a.flush()
    assert (ends.a.counts.published, ends.a.counts.lost, ends.b.counts.heard) == (2, 0, 1)
    assert (ends.a.linked, ends.a.queued_bytes) == (True, 0)


# ---- Redis only


@pytest.fixture
async def own_redis() -> AsyncIterator[ManagedRedis]:
    """A redis-server that the test may kill."""
    with scratch_folder() as folder:
        async with managed_redis(folder) as server:
            yield server


@pytest.fixture
async def proxied(own_redis: ManagedRedis) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy in front of it, and the address through the proxy."""
    socket, _, password = own_redis.url.removeprefix("unix://").partition("?password=")
    async with Proxy(socket) as proxy:
        yield proxy, f"redis://:{password}@127.0.0.1:{proxy.port}/0"


async def heard(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not check():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.01)


async def test_a_killed_redis_is_found_again_and_the_gap_is_told(own_redis: ManagedRedis) -> None:
    bus = await RedisBus.open(own_redis.url)
    ear, told = Ear(), asyncio.Event()
    await bus.subscribe("room", ear)
    bus.on_reconnect(told.set)
    await bus.publish("room", b"before")
    await ear.until(1)
    assert own_redis.child.pid is not None
    os.kill(own_redis.child.pid, signal.SIGKILL)
    await bus.publish("room", b"lost")
    async with asyncio.timeout(10):
        await told.wait()
    await bus.publish("room", b"after")
    assert (await ear.until(2))[-1] == b"after"
    assert own_redis.child.restarts >= 1
    await bus.close()


async def test_without_redis_nothing_waits_and_nothing_raises(tmp_path: object) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    bus = await RedisBus.open(f"unix://{tmp_path}/nowhere.sock")
    ear = Ear()
    await bus.subscribe("room", ear)
    await bus.publish("room", b"1")
    await bus.close()
    assert loop.time() - begun < 3 * redis_line.LIMIT_S + 0.5
    assert bus.counts.lost == 1


async def test_a_subscription_made_while_redis_is_away_stands_later(proxied: tuple[Proxy, str]) -> None:
    proxy, url = proxied
    await proxy.refuse()
    bus = await RedisBus.open(url)
    ear, told = Ear(), asyncio.Event()
    bus.on_reconnect(told.set)
    await bus.subscribe("room", ear)
    await proxy.accept()
    async with asyncio.timeout(10):
        await told.wait()
    await bus.publish("room", b"1")
    await ear.until(1)
    await bus.close()


async def test_a_silent_link_is_noticed(proxied: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Packets vanish (a cut network): no error ever comes, only silence."""
    monkeypatch.setattr(redis_line, "PROBE_S", 0.05)
    proxy, url = proxied
    bus = await RedisBus.open(url)
    ear, told = Ear(), asyncio.Event()
    await bus.subscribe("room", ear)
    bus.on_reconnect(told.set)
    proxy.swallow()
    await bus.publish("room", b"lost")
    await heard(lambda: bus.counts.lost == 1)
    await asyncio.sleep(0.3)
    proxy.pass_on()
    async with asyncio.timeout(10):
        await told.wait()
    await bus.publish("room", b"after")
    assert await ear.until(1) == [b"after"]
    await bus.close()


async def test_a_slow_redis_delays_no_publisher(proxied: tuple[Proxy, str]) -> None:
    proxy, url = proxied
    bus = await RedisBus.open(url)
    ear = Ear()
    await bus.subscribe("room", ear)
    proxy.delay_s = 0.2
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for n in range(1000):
        await bus.publish("room", b"%d" % n)
    assert loop.time() - begun < 0.2
    assert await ear.until(1000) == [b"%d" % n for n in range(1000)]
    await bus.close()


async def test_the_queue_for_a_dead_redis_is_bounded_and_keeps_the_newest(
    proxied: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_line, "QUEUE_BYTES", 1000)
    _, url = proxied
    bus = await RedisBus.open(url)
    for n in range(100):
        await bus.publish("room", b"%100d" % n)
    assert len(bus._line._queue) == 10
    assert bus._line._queue[-1][1].strip() == b"99"
    assert bus.counts.lost == 90
    await bus.close()


async def test_redis_dropping_a_slow_reader_is_noticed(own_redis: ManagedRedis) -> None:
    bus = await RedisBus.open(own_redis.url)
    ear = Ear()
    links = 0

    def relinked() -> None:
        nonlocal links
        links += 1

    await bus.subscribe("room", ear)
    bus.on_reconnect(relinked)
    async with Redis.from_url(own_redis.url) as admin:
        await admin.client_kill_filter(_type="pubsub")
        await heard(lambda: links == 1)
        await admin.publish("room", b"after")
    assert await ear.until(1) == [b"after"]
    await bus.close()


async def test_nonsense_on_a_channel_reaches_the_callback_as_it_is(redis_url: str) -> None:
    bus = await RedisBus.open(redis_url)
    ear = Ear()
    await bus.subscribe("room", ear)
    async with Redis.from_url(redis_url) as admin:
        await admin.publish("room", b"\x00\xff{")
        await admin.publish(b"\xff\xfe", b"no such channel")
        await admin.publish("room", b"end")
    assert await ear.until(2) == [b"\x00\xff{", b"end"]
    await bus.close()


async def test_a_flood_lets_others_have_their_turn(redis_url: str) -> None:
    bus = await RedisBus.open(redis_url)
    ear = Ear()
    await bus.subscribe("room", ear)
    for n in range(3000):
        await bus.publish("room", b"%d" % n)
    most = before = 0
    while len(ear.heard) < 3000:
        await asyncio.sleep(0)
        most, before = max(most, len(ear.heard) - before), len(ear.heard)
    assert 0 < most <= 2 * redis_line.AT_A_TIME
    await bus.close()


async def test_a_subscription_that_stands_late_is_told_like_a_reconnect(
    proxied: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The subscriber waited in vain and went on: only the telling makes it look for what it missed meanwhile."""
    monkeypatch.setattr(redis_line, "LIMIT_S", 0.1)
    proxy, url = proxied
    bus = await RedisBus.open(url)
    ear, told = Ear(), asyncio.Event()
    await bus.subscribe("early", ear)
    bus.on_reconnect(told.set)
    await bus.subscribe("in time", ear)
    assert not told.is_set()
    proxy.delay_s = 0.2
    await bus.subscribe("late", ear)
    assert not told.is_set()
    async with asyncio.timeout(5):
        await told.wait()
    assert bus.counts.links == 1
    await bus.close()


async def test_leaving_and_coming_back_in_one_breath_ends_subscribed(proxied: tuple[Proxy, str]) -> None:
    """The answer to the first request must not pass for the answer to the second one, behind the farewell."""
    proxy, url = proxied
    bus = await RedisBus.open(url)
    ear = Ear()
    proxy.delay_s = 0.05
    line = bus._line
    first = line.want("room")
    line.unwant("room")
    second = line.want("room")
    bus._subscribers.add("room", ear)
    assert first is not second
    await second.wait()
    async with Redis.from_url(url) as admin:
        assert await admin.publish("room", b"1") == 1
    await ear.until(1)
    await bus.close()


# ---- a cluster only


@pytest.fixture
async def sharded(redis_cluster: Cluster) -> AsyncIterator[ClusterBus]:
    bus = await ClusterBus.open(redis_cluster.url)
    yield bus
    await bus.close()


async def test_a_node_that_says_it_is_a_cluster_is_used_as_one(redis_cluster: Cluster) -> None:
    bus = await open_bus(redis_cluster.masters[2].url)
    assert isinstance(bus, ClusterBus)
    await bus.close()


async def test_each_channel_lives_on_its_own_master_only(redis_cluster: Cluster, sharded: ClusterBus) -> None:
    ear = Ear()
    channels = [f"log.{number}" for number in range(24)]
    for channel in channels:
        await sharded.subscribe(channel, ear)
    for channel in channels:
        owner = redis_cluster.of(key_slot(channel.encode()))
        for master in redis_cluster.masters:
            listed = await master.ask("PUBSUB", "SHARDCHANNELS", channel)
            assert listed == ([channel.encode()] if master is owner else [])
    assert len({redis_cluster.of(key_slot(channel.encode())).port for channel in channels}) == 3


async def test_channels_follow_a_slot_that_moves(redis_cluster: Cluster, sharded: ClusterBus) -> None:
    ear, told = Ear(), asyncio.Event()
    await sharded.subscribe("room", ear)
    sharded.on_reconnect(told.set)
    slot = key_slot(b"room")
    source = redis_cluster.of(slot)
    target = next(master for master in redis_cluster.masters if master is not source)
    speaker = await ClusterBus.open(redis_cluster.url)  # knows the old map
    for there, back in ((target, source), (source, target)):
        told.clear()
        await redis_cluster.move(slot, back, there)
        async with asyncio.timeout(10):
            await told.wait()
        before = len(ear.heard)
        async with asyncio.timeout(10):
            while (
                len(ear.heard) == before
            ):  # the first one may meet the old owner: lost, counted, and the map is read
                await speaker.publish("room", b"moved")
                await asyncio.sleep(0.05)
    await speaker.close()


@pytest.mark.slow
async def test_a_killed_master_is_found_again_and_the_others_go_on(
    redis_cluster: Cluster, sharded: ClusterBus
) -> None:
    ears = {f"log.{number}": Ear() for number in range(12)}
    for channel, ear in ears.items():
        await sharded.subscribe(channel, ear)
    told = asyncio.Event()
    sharded.on_reconnect(told.set)
    victim = redis_cluster.masters[0]
    links = sharded.counts.links
    assert victim.child.pid is not None
    os.kill(victim.child.pid, signal.SIGKILL)
    for channel, ear in ears.items():
        if redis_cluster.of(key_slot(channel.encode())) is not victim:
            await sharded.publish(channel, b"meanwhile")
            assert await ear.until(1) == [b"meanwhile"]
    async with asyncio.timeout(10):
        await told.wait()
    await redis_cluster.is_whole()
    for channel, ear in ears.items():
        before = len(ear.heard)
        async with asyncio.timeout(10):
            while len(ear.heard) == before:
                await sharded.publish(channel, b"after")
                await asyncio.sleep(0.02)
    assert sharded.counts.links > links


async def test_without_a_cluster_nothing_waits_and_nothing_raises() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    bus = await open_bus("redis+cluster://127.0.0.1:1")
    await bus.subscribe("room", Ear())
    await bus.publish("room", b"1")
    await bus.close()
    assert loop.time() - begun < 3 * redis_line.LIMIT_S + 0.5
    assert bus.counts.lost == 1


@pytest.mark.parametrize("url", ["redis+cluster://", "redis+cluster://:secret@/", "http://127.0.0.1"])
async def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"server|scheme|URL"):
        await open_bus(url)
