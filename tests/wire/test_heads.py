"""HTTP within bounds of time and size: slow heads, slow bodies, stalled answers, huge heads, two requests in one."""

import asyncio

import pytest

from server.http_protocol import GuardedHttpProtocol
from storage.client import Mongo
from tests.wire.house import Plan, eventually, serving
from tests.wire.raw import Raw, dialled


class Impatient(GuardedHttpProtocol):
    """The same bounds, smaller."""

    head_s = 0.3
    body_window_s = 0.3
    body_window_bytes = 1_000
    stall_s = 0.3
    head_bytes = 4_096
    header_count = 20
    url_bytes = 1_000


PLAN_HEAD = b"GET / HTTP/1.1\r\nHost: hui.test\r\n"


async def drip(raw: Raw, data: bytes, wait_s: float = 3.0) -> float:
    """Send byte by byte until the server closes; returns how long it bore it."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    closed = asyncio.ensure_future(raw.rest(wait_s))
    for byte in data:
        if closed.done() or raw.writer.is_closing():
            break
        raw.send(bytes([byte]))
        await asyncio.sleep(0.02)
    await closed
    return loop.time() - started


async def test_a_dripping_head_is_closed_in_time(mongo: Mongo) -> None:
    async with serving(mongo, Plan(http=Impatient)) as house:
        async with dialled(house.port) as raw:
            assert 0.2 < await drip(raw, PLAN_HEAD + b"X-Slow: " + b"a" * 200) < 1.5
        async with dialled(house.port) as raw:
            assert await raw.rest(2) == b""  # says nothing at all
        async with dialled(house.port) as raw:
            raw.send(PLAN_HEAD + b"\r\n")
            assert b"200 OK" in await raw.reader.readuntil(b"\r\n\r\n")
            assert 0.2 < await drip(raw, PLAN_HEAD + b"X-Slow: " + b"a" * 200) < 1.5


async def test_three_hundred_dripping_heads_are_closed_and_others_are_served(mongo: Mongo) -> None:
    async with serving(mongo, Plan(http=Impatient)) as house, asyncio.TaskGroup() as group:
        for _ in range(300):
            group.create_task(_one_dripping(house.port))
        await asyncio.sleep(0.1)
        async with dialled(house.port) as raw:
            raw.send(PLAN_HEAD + b"Connection: close\r\n\r\n")
            assert "您好".encode() in await raw.rest()
        await eventually(lambda: len(house.server.server_state.connections) == 0, 10)


async def _one_dripping(port: int) -> None:
    async with dialled(port) as raw:
        raw.send(PLAN_HEAD)
        await raw.rest(20)


async def test_a_dripping_body_is_closed_and_a_steady_one_is_not(mongo: Mongo) -> None:
    head = b"POST /swallow HTTP/1.1\r\nHost: hui.test\r\nContent-Length: 6000\r\n\r\n"
    async with serving(mongo, Plan(http=Impatient)) as house:
        async with dialled(house.port) as raw:
            raw.send(head)
            assert 0.2 < await drip(raw, b"x" * 300) < 1.5
        async with dialled(house.port) as raw:
            raw.send(head)
            for _ in range(6):
                raw.send(b"x" * 1_000)
                await asyncio.sleep(0.1)
            answer = await raw.reader.readuntil(b"6000")
            assert b"200 OK" in answer


async def test_a_reader_that_does_not_take_its_answer_is_dropped(mongo: Mongo) -> None:
    async with (
        serving(mongo, Plan(http=Impatient)) as house,
        dialled(house.port, receive_buffer_bytes=4_096) as raw,
    ):
        raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
        raw.send(b"GET /pour HTTP/1.1\r\nHost: hui.test\r\n\r\n")
        await eventually(lambda: len(house.server.server_state.connections) == 1)
        await eventually(lambda: len(house.server.server_state.connections) == 0, 5)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"a" * 5_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"a" * 500_000, 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 25 + b"\r\n", 431),
        (b"GET /" + b"a" * 1_500 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET /" + b"a" * 500_000, 431),
        (
            b"POST /swallow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST /swallow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        (b"POST /swallow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /swallow HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello", 400),
        (b"POST /swallow HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", 400),
        (b"NONSENSE\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    ],
    ids=range(15),
)
async def test_heads_that_cannot_be_are_refused(mongo: Mongo, head: bytes, status: int) -> None:
    async with serving(mongo, Plan(http=Impatient)) as house, dialled(house.port) as raw:
        raw.send(head)
        answer = await raw.rest(3)
        assert answer.startswith(b"HTTP/1.1 %d" % status), answer[:80]


async def test_sound_requests_one_after_another_and_in_one_go_are_answered(mongo: Mongo) -> None:
    async with serving(mongo, Plan(http=Impatient)) as house, dialled(house.port) as raw:
        for _ in range(3):
            raw.send(PLAN_HEAD + b"\r\n")
            assert b"200 OK" in await raw.reader.readuntil("您好".encode())
        raw.send((PLAN_HEAD + b"\r\n") * 2 + PLAN_HEAD + b"Connection: close\r\n\r\n")
        assert (await raw.rest()).count("您好".encode()) == 3
