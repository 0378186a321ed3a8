"""Compression: one frame for many readers, long events only, never an answer; and everything a client may send."""

import json
import zlib

from channels.core.framing import PACK_WINDOW_BITS, TAIL
from server.websocket import SocketProtocol
from storage.client import Mongo
from tests.wire.client import Frame, calling
from tests.wire.house import Plan, serving
from tests.wire.raw import TEXT, dialled, frame, request, shaken

LONG = "关于召开支部党员大会的通知：请全体同志准时参加，请假须书面说明理由。" * 40
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"


def text(message: Frame) -> bytes:
    return frame(TEXT, json.dumps(message).encode())


async def test_long_events_reach_readers_with_and_without_compression(mongo: Mongo) -> None:
    async with (
        serving(mongo) as house,
        calling(house.url, deflate=True) as packed,
        calling(house.url) as plain,
    ):
        for number, client in enumerate((packed, plain), 1):
            await client.hello(f"bearer-{number}")
            await client.do("subscribe", topic="talk:hall")
        await packed.do("talk.say", room="hall", text=LONG)
        await plain.do("talk.say", room="hall", text="短")
        for client in (packed, plain):
            heard = await client.until(2, "talk.said")
            assert [event["text"] for event in heard] == [LONG, "短"]
        counts = house.exchange.counts
        assert counts.saved_bytes > 0.5 * len(LONG.encode())
        assert counts.saved_bytes < len(LONG.encode())


async def test_answers_are_not_compressed_and_events_are(mongo: Mongo) -> None:
    """What only one caller gets may hold secrets beside texts of others: its size must not tell about them."""
    async with serving(mongo) as house, shaken(house.port, OFFER) as raw, calling(house.url) as speaker:
        hello = {"type": "hello", "ref": 1, "protocol": 1, "client": "raw/1", "token": "bearer-1"}
        for message in (hello, {"type": "subscribe", "ref": 2, "topic": "talk:hall"}):
            raw.send(text(message))
            while f'"ref":{message["ref"]}'.encode() not in (await raw.frames(1))[0][1]:
                pass
        await speaker.hello("bearer-2")
        await speaker.do("talk.say", room="hall", text=LONG)
        raw.send(text({"type": "replay", "ref": 3, "topic": "talk:hall", "after": 0, "before": 2}))
        told: list[str] = []
        while len(told) < 2:
            ((opcode, payload),) = await raw.frames(1)
            if opcode & 0x40:
                event = json.loads(zlib.decompressobj(-PACK_WINDOW_BITS).decompress(payload + TAIL))
                told.append(f"event {event['text'] == LONG} packed")
            elif LONG.encode() in payload:
                told.append("answer plain")
        assert sorted(told) == ["answer plain", "event True packed"]


async def test_no_context_is_taken_over_on_either_side(mongo: Mongo) -> None:
    async with serving(mongo) as house, dialled(house.port) as raw:
        raw.send(request(OFFER))
        head = await raw.reader.readuntil(b"\r\n\r\n")
        assert b"server_no_context_takeover" in head
        assert b"client_no_context_takeover" in head


async def test_a_reader_with_a_smaller_window_gets_plain_frames(mongo: Mongo) -> None:
    small = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9"
    async with serving(mongo) as house, shaken(house.port, small), calling(house.url, deflate=True):
        packs = [c.packs for c in house.server.server_state.connections if isinstance(c, SocketProtocol)]
        assert sorted(packs) == [False, True]


async def test_compression_can_be_switched_off(mongo: Mongo) -> None:
    async with serving(mongo, Plan(deflate=False)) as house, calling(house.url, deflate=True) as client:
        assert client.socket.protocol.extensions == []
        await client.hello("bearer-1")


async def test_a_compressed_bomb_is_refused_before_it_unfolds(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url, deflate=True) as client:
        await client.hello("bearer-1")
        await client.socket.send("零" * 10_000_000)
        code, _ = await client.closed()
        assert code == 1009
