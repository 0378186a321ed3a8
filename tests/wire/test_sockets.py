"""The door and the line: Origin, hello, caps, malformed messages, broken frames, dead peers."""

import asyncio
import gc
import json
import logging
from dataclasses import replace

import pytest
from websockets.http11 import Request

from channels.core.exchange import ExchangeSettings
from channels.core.session import SessionLimits
from server.socket_endpoint import SocketLimits
from server.websocket import SocketProtocol
from storage.client import Mongo
from tests.wire.client import Frame, calling
from tests.wire.house import ORIGIN, Plan, eventually, serving
from tests.wire.raw import (
    BINARY,
    CLOSE,
    CONT,
    PING,
    PONG,
    TEXT,
    Raw,
    dialled,
    frame,
    request,
    shaken,
    status_of,
)

HELLO = {"type": "hello", "ref": 1, "protocol": 1, "client": "raw/1", "token": "bearer-1"}
COOKIE = "Cookie: __Host-huitang=cookie-1"


def quick(**bounds: int) -> ExchangeSettings:
    """Settings with small bounds of a connection."""
    return ExchangeSettings(several=False, tick_ms=20, session=replace(SessionLimits(), **bounds))


def text(message: Frame) -> bytes:
    return frame(TEXT, json.dumps(message).encode())


async def spoken(raw: Raw) -> Frame:
    """The next text message of the server."""
    ((opcode, payload),) = await raw.frames(1)
    assert opcode == TEXT
    found: Frame = json.loads(payload)
    return found


ORIGINS = [
    (ORIGIN, True),
    (None, True),
    ("null", False),
    ("", False),
    ("https://evil.test", False),
    ("https://evilhui.test", False),
    ("https://hui.test.evil.test", False),
    ("https://hui.test:8443", False),
    ("https://hui.test/", False),
    ("http://hui.test", False),
    ("HTTPS://hui.test", False),
    ("https://HUI.test", False),
    ("https://hui.test, https://evil.test", False),
    ("file://", False),
]


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS)
async def test_the_origin_must_be_ours_to_the_letter(mongo: Mongo, origin: str | None, allowed: bool) -> None:
    async with serving(mongo) as house:
        assert await status_of(house.port, request(origin=origin)) == (101 if allowed else 403)


async def test_two_origins_or_a_cookie_without_origin_are_refused(mongo: Mongo) -> None:
    async with serving(mongo) as house:
        assert await status_of(house.port, request(f"Origin: {ORIGIN}")) in (400, 403)
        assert await status_of(house.port, request(COOKIE, origin=None)) == 403
        assert await status_of(house.port, request(COOKIE)) == 101
        assert house.exchange.connection_count == 0 or await _none_left(house.exchange)


async def _none_left(exchange: object) -> bool:
    await eventually(lambda: getattr(exchange, "connection_count") == 0)  # noqa: B009 - any exchange
    return True


async def test_a_browser_is_known_by_its_cookie_and_others_by_their_token(mongo: Mongo) -> None:
    async with serving(mongo) as house:
        async with calling(house.url, origin=ORIGIN, cookie="cookie-7") as browser:
            welcome = await browser.hello()
            assert welcome["type"] == "welcome"
            assert welcome["member"] == house.sessions.facts[welcome["session"]].member
        for cookie, origin, token in (
            (None, None, None),
            (None, None, "bearer-x"),
            (None, None, "cookie-1"),
            ("bearer-1", ORIGIN, None),
            ("cookie-x", ORIGIN, None),
            ("cookie-1", ORIGIN, "nothing"),
        ):
            async with calling(house.url, origin=origin, cookie=cookie) as caller:
                with pytest.raises(ConnectionError):
                    await caller.hello(token)
                assert await caller.closed() == (4501, "NOT_AUTHENTICATED")


