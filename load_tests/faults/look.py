"""What the kernel knows of a house: who takes connections, who holds them, where its databases listen, is the port free.

Nothing here asks the server. Linux only (/proc). Imported by load_tests.faults only.
"""

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from load_tests.house import HOST, House

LISTEN = "0A"  # TCP_LISTEN in /proc/net/tcp, include/net/tcp_states.h
ANSWER_S = 1.0

WATCHED = re.compile(r"^tfd:.* ino:([0-9a-f]+) ", re.MULTILINE)
"""What an epoll watches, as its fdinfo has it."""

_REDIS_SOCKET = re.compile(r'^unixsocket "(.+)"$', re.MULTILINE)
_REDIS_PASSWORD = re.compile(r"^requirepass (\S+)$", re.MULTILINE)


def listeners(port: int) -> frozenset[int]:
    """Inodes of the sockets that listen on a port."""
    found = set[int]()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == LISTEN and int(words[1].rpartition(":")[2], 16) == port:
            found.add(int(words[9]))
    return frozenset(found)


def accepts(pid: int, inodes: frozenset[int]) -> bool:
    """Whether a program waits for connections on one of these sockets: one of its epolls watches it (proc(5), fdinfo)."""
    return any(int(inode, 16) in inodes for text in _fdinfo(pid) for inode in WATCHED.findall(text))


def _fdinfo(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fdinfo").iterdir():
            with suppress(OSError):
                yield entry.read_text()


def held(pid: int, port: int) -> int:
    """Connections to a port that a program holds; 0 when it is gone."""
    with suppress(psutil.Error):
        lines = psutil.Process(pid).net_connections("tcp4")
        return sum(one.laddr.port == port and one.status == psutil.CONN_ESTABLISHED for one in lines)
    return 0


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


async def whole(house: House) -> bool:
    """Every worker takes connections, and the databases are there."""
    pids = house.pids()
    inodes = listeners(house.port)
    if len(pids.serving) != house.plan.workers or not all(accepts(pid, inodes) for pid in pids.serving):
        return False
    doors = (
        [mongod_socket(house)] if house.plan.workers == 1 else [mongod_socket(house), redis_socket(house)[0]]
    )
    return all([await _open(door) for door in doors])


async def _open(door: Path) -> bool:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_unix_connection(str(door))
            writer.close()
            return True
    return False


def mongod_socket(house: House) -> Path:
    """Where the managed mongod of a house listens."""
    return Path(json.loads((house.folder / "var/mongo/mongod.conf").read_bytes())["net"]["bindIp"])


def redis_socket(house: House) -> tuple[Path, str]:
    """Where the managed Redis of a house listens, and its password."""
    text = (house.folder / "var/redis/redis.conf").read_text()
    door, password = _REDIS_SOCKET.search(text), _REDIS_PASSWORD.search(text)
    if door is None or password is None:
        raise ValueError("the configuration of Redis has another shape")
    return Path(door[1]), password[1]


async def ask_redis(house: House, *command: str) -> str:
    """One command to the managed Redis; its answer as it stands on the wire.

    Raises:
        OSError, TimeoutError: It is away.
    """
    door, password = redis_socket(house)
    async with asyncio.timeout(ANSWER_S):
        reader, writer = await asyncio.open_unix_connection(str(door))
        try:
            writer.write(f"AUTH {password}\r\n{' '.join(command)}\r\n".encode())
            await reader.readline()
            return (await reader.readline()).decode().strip()
        finally:
            writer.close()
