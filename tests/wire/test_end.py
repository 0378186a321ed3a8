"""The end of a server: answers that are under way arrive, everybody is told when to come back, nobody can hold it up."""

import asyncio
import json
import re
import signal
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from channels.core.exchange import ExchangeSettings
from storage.client import Mongo, MongoSettings
from tests.wire.client import calling
from tests.wire.house import Plan, eventually, serving
from tests.wire.raw import TEXT, dialled, frame, shaken
from tests.wire.served import process_of


@pytest.mark.slow
async def test_sigterm_ends_the_process_in_time_whatever_clients_do(
    mongo: Mongo, mongo_settings: MongoSettings
) -> None:
    async with process_of(mongo_settings) as (child, port):
        url = f"ws://127.0.0.1:{port}/ws"
        async with (
            shaken(port, receive_buffer_bytes=4_096) as stuck,
            shaken(port, receive_buffer_bytes=4_096) as silent,
            dialled(port) as dripping,
            dialled(port, receive_buffer_bytes=4_096) as pouring,
            calling(url) as waiting,
            calling(url) as idle,
        ):
            dripping.send(b"GET / HTTP/1.1\r\nHost: a")
            pouring.send(b"GET /pour HTTP/1.1\r\nHost: a\r\n\r\n")
            hello = {"type": "hello", "ref": 1, "protocol": 1, "client": "raw", "token": "bearer-3"}
            enter = {"type": "subscribe", "ref": 2, "topic": "talk:hall"}
            for raw in (stuck, silent):
                raw.send(*(frame(TEXT, json.dumps(message).encode()) for message in (hello, enter)))
            await asyncio.sleep(0.3)
            for raw in (stuck, silent, pouring):
                raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await waiting.hello("bearer-1")
            await idle.hello("bearer-2")
            for _ in range(40):  # several megabytes towards those who do not read
                await waiting.do("talk.say", room="hall", text="长" * 15_000)
            never = asyncio.ensure_future(waiting.do("talk.wait"))
            await asyncio.sleep(0.05)
            started = time.monotonic()
            child.send_signal(signal.SIGTERM)
            code, reason = await idle.closed()
            assert code == 1012
            assert re.fullmatch(r"SERVICE_RESTART retry_after_ms=\d+", reason)
            assert (await waiting.closed())[0] == 1012
            with pytest.raises(ConnectionError):
                await never
            assert await asyncio.wait_for(child.wait(), 10) == 0
            took_s = time.monotonic() - started
            print(
                f"\nSIGTERM: ended in {took_s:.2f} s with two readers that stopped and a command that never ends"
            )
            assert took_s < 5


async def test_commands_under_way_are_answered_before_the_socket_closes(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as busy, calling(house.url) as idle:
        await busy.hello("bearer-1")
        await idle.hello("bearer-2")
        waiting = asyncio.ensure_future(busy.do("talk.wait"))
        await eventually(lambda: house.talk.waiting_count == 1)
        house.exchange.drain()
        assert (await idle.closed())[0] == 1012
        assert house.exchange.connection_count == 1
        async with calling(house.url) as late:
            code, reason = await late.closed()
            assert (code, reason.partition("=")[0]) == (1012, "SERVICE_RESTART retry_after_ms")
        house.talk.gate.set()
        assert await waiting == {}
        assert (await busy.closed())[0] == 1012


async def test_those_who_are_sent_away_come_back_at_different_times(mongo: Mongo) -> None:
    settings = replace(ExchangeSettings(several=False), spread_ms=60_000)
    async with serving(mongo, Plan(settings=settings)) as house:
        advice = set()
        async with AsyncExitStack() as stack:
            opened = [await stack.enter_async_context(shaken(house.port)) for _ in range(12)]
            house.exchange.drain()
            for raw in opened:
                ((_, payload),) = await raw.frames(1)
                advice.add(payload[2:].decode().rpartition("=")[2])
        assert len(advice) >= 10
        assert all(0 <= int(retry_ms) <= 60_000 for retry_ms in advice)