async def test_neither_urls_nor_headers_nor_messages_reach_the_log(
    mongo: Mongo, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(mongo) as house:
        with (
            caplog.at_level(logging.DEBUG, "uvicorn.error"),
            caplog.at_level(logging.DEBUG, "websockets"),
            caplog.at_level(logging.DEBUG, "huitang"),
        ):
            assert await status_of(house.port, request(path="/ws?token=geheimnis-13")) == 400
            cookie = "Cookie: __Host-huitang=geheimnis-13"
            assert await status_of(house.port, request(cookie, origin="https://evil.test")) == 403
            async with shaken(house.port, cookie) as raw:
                raw.send(text(HELLO | {"client": "geheimnis-13"}))
                await spoken(raw)
    own = [record for record in caplog.records if not record.name.startswith(("pymongo", "asyncio"))]
    assert own
    assert "geheimnis" not in "".join(record.getMessage() for record in own)
    assert [record.getMessage() for record in own if record.levelno >= logging.ERROR] == []


async def test_silence_before_the_hello_ends_in_time(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=quick(hello_ms=200))) as house, shaken(house.port) as raw:
        assert await raw.close_code(2) == 4402


async def test_silence_after_the_hello_ends_in_time(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=quick(silence_ms=300))) as house, shaken(house.port) as raw:
        raw.send(text(HELLO))
        assert (await spoken(raw))["type"] == "welcome"
        assert await raw.close_code(2) == 4401


async def test_an_old_client_is_told_to_reload(mongo: Mongo) -> None:
    async with serving(mongo) as house, shaken(house.port) as raw:
        raw.send(text(HELLO | {"protocol": 2}))
        assert (await spoken(raw))["key"] == "PROTOCOL_VERSION_UNKNOWN"
        assert await raw.close_code() == 4503


async def test_nothing_goes_before_the_hello(mongo: Mongo) -> None:
    async with serving(mongo) as house, shaken(house.port) as raw:
        raw.send(text({"type": "subscribe", "ref": 3, "topic": "talk:hall"}))
        refused = await spoken(raw)
        assert (refused["key"], refused["ref"]) == ("HELLO_FIRST", 3)
        raw.send(text(HELLO))
        assert (await spoken(raw))["type"] == "welcome"
        raw.send(text(HELLO | {"ref": 9}))
        assert (await spoken(raw))["key"] == "BAD_FRAME"


async def test_one_account_has_so_many_connections(mongo: Mongo) -> None:
    settings = replace(quick(), account_connections_max=2)
    async with serving(mongo, Plan(settings=settings)) as house:
        async with calling(house.url) as a, calling(house.url) as b, calling(house.url) as c:
            await a.hello("bearer-1")
            await b.hello("bearer-1")
            with pytest.raises(ConnectionError):
                await c.hello("bearer-1")
            code, reason = await c.closed()
            assert code == 1013
            assert reason.startswith("TRY_LATER retry_after_ms=")
        await _none_left(house.exchange)
        async with calling(house.url) as again:
            await again.hello("bearer-1")


async def test_one_address_and_the_process_have_so_many_connections(mongo: Mongo) -> None:
    async with serving(mongo, Plan(sockets=SocketLimits(address_connections_max=2))) as house:
        async with shaken(house.port), shaken(house.port):
            assert await status_of(house.port, request()) == 429
        await _none_left(house.exchange)
        assert await status_of(house.port, request()) == 101
    async with serving(mongo, Plan(sockets=SocketLimits(connections_max=1))) as house, shaken(house.port):
        assert await status_of(house.port, request()) == 503


