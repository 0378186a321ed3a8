"""Slow readers: they miss pushes, are told so and recover, or are closed; nobody else notices."""

import asyncio
import json
import socket
from dataclasses import replace

from typing_extensions import override

from channels.core.exchange import ExchangeSettings
from channels.core.seats import HubLimits
from server.websocket import Sink, SocketProtocol
from storage.client import Mongo
from tests.wire.client import Frame, calling
from tests.wire.house import House, Plan, eventually, serving
from tests.wire.raw import TEXT, Raw, frame, shaken

LONG = "慢" * 5_000
SMALL = HubLimits(soft_bytes=65_536, hard_bytes=50_000_000, lag_ms=60_000, watch_ms=20)


class SmallBuffer(SocketProtocol):
    """Makes the kernel keep little, so that tests need not write megabytes."""

    close_s = 0.3

    @override
    def attach(self, sink: Sink) -> None:
        """Shrink the kernel's send buffer, then as always."""
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        super().attach(sink)


def plan(limits: HubLimits) -> Plan:
    return Plan(settings=replace(ExchangeSettings(several=False), hub=limits), ws=SmallBuffer)


async def enter(raw: Raw, number: int) -> None:
    """Hello and subscribe on a raw socket."""
    for message in (
        {"type": "hello", "ref": 1, "protocol": 1, "client": "slow/1", "token": f"bearer-{number}"},
        {"type": "subscribe", "ref": 2, "topic": "talk:hall"},
    ):
        raw.send(frame(TEXT, json.dumps(message).encode()))
        while (await take(raw)).get("ref") != message["ref"]:
            pass


async def take(raw: Raw) -> Frame:
    ((_, payload),) = await raw.frames(1)
    found: Frame = json.loads(payload)
    return found


async def say(house: House, count: int) -> None:
    async with calling(house.url) as speaker:
        await speaker.hello("bearer-90")
        for _ in range(count):
            await speaker.do("talk.say", room="hall", text=LONG)


async def test_a_reader_that_never_reads_is_closed_and_the_others_hear_everything(mongo: Mongo) -> None:
    async with (
        serving(mongo, plan(replace(SMALL, lag_ms=300))) as house,
        shaken(house.port, receive_buffer_bytes=4_096) as stuck,
        calling(house.url) as good,
    ):
        await enter(stuck, 1)
        await good.hello("bearer-2")
        await good.do("subscribe", topic="talk:hall")
        stuck.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await say(house, 60)
        heard = await good.until(60, "talk.said")
        assert [event["seq"] for event in heard] == list(range(1, 61))
        await eventually(lambda: house.exchange.connection_count == 1, 5)
        await eventually(lambda: len(house.server.server_state.connections) == 1, 5)
        await good.do("talk.say", room="hall", text="还在")


async def test_a_reader_over_the_hard_bound_is_closed_at_once(mongo: Mongo) -> None:
    limits = replace(SMALL, soft_bytes=65_536, hard_bytes=66_000)
    async with serving(mongo, plan(limits)) as house, shaken(house.port, receive_buffer_bytes=4_096) as stuck:
        await enter(stuck, 1)
        stuck.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await say(house, 40)
        await eventually(lambda: house.exchange.connection_count == 0, 5)


async def test_a_reader_that_drains_is_told_what_it_missed_and_goes_on(mongo: Mongo) -> None:
    async with serving(mongo, plan(SMALL)) as house, shaken(house.port, receive_buffer_bytes=4_096) as slow:
        await enter(slow, 1)
        transport = slow.writer.transport
        transport.pause_reading()  # type: ignore[attr-defined]
        await say(house, 60)
        transport.resume_reading()  # type: ignore[attr-defined]
        seqs: list[int] = []
        while (message := await take(slow))["type"] != "lagged":
            if message["type"] == "talk.said":
                seqs.append(message["seq"])
        head = message["heads"]["talk:hall"]
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(seqs) < head == 60
        await say(house, 1)
        replay = {"type": "replay", "ref": 3, "topic": "talk:hall", "after": len(seqs), "before": head + 1}
        slow.send(frame(TEXT, json.dumps(replay).encode()))
        while (message := await take(slow)).get("ref") != 3:
            if message["type"] == "talk.said":
                assert message["seq"] == head + 1
        first = [event["seq"] for event in message["result"]["events"]]
        assert first[0] == len(seqs) + 1


async def test_memory_of_stuck_readers_is_bounded_and_given_back(mongo: Mongo) -> None:
    async with serving(mongo, plan(replace(SMALL, lag_ms=500))) as house, asyncio.TaskGroup() as group:
        stuck = [group.create_task(_be_stuck(house, number)) for number in range(1, 11)]
        await eventually(lambda: house.exchange.connection_count == 10, 5)
        await asyncio.sleep(0.2)
        await say(house, 80)
        connections = [c for c in house.server.server_state.connections if isinstance(c, SocketProtocol)]
        assert max((c.buffered_bytes() for c in connections), default=0) < 65_536 + 200_000
        await eventually(lambda: house.exchange.connection_count == 0, 5)
        for task in stuck:
            task.cancel()


async def _be_stuck(house: House, number: int) -> None:
    async with shaken(house.port, receive_buffer_bytes=4_096) as raw:
        await enter(raw, number)
        raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()
