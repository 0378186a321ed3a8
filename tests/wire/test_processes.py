"""Several servers over one database: one order, and nothing lost when the bus loses, lies or dies."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from typing_extensions import override

from channels.core.exchange import ExchangeSettings
from channels.core.feed import FeedTimes
from channels.core.partitions import partition_of
from channels.core.relay import PREFIX
from storage.bus.local import LocalBus
from storage.bus.port import Bus, Callback, Unsubscribe
from storage.client import Mongo
from storage.log import Append
from storage.tasks import Tasks
from tests.wire.client import Client, calling
from tests.wire.house import EPOCH, Plan, eventually, serving
from tests.wire.test_order import fill, seqs

TIMES = FeedTimes(announce_ms=100, deaf_ms=300, poll_ms=100, compare_ms=60_000, retry_ms=50)


class FaultyBus(LocalBus):
    """A bus with switches.

    Attributes:
        loses: Drop every note of these channels, in all partitions.
        doubles: Deliver every note twice.
        dead: Drop everything.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loses: set[str] = set()
        self.doubles = False
        self.dead = False
        self.reconnected: list[Callable[[], None]] = []

    @override
    async def publish(self, channel: str, payload: bytes) -> None:
        """As told by the switches."""
        if self.dead or channel.removeprefix(PREFIX).partition(".")[0] in self.loses:
            return
        for _ in range(2 if self.doubles else 1):
            await super().publish(channel, payload)

    @override
    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Keep it for the test."""
        self.reconnected.append(callback)


def plan(bus: Bus, times: FeedTimes = TIMES) -> Plan:
    return Plan(settings=replace(ExchangeSettings(several=True), feed=times), bus=bus)


async def inside(client: Client, number: int) -> None:
    await client.hello(f"bearer-{number}")
    await client.do("subscribe", topic="talk:hall")


async def test_two_servers_have_one_order(mongo: Mongo) -> None:
    bus = LocalBus()
    async with (
        serving(mongo, plan(bus)) as left,
        serving(mongo, plan(bus)) as right,
        calling(left.url) as a,
        calling(right.url) as b,
    ):
        await inside(a, 1)
        await inside(b, 2)

        async def speak(client: Client) -> None:
            for number in range(60):
                await client.do("talk.say", room="hall", text=str(number))

        async with asyncio.TaskGroup() as group:
            group.create_task(speak(a))
            group.create_task(speak(b))
        heard = [await client.until(120, "talk.said") for client in (a, b)]
        assert seqs(heard[0]) == seqs(heard[1]) == list(range(1, 121))
        assert [e["text"] for e in heard[0]] == [e["text"] for e in heard[1]]


async def test_doubled_notes_are_heard_once(mongo: Mongo) -> None:
    bus = FaultyBus()
    bus.doubles = True
    async with serving(mongo, plan(bus)) as left, serving(mongo, plan(bus)) as right, calling(right.url) as b:
        await inside(b, 2)
        await fill(left, 20)
        await b.until(20, "talk.said")
        await fill(right, 1)
        assert seqs(await b.until(21, "talk.said")) == list(range(1, 22))


async def test_a_jump_is_mended_from_the_log(mongo: Mongo) -> None:
    bus = FaultyBus()
    async with serving(mongo, plan(bus)) as left, serving(mongo, plan(bus)) as right, calling(right.url) as b:
        await inside(b, 2)
        bus.loses = {"log", "heads"}
        await fill(left, 450)
        bus.loses = set()
        await fill(left, 1)
        assert seqs(await b.until(451, "talk.said")) == list(range(1, 452))


async def test_a_lost_last_note_is_found_by_the_announced_heads(mongo: Mongo) -> None:
    bus = FaultyBus()
    async with serving(mongo, plan(bus)) as left, serving(mongo, plan(bus)) as right, calling(right.url) as b:
        await inside(b, 2)
        bus.loses = {"log"}
        await fill(left, 3)
        assert seqs(await b.until(3, "talk.said", wait_s=2)) == [1, 2, 3]


async def test_without_a_bus_the_log_is_asked(mongo: Mongo) -> None:
    bus = FaultyBus()
    async with serving(mongo, plan(bus)) as left, serving(mongo, plan(bus)) as right, calling(right.url) as b:
        await inside(b, 2)
        bus.dead = True
        await fill(left, 5)
        assert seqs(await b.until(5, "talk.said", wait_s=3)) == [1, 2, 3, 4, 5]


async def test_after_a_reconnect_all_heads_are_compared(mongo: Mongo) -> None:
    bus = FaultyBus()
    times = replace(TIMES, announce_ms=60_000, deaf_ms=60_000)
    async with (
        serving(mongo, plan(bus, times)) as left,
        serving(mongo, plan(bus, times)) as right,
        calling(right.url) as b,
    ):
        await inside(b, 2)
        bus.dead = True
        await fill(left, 4)
        await asyncio.sleep(0.2)
        assert b.of("talk.said") == []
        bus.dead = False
        for callback in bus.reconnected:
            callback()
        assert seqs(await b.until(4, "talk.said", wait_s=2)) == [1, 2, 3, 4]


async def test_a_commit_nobody_told_is_found_by_the_rare_comparison(mongo: Mongo) -> None:
    """A process died between its commit and its note: no head of it is ever announced."""
    times = replace(TIMES, compare_ms=200, poll_ms=100)
    async with serving(mongo, plan(LocalBus(), times)) as house, calling(house.url) as client:
        await inside(client, 1)
        house.log.listeners, kept = [], house.log.listeners
        await house.log.append(
            Append("talk:hall", "talk.said", {"text": "没人说"}, sender="m", counter="main")
        )
        house.log.listeners = kept
        assert seqs(await client.until(1, "talk.said", wait_s=3)) == [1]


async def test_poisoned_notes_are_skipped_and_the_good_ones_heard(mongo: Mongo) -> None:
    bus = LocalBus()
    async with serving(mongo, plan(bus)) as left, serving(mongo, plan(bus)) as right, calling(right.url) as b:
        await inside(b, 2)
        event = {"type": "talk.said", "topic": "talk:hall", "seq": 1, "at_ms": 1, "sender": "x", "text": "假"}
        head = {"node": "evil", "topic": "talk:hall", "seqs": [1], "revises": [False]}
        poison: list[bytes] = [
            b"", b"\x00\xff", b"{", b"null", b"[]", b"{}", b'{"node":1}',
            orjson.dumps(head | {"seqs": [10**18]}) + b"\n" + orjson.dumps(event),
            orjson.dumps(head | {"seqs": ["1"]}) + b"\n" + orjson.dumps(event),
            orjson.dumps(head) + b"\n{",
            orjson.dumps(head),
            orjson.dumps(head) + b"\n" + orjson.dumps(event | {"topic": "talk:other"}),
            orjson.dumps({"node": "evil", "heads": {"talk:hall": 10**15}}),
            orjson.dumps({"node": "evil", "heads": {"talk:hall": "many"}}),
            orjson.dumps({"node": "evil", "heads": 7}),
            orjson.dumps({"node": "evil", "name": ["x"]}),
            orjson.dumps({"node": "evil", "topic": "talk:hall", "whole": True}) + b"\n[1,2]",
            orjson.dumps({"node": "evil", "topic": "talk:hall", "whole": True}) + b'\n{"m":[[1]]}',
        ]  # fmt: skip
        here = partition_of("talk:hall")
        channels = (f"log.{here}", f"live.{here}", "heads", "access", "presence")
        for channel, note in itertools.product(channels, poison):
            await bus.publish(PREFIX + channel, note)
        await fill(left, 3)
        heard = await b.until(3, "talk.said")
        assert seqs(heard) == [1, 2, 3]
        assert [event["text"] for event in heard] == ["第1句", "第2句", "第3句"]
        await eventually(lambda: right.exchange.connection_count == 1)


class SlowBus(LocalBus):
    """A bus whose subscriptions to notes about topics stand late, as a distant Redis makes them.

    Attributes:
        after_s: How long one takes; longer than `patience_s` and the subscriber goes on without.
        patience_s: What the port promises, shorter here.
        tells: Negative control: False when it forgets to tell that a subscription stands late.
    """

    patience_s = 0.2

    def __init__(self, after_s: float, *, tells: bool = True) -> None:
        super().__init__()
        self.after_s = after_s
        self.tells = tells
        self.stood = 0
        self._told: list[Callable[[], None]] = []
        self._tasks = Tasks()

    @override
    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Keep it."""
        self._told.append(callback)

    @override
    async def subscribe(self, channel: str, callback: Callback) -> Unsubscribe:
        """See Bus."""
        if not channel.startswith((f"{PREFIX}log.", f"{PREFIX}live.")):
            return await super().subscribe(channel, callback)
        standing = self._tasks.begin(self._stand(channel, callback), name="subscribe")
        await asyncio.wait((standing,), timeout=self.patience_s)

        async def unsubscribe() -> None:
            return None

        return unsubscribe

    async def _stand(self, channel: str, callback: Callback) -> None:
        await asyncio.sleep(self.after_s)
        await super().subscribe(channel, callback)
        self.stood += 1
        if self.after_s > self.patience_s and self.tells:
            for told in self._told:
                told()


