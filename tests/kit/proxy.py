"""A TCP proxy on loopback in front of a unix socket or a port, which can refuse, delay and swallow."""

import asyncio
from types import TracebackType
from typing import Self


class Proxy:
    """Use as `async with`.

    Args:
        target: Path of a unix socket, or a port of the loopback.

    Attributes:
        port: Where it listens.
        delay_s: How long every piece of data is held, both ways.
    """

    def __init__(self, target: str | int) -> None:
        self._target = target
        self._passing = asyncio.Event()
        self._passing.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.delay_s = 0.0

    async def __aenter__(self) -> Self:
        await self.accept()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()

    async def accept(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Stop listening and cut what is connected."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._passing.set()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def swallow(self) -> None:
        """Let data vanish, both ways, on connections that stay open; new ones get no answer."""
        self._passing.clear()

    def pass_on(self) -> None:
        """Pass data on again; what was swallowed is gone, and so are the connections that lost it."""
        self._passing.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, back = await self._open()
        self._writers |= {writer, back}
        try:
            async with asyncio.TaskGroup() as group:
                pumps = [group.create_task(self._pump(*ends)) for ends in ((reader, back), (there, writer))]
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for end in (writer, back):
                    end.transport.abort()  # one half of a connection is of no use
        finally:
            self._writers -= {writer, back}
            self._tasks.discard(task)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, int):
            return await asyncio.open_connection("127.0.0.1", self._target)
        return await asyncio.open_unix_connection(self._target)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                if not self._passing.is_set():
                    await self._passing.wait()
                    return  # a connection with a hole in it is of no use
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                target.write(data)
                await target.drain()
        except OSError:
            return
