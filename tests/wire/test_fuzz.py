"""Random input (A10): no traceback, no lost session for others, and a normal session afterwards.

`HUITANG_FUZZ_COUNT` sets the number of frames; the seed is printed.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import time
from dataclasses import replace

import pytest

from channels.core.exchange import ExchangeSettings
from channels.core.session import SessionLimits
from storage.client import Mongo
from tests.wire.client import calling
from tests.wire.house import House, Plan, eventually, serving
from tests.wire.raw import BINARY, CLOSE, CONT, PING, PONG, TEXT, Raw, frame, shaken

COUNT = int(os.environ.get("HUITANG_FUZZ_COUNT", "100000"))
SEED = int(os.environ.get("HUITANG_FUZZ_SEED", "20260101"))
LINES = 8
BATCH = 40  # frames between two marks
MARK = b"so far"
WORDS = (
    "type", "ref", "hello", "subscribe", "resume", "replay", "unsubscribe", "heartbeat", "talk.say", "talk.wave", "topic",
    "topics", "talk:hall", "room", "hall", "text", "since", "epoch", "seq", "after", "before", "limit", "token", "1", "",
    "$where", "__proto__", "\u0000", "\ud800", "好", "\u202e", "🏴", "a" * 300,
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 200, 2**31 - 1, 2**31, 2**53, 2**63, 2**64, 10**30, 0.5, 1e308, -0.0)


def anything(chance: random.Random, depth: int = 0) -> object:
    """A JSON value made of the wire's own words."""
    match chance.randrange(8 if depth < 4 else 5):
        case 0 | 1:
            return chance.choice(WORDS)
        case 2 | 3:
            return chance.choice(NUMBERS)
        case 4:
            return chance.choice((True, False, None))
        case 5:
            return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            return {chance.choice(WORDS): anything(chance, depth + 1) for _ in range(chance.randrange(6))}


def near_miss(chance: random.Random) -> dict[str, object]:
    """A command that is almost right."""
    message: dict[str, object] = {
        "type": chance.choice(
            ("subscribe", "resume", "replay", "unsubscribe", "heartbeat", "talk.say", "talk.wave")
        ),
        "ref": chance.randrange(1, 50),
        "topic": "talk:hall",
        "topics": {"talk:hall": {"epoch": "1", "seq": chance.randrange(5)}},
        "room": "hall",
        "text": "x",
        "after": 0,
        "before": chance.randrange(5),
    }
    for name in chance.sample(sorted(message), chance.randrange(7)):
        if chance.random() < 0.7:
            message.pop(name, None)
        else:
            message[name] = anything(chance)
    return message


def payload(chance: random.Random) -> bytes:
    """Bytes of a text message: sound JSON, cut JSON, flipped bytes, noise."""
    kind = chance.randrange(10)
    if kind == 0:
        return chance.randbytes(chance.randrange(60))
    raw = json.dumps(near_miss(chance) if kind < 7 else anything(chance)).encode()
    if kind == 8:
        return raw[: chance.randrange(len(raw) + 1)]
    if kind == 9 and raw:
        place = chance.randrange(len(raw))
        return raw[:place] + bytes([raw[place] ^ (1 << chance.randrange(8))]) + raw[place + 1 :]
    return raw


def wild_frame(chance: random.Random) -> bytes:
    """Mostly sound frames around wild payloads, a few broken ones."""
    kind = chance.randrange(200)
    if kind == 0:
        opcode = chance.choice((CLOSE, CONT, 3, 15, PING))
        return frame(opcode, chance.randbytes(5), fin=chance.random() < 0.5, rsv=chance.randrange(8))
    if kind == 1:
        return chance.randbytes(chance.randrange(1, 30))
    if kind < 12:
        return frame(chance.choice((BINARY, PING, PONG)), chance.randbytes(chance.randrange(60)))
    if kind < 20:
        raw = payload(chance)
        cut = chance.randrange(len(raw) + 1)
        return frame(TEXT, raw[:cut], fin=False) + frame(CONT, raw[cut:])
    return frame(TEXT, payload(chance))


async def fuzz(house: House, count: int, chance: random.Random) -> int:
    """Have the server work through `count` frames, over as many connections as it takes; returns how many those were.

    Frames count when the server answered a ping behind them; what follows a frame that broke the connection does not.
    """
    lives = 0
    while count > 0:
        lives += 1
        async with shaken(house.port) as raw:
            hello = {
                "type": "hello",
                "ref": 99,
                "protocol": 1,
                "client": "fuzz",
                "token": f"bearer-{lives % 50 + 100}",
            }
            raw.send(frame(TEXT, json.dumps(hello).encode()))
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while count > 0:
                    raw.send(*(wild_frame(chance) for _ in range(BATCH)), frame(PING, MARK))
                    await until_mark(raw)
                    count -= BATCH
    return lives


async def until_mark(raw: Raw) -> None:
    """Read until the server has come to the mark, or closed."""
    while True:
        ((opcode, payload),) = await raw.frames(1)
        if opcode == CLOSE:
            raise ConnectionResetError
        if opcode == PONG and payload == MARK:
            return


@pytest.mark.slow
async def test_random_frames_break_nothing(mongo: Mongo, caplog: pytest.LogCaptureFixture) -> None:
    session = replace(SessionLimits(), errors_max=10**9, per_minute=0)
    plan = Plan(
        settings=replace(ExchangeSettings(several=False), session=session, account_connections_max=1_000)
    )
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        async with serving(mongo, plan) as house, calling(house.url) as witness:
            await witness.hello("bearer-1")
            await witness.do("subscribe", topic="talk:witness")
            lives = 0
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(fuzz(house, COUNT // LINES, random.Random(SEED + n)))
                    for n in range(LINES)
                ]
            lives = sum(task.result() for task in tasks)
            await eventually(lambda: house.exchange.connection_count == 1, 10)
            await witness.do("heartbeat")
            async with calling(house.url) as after:
                await after.hello("bearer-2")
                await after.do("subscribe", topic="talk:witness")
                await after.do("talk.say", room="witness", text="一切正常")
                assert (await witness.until(1, "talk.said"))[0]["text"] == "一切正常"
    took_s = time.monotonic() - started
    print(f"\nfuzz: {COUNT} frames over {lives} connections in {took_s:.1f} s, seed {SEED}")
    loud = [r.getMessage() for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR]
    assert loud == []
