"""A redis-server of our own: a private socket, a password, nothing on disk. What is in it may be lost at any time.

May be imported by server and tests.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from storage.errors import NotReady
from storage.files import write_private
from storage.managed.binary import Program, find_redis
from storage.managed.child import Child, FolderLock, socket_folder

START_LIMIT_S = 10.0
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class ManagedRedis:
    """A running redis-server.

    Attributes:
        url: Where it is; holds a password, never log it.
        program: What runs.
        child: The supervised program.
    """

    url: str = field(repr=False)
    program: Program
    child: Child


@asynccontextmanager
async def managed_redis(folder: Path, program: Program | None = None) -> AsyncIterator[ManagedRedis]:
    """Run a redis-server while the block runs; it is started again, empty, when it crashes.

    Must be entered on the thread whose end is the end of the program: the kernel kills the child with that thread.

    Args:
        folder: For its lock, configuration and socket; made when missing.
        program: The redis-server; found by itself when None.

    Raises:
        NotReady: No suitable program, the folder is in use, or the server does not come up.
    """
    lock = await FolderLock.take(folder)
    try:
        chosen = program or await find_redis()
        password = secrets.token_urlsafe(32)
        socket = socket_folder(folder) / "redis.sock"
        configuration = folder / "redis.conf"
        write_private(configuration, _configuration(socket, password), replace=True)
        child = Child("redis", (str(chosen.path), str(configuration)), lock)
        url = f"unix://{quote(str(socket))}?password={quote(password)}"
        await child.start()
        try:
            await _answer(url, child)
        except BaseException:
            await child.kill()
            raise
        child.watch()
        try:
            yield ManagedRedis(url, chosen, child)
        finally:
            await child.stop()
    finally:
        lock.release()


async def _answer(url: str, child: Child) -> None:
    try:
        async with asyncio.timeout(START_LIMIT_S), Redis.from_url(url) as client:
            while True:
                try:
                    await client.ping()
                except RedisConnectionError:
                    if child.pid is None:
                        raise NotReady(f"redis-server ended at once, exit code {child.exit_code}") from None
                    await asyncio.sleep(PAUSE_S)
                else:
                    return
    except (TimeoutError, RedisError):
        raise NotReady(f"redis-server did not come up in {START_LIMIT_S:.0f} s") from None


def _configuration(socket: Path, password: str) -> bytes:
    lines = (
        "port 0",  # no TCP at all
        f'unixsocket "{socket}"',
        "unixsocketperm 600",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "daemonize no",
        "maxmemory 256mb",
        "maxmemory-policy volatile-ttl",  # what has an end goes first; leases and limits all have one
        f'dir "{socket.parent}"',
    )
    return ("\n".join(lines) + "\n").encode()