MUTE = replace(TIMES, announce_ms=60_000, deaf_ms=60_000)
"""Heads are neither announced nor compared by themselves: only what is under test can find an entry."""


async def test_a_reader_waits_for_its_subscription_before_it_reads(mongo: Mongo) -> None:
    bus = SlowBus(0.1)
    async with (
        serving(mongo, plan(bus, MUTE)) as left,
        serving(mongo, plan(bus, MUTE)) as right,
        calling(right.url) as b,
        asyncio.TaskGroup() as group,
    ):
        await b.hello("bearer-2")
        group.create_task(fill(left, 40))  # before, while and after the subscription comes to stand
        answer = await b.do("subscribe", topic="talk:hall", since={"epoch": EPOCH, "seq": 0})
        assert bus.stood >= 2
        page = [event["seq"] for event in answer["events"]]
        heard = await b.until(40 - len(page), "talk.said", wait_s=3)
        assert page + seqs(heard) == list(range(1, 41))


@pytest.mark.parametrize("tells", [True, False])
async def test_a_subscription_that_stands_too_late_is_made_good_by_a_comparison(
    mongo: Mongo, *, tells: bool
) -> None:
    bus = SlowBus(0.6, tells=tells)
    async with (
        serving(mongo, plan(bus, MUTE)) as left,
        serving(mongo, plan(bus, MUTE)) as right,
        calling(right.url) as b,
    ):
        await inside(b, 2)
        assert bus.stood == 0
        await fill(left, 3)  # nobody over there hears these
        await eventually(lambda: bus.stood >= 2)
        if tells:
            assert seqs(await b.until(3, "talk.said", wait_s=1)) == [1, 2, 3]
        else:
            await asyncio.sleep(0.5)
            assert b.of("talk.said") == []