POISON: list[tuple[bytes, str]] = [
    (b"", "BAD_FRAME"),
    (b"{}", "BAD_FRAME"),
    (b"[]", "BAD_FRAME"),
    (b"nonsense", "BAD_FRAME"),
    (b'{"type":"talk.say","ref":5,"room":"hall","text":NaN}', "BAD_FIELD"),
    (b'{"type":"talk.say","ref":5,"room":"hall","text":Infinity}', "BAD_FIELD"),
    (b'{"type":"talk.say","ref":5,"room":"hall","text":"\\ud800"}', "BAD_FRAME"),
    (b'{"type":"replay","ref":5,"topic":"talk:hall","after":9223372036854775808,"before":1}', "BAD_FIELD"),
    (b'{"type":"replay","ref":5,"topic":"talk:hall","after":1180591620717411303424,"before":1}', "BAD_FIELD"),
    (b'{"type":"replay","ref":5,"topic":"talk:hall","after":' + b"9" * 5_000 + b',"before":1}', "BAD_FRAME"),
    (b"[" * 60_000, "BAD_FRAME"),
    (b'{"a":' * 12_000, "BAD_FRAME"),
    (b'{"type":"talk.say","ref":"5","room":"hall","text":"a"}', "BAD_FIELD"),
    (b'{"type":"talk.say","ref":true,"room":"hall","text":"a"}', "BAD_FIELD"),
    (b'{"type":"talk.say","ref":5,"room":"hall","text":"a","role":"admin"}', "BAD_FIELD"),
    (b'{"type":"talk.say","ref":5,"room":"hall","text":"a","$where":"1"}', "BAD_FIELD"),
    (b'{"type":"talk.say","ref":5,"room":"hall","text":"a","a\\u0000b":1}', "BAD_FIELD"),
    (b'{"type":"nobody.knows","ref":5}', "UNKNOWN_TYPE"),
]


async def test_the_poison_corpus_is_refused_and_the_session_goes_on(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=quick(errors_max=1_000))) as house, shaken(house.port) as raw:
        raw.send(text(HELLO))
        await spoken(raw)
        for poison, key in POISON:
            raw.send(frame(TEXT, poison))
            refused = await spoken(raw)
            assert (refused["type"], refused["key"]) == ("error", key), poison[:60]
            assert refused["ref"] in (None, 5)
        raw.send(frame(BINARY, b"\x00\x01"))
        assert (await spoken(raw))["key"] == "BAD_FRAME"
        raw.send(
            text({"type": "talk.say", "ref": 6, "room": "hall", "text": "\x00\u202e\u200b" + "e\u0301" * 50})
        )
        assert (await spoken(raw))["result"] == {"seq": 1, "duplicate": False}


async def test_too_many_malformed_messages_end_the_connection(mongo: Mongo) -> None:
    async with serving(mongo) as house, shaken(house.port) as raw:
        raw.send(text(HELLO))
        await spoken(raw)
        for _ in range(20):
            raw.send(frame(TEXT, b"{"))
        for _ in range(20):
            assert (await spoken(raw))["key"] == "BAD_FRAME"
        assert await raw.close_code() == 4502


async def test_a_flood_is_slowed_and_then_ended(mongo: Mongo) -> None:
    settings = quick(burst=5, per_minute=60, floods_max=10)
    async with serving(mongo, Plan(settings=settings)) as house, shaken(house.port) as raw:
        raw.send(text(HELLO))
        await spoken(raw)
        for ref in range(2, 20):
            raw.send(text({"type": "heartbeat", "ref": ref}))
        answers = [await spoken(raw) for _ in range(13)]
        assert [answer["type"] for answer in answers[:4]] == ["reply"] * 4
        assert {answer["key"] for answer in answers[4:]} == {"TOO_MANY_REQUESTS"}
        assert answers[4]["ref"] == 6
        assert await raw.close_code() == 1013


