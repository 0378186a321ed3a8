"""A client for wire tests: says hello, sends commands, keeps what comes."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

Frame = dict[str, Any]
WAIT_S = 10.0


class Refusal(Exception):
    """An error frame."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame["key"])
        self.frame = frame
        self.key: str = frame["key"]


class Client:
    """One connection.

    Attributes:
        welcome: The answer to the hello.
        pushes: Frames that answered nothing, in order.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: Frame = {}
        self.pushes: list[Frame] = []
        self._refs = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Frame]] = {}
        self._news = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reading = asyncio.get_running_loop().create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        assert self._reading is not None
        await self._reading

    async def hello(self, token: str | None = None, **fields: object) -> Frame:
        """Say hello; returns the welcome."""
        self.welcome = await self.ask(
            {"type": "hello", "protocol": 1, "client": "test/1", "token": token} | fields
        )
        return self.welcome

    async def do(self, type: str, /, **fields: object) -> Frame:
        """Send a command; returns its result or raises Refusal."""
        frame = await self.ask({"type": type} | fields)
        if frame["type"] == "error":
            raise Refusal(frame)
        result: Frame = frame["result"]
        return result

    async def ask(self, frame: Frame) -> Frame:
        """Send a frame with a ref and wait for what answers it."""
        ref = next(self._refs)
        answer = self._answers[ref] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps(frame | {"ref": ref}, ensure_ascii=False))
        return await asyncio.wait_for(answer, WAIT_S)

    async def until(self, count: int, type: str | None = None, wait_s: float = WAIT_S) -> list[Frame]:
        """Wait until `count` pushes (of one type) are there; returns them."""
        async with asyncio.timeout(wait_s), self._news:
            await self._news.wait_for(lambda: len(self.of(type)) >= count)
        return self.of(type)

    def of(self, type: str | None = None) -> list[Frame]:
        """Pushes so far, of one type."""
        return [frame for frame in self.pushes if type is None or frame["type"] == type]

    async def closed(self, wait_s: float = WAIT_S) -> tuple[int, str]:
        """Wait until the socket is closed; returns code and reason as the server gave them."""
        async with asyncio.timeout(wait_s):
            await self.socket.wait_closed()
        return self.socket.close_code or 1006, self.socket.close_reason or ""

    async def _read(self) -> None:
        try:
            async for raw in self.socket:
                await self._take(json.loads(raw))
        except ConnectionClosed:
            pass
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("closed"))
                    answer.exception()

    async def _take(self, frame: Frame) -> None:
        answer = self._answers.get(frame.get("ref") or 0)
        if answer is not None and not answer.done():
            answer.set_result(frame)
            return
        async with self._news:
            self.pushes.append(frame)
            self._news.notify_all()


@asynccontextmanager
async def calling(
    url: str, *, origin: str | None = None, cookie: str | None = None, deflate: bool = False
) -> AsyncIterator[Client]:
    """An open connection that has not said hello."""
    headers = {} if cookie is None else {"Cookie": f"__Host-huitang={cookie}"}
    socket = await connect(
        url,
        origin=None if origin is None else Origin(origin),
        additional_headers=headers,
        proxy=None,
        compression="deflate" if deflate else None,
        max_size=None,
    )
    async with Client(socket) as client:
        yield client
