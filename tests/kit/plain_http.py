"""A small HTTP/1.1 client over real connections that are kept open: a matrix of thousands of requests needs a cheap one.

It sends what it is told, byte for byte, so that it also serves tests of bad input.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered.

    Attributes:
        status: HTTP status.
        headers: (name in lower case, value) in order.
        content: The body.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for found, value in self.headers if found == name]


@dataclass(slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def exchange(self, request: bytes) -> Reply:
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
        return Reply(int(first.split()[1]), headers, await self._body(dict(headers)))

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return await self.reader.readexactly(int(headers.get("content-length", "0")))
        parts = []
        while size := int(await self.reader.readline(), 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readline()
        await self.reader.readline()
        return b"".join(parts)


class PlainClient:
    """Connections to one server; as many as there are requests at once.

    Args:
        port: On the loopback.
        host: What the Host header says.
    """

    def __init__(self, port: int, host: str) -> None:
        self._port = port
        self._host = host
        self._idle: list[_Line] = []

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> Reply:
        """Send one request and read its answer; a connection that the server closed while idle is replaced once."""
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._host}"]
        if content is not None:
            lines.append(f"content-length: {len(content)}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        raw = "\r\n".join([*lines, "", ""]).encode("latin-1") + (content or b"")
        async with asyncio.timeout(WAIT_S):
            while self._idle:
                line = self._idle.pop()
                try:
                    return await self._exchange(line, raw)
                except (ConnectionError, asyncio.IncompleteReadError):
                    line.writer.close()
            return await self._exchange(await self._open(), raw)

    async def _open(self) -> _Line:
        return _Line(*await asyncio.open_connection("127.0.0.1", self._port, limit=2**24))

    async def _exchange(self, line: _Line, raw: bytes) -> Reply:
        reply = await line.exchange(raw)
        if "close" in reply.all("connection"):
            line.writer.close()
        else:
            self._idle.append(line)
        return reply

    async def close(self) -> None:
        """Close what is open."""
        for line in self._idle:
            line.writer.close()
            await line.writer.wait_closed()
        self._idle.clear()