BROKEN_FRAMES = [
    (frame(TEXT, b"{}", mask=False), 1002),
    (frame(3, b""), 1002),
    (frame(TEXT, b"{}", rsv=4), 1002),
    (frame(PING, b"x" * 126), 1002),
    (frame(PING, b"x", fin=False), 1002),
    (frame(CONT, b"{}"), 1002),
    (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002),
    (frame(CLOSE, b"\x03"), 1002),
    (frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
    (frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"), 1007),
    (frame(TEXT, b"\xff\xfe"), 1007),
    (frame(TEXT, b"\xed\xa0\x80"), 1007),
    (frame(TEXT, b"{\xe4", fin=False) + frame(CONT, b"\xbd}"), 1007),
    (frame(TEXT, b" " * 65_537), 1009),
    (frame(TEXT, b" " * 40_000, fin=False) + frame(CONT, b" " * 40_000), 1009),
    (frame(CLOSE, (1000).to_bytes(2, "big")), 1000),
    (frame(CLOSE), 1005),
    (frame(TEXT, b"half", fin=False) + frame(CLOSE, (1000).to_bytes(2, "big")), 1000),  # Autobahn 7.1.5
]


@pytest.mark.parametrize(("sent", "code"), BROKEN_FRAMES, ids=range(len(BROKEN_FRAMES)))
async def test_broken_frames_are_answered_with_their_code_and_no_traceback(
    mongo: Mongo, caplog: pytest.LogCaptureFixture, sent: bytes, code: int
) -> None:
    async with serving(mongo) as house, shaken(house.port) as raw:
        raw.send(sent)
        assert await raw.close_code() == code
        assert await raw.rest() == b""
        await _none_left(house.exchange)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def test_fragments_and_pings_between_them_make_one_message(mongo: Mongo) -> None:
    async with serving(mongo) as house, shaken(house.port) as raw:
        hello = json.dumps(HELLO | {"client": "片段"}, ensure_ascii=False).encode()
        cut = hello.index("片".encode()) + 1
        raw.send(frame(TEXT, hello[:cut], fin=False), frame(PING, b"p"), frame(CONT, hello[cut:]))
        assert await raw.frames(1) == [(PONG, b"p")]
        assert (await spoken(raw))["type"] == "welcome"


async def test_what_is_said_before_the_handshake_is_answered_is_not_heard(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=quick(hello_ms=200))) as house, dialled(house.port) as raw:
        raw.send(request(), text(HELLO))
        answer = await raw.rest(5)
        assert b"welcome" not in answer
        await _none_left(house.exchange)


class QuickSocket(SocketProtocol):
    """Gives up on peers soon."""

    close_s = 0.2
    pong_buffer_bytes = 50_000


async def test_a_half_open_peer_is_found_and_freed(mongo: Mongo) -> None:
    """The peer neither closes nor answers pings: it takes interval plus timeout, whatever waits to be sent."""
    async with (
        serving(mongo, Plan(ping_s=0.3, ws=QuickSocket)) as house,
        shaken(house.port, receive_buffer_bytes=4_096) as raw,
    ):
        raw.send(text(HELLO))
        await spoken(raw)
        assert house.exchange.connection_count == 1
        started = asyncio.get_running_loop().time()
        await eventually(lambda: house.exchange.connection_count == 0, 3)
        assert asyncio.get_running_loop().time() - started < 1.5


async def test_a_peer_that_stalls_the_closing_handshake_is_dropped(mongo: Mongo) -> None:
    async with serving(mongo, Plan(ws=QuickSocket)) as house, shaken(house.port) as raw:
        raw.send(text(HELLO | {"token": "nobody"}))
        assert await raw.close_code() == 4501
        await eventually(lambda: not house.server.server_state.connections, 2)


async def test_a_peer_that_pings_and_never_reads_is_dropped(mongo: Mongo) -> None:
    async with (
        serving(mongo, Plan(ws=QuickSocket)) as house,
        shaken(house.port, receive_buffer_bytes=4_096) as raw,
    ):
        raw.reader._transport.pause_reading()  # type: ignore[attr-defined]
        ping = frame(PING, b"x" * 125) * 500
        async with asyncio.timeout(10):
            while house.exchange.connection_count or house.server.server_state.connections:
                raw.send(ping)
                await asyncio.sleep(0.005)


async def test_an_open_socket_keeps_nothing_of_its_handshake(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await client.hello("bearer-1")
        gc.collect()
        mine = {id(client.socket.request)}
        kept = [thing for thing in gc.get_objects() if isinstance(thing, Request) and id(thing) not in mine]
        assert kept == []
        assert await client.do("talk.say", room="hall", text="还在") == {"seq": 1, "duplicate": False}


async def test_a_frame_that_comes_in_pieces_around_the_handshake_is_whole(mongo: Mongo) -> None:
    """The parser is exchanged after the handshake; a frame that is half here must not suffer."""
    async with serving(mongo) as house:
        for cut in (1, 2, 5, 40):
            async with shaken(house.port) as raw:
                hello = text(HELLO)
                raw.send(hello[:cut])
                await asyncio.sleep(0.02)
                raw.send(hello[cut:])
                assert (await spoken(raw))["type"] == "welcome"
