"""Several servers over one database: one order, and nothing lost when the bus loses, lies or dies."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import orjson
from typing_extensions import override

from channels.core.exchange import ExchangeSettings
from channels.core.feed import FeedTimes
from channels.core.relay import PREFIX
from storage.bus.local import LocalBus
from storage.bus.port import Bus
from storage.client import Mongo
from storage.log import Append
from tests.wire.client import Client, calling
from tests.wire.house import Plan, eventually, serving
from tests.wire.test_order import fill, seqs

TIMES = FeedTimes(announce_ms=100, deaf_ms=300, poll_ms=100, compare_ms=60_000, retry_ms=50)


class FaultyBus(LocalBus):
    """A bus with switches.

    Attributes:
        loses: Drop every note of these channels.
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
        if self.dead or channel.removeprefix(PREFIX) in self.loses:
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
        for channel, note in itertools.product(("log", "heads", "live", "access", "presence"), poison):
            await bus.publish(PREFIX + channel, note)
        await fill(left, 3)
        heard = await b.until(3, "talk.said")
        assert seqs(heard) == [1, 2, 3]
        assert [event["text"] for event in heard] == ["第1句", "第2句", "第3句"]
        await eventually(lambda: right.exchange.connection_count == 1)
