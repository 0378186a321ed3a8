"""Sockets without manners: handshakes by hand, frames by hand, clients that stop reading."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.wire.house import ORIGIN

TEXT, BINARY, CLOSE, PING, PONG, CONT = 1, 2, 8, 9, 10, 0


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, mask: bool = True, rsv: int = 0) -> bytes:
    """One frame as a client sends it (RFC 6455 section 5.2); the knobs are for breaking the rules."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask else 0
    size = len(payload)
    if size < 126:
        head += bytes([bit | size])
    elif size < 65_536:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    if not mask:
        return head + payload
    key = os.urandom(4)
    masked = (
        bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))
        if size < 4_096
        else _mask(payload, key)
    )
    return head + key + masked


def _mask(payload: bytes, key: bytes) -> bytes:
    whole = int.from_bytes((key * (len(payload) // 4 + 1))[: len(payload)], "big")
    return (int.from_bytes(payload, "big") ^ whole).to_bytes(len(payload), "big")


@dataclass
class Raw:
    """A TCP connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, *data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(b"".join(data))

    async def rest(self, wait_s: float = 10.0) -> bytes:
        """Everything until the server closes."""
        data = b""
        async with asyncio.timeout(wait_s):
            try:
                while more := await self.reader.read(65_536):
                    data += more
            except ConnectionError:
                pass
        return data

    async def frames(self, count: int, wait_s: float = 10.0) -> list[tuple[int, bytes]]:
        """The next frames of the server; 0x40 in the opcode says that it is compressed."""
        found = []
        async with asyncio.timeout(wait_s):
            for _ in range(count):
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    size = int.from_bytes(await self.reader.readexactly(2), "big")
                elif size == 127:
                    size = int.from_bytes(await self.reader.readexactly(8), "big")
                found.append((first & 0x4F, await self.reader.readexactly(size)))
        return found

    async def close_code(self, wait_s: float = 10.0) -> int:
        """Code of the server's Close frame; 1006 when the connection ends without one."""
        async with asyncio.timeout(wait_s):
            try:
                while True:
                    ((opcode, payload),) = await self.frames(1)
                    if opcode == CLOSE:
                        return int.from_bytes(payload[:2], "big") if payload else 1005
            except (asyncio.IncompleteReadError, ConnectionError):
                return 1006


@asynccontextmanager
async def dialled(port: int, *, receive_buffer_bytes: int | None = None) -> AsyncIterator[Raw]:
    """A TCP connection to the server, dropped hard at the end."""
    sock = socket.socket()
    if receive_buffer_bytes is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=2**24)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


def request(*extra: str, path: str = "/ws", origin: str | None = ORIGIN) -> bytes:
    """The head of a WebSocket handshake."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: hui.test",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *([] if origin is None else [f"Origin: {origin}"]),
        *extra,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@asynccontextmanager
async def shaken(
    port: int, *extra: str, origin: str | None = ORIGIN, receive_buffer_bytes: int | None = None
) -> AsyncIterator[Raw]:
    """A connection after the handshake."""
    async with dialled(port, receive_buffer_bytes=receive_buffer_bytes) as raw:
        raw.send(request(*extra, origin=origin))
        head = await raw.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        yield raw


async def status_of(port: int, head: bytes) -> int:
    """HTTP status a request is answered with."""
    async with dialled(port) as raw:
        raw.send(head)
        line = await asyncio.wait_for(raw.reader.readline(), 10)
        return int(line.split()[1]) if line else 0
