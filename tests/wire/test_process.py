"""The server as a process: it starts within seconds, says where it is, refuses what does not fit, and ends when told."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psutil

from server.ground import HOUSE_INDEXES
from storage.client import Mongo, MongoSettings
from storage.log import LOG_INDEXES

START_LIMIT_S = 60.0  # a start takes two seconds; many tests may share the machine
STOP_LIMIT_S = 5.0
ROOT = Path(__file__).resolve().parents[2]


class Process:
    """A `huitang serve` of the test's own.

    Attributes:
        url: Where it is.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.url = ""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait for the line that says where it is."""
        assert self._process.stdout is not None
        async with asyncio.timeout(START_LIMIT_S):
            async for line in self._process.stdout:
                if found := re.search(rb"Huitang is at (http://\S+?),? ", line):
                    self.url = found[1].decode()
                    return
        raise AssertionError("the server ended without a word")

    async def ended(self, limit_s: float = STOP_LIMIT_S) -> int:
        """Wait for its end; the exit code."""
        async with asyncio.timeout(limit_s):
            return await self._process.wait()

    async def complaint(self) -> str:
        """Everything it wrote to standard error, at its end."""
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()

    async def next_complaint(self) -> bytes:
        """The next line of standard error."""
        assert self._process.stderr is not None
        return await self._process.stderr.readline()

    def kill(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process.returncode is None:
            self._process.send_signal(number)


@asynccontextmanager
async def served(
    folder: Path, mongo: MongoSettings | None, *options: str, **settings: str
) -> AsyncIterator[Process]:
    """Start `huitang serve` with options; with a database of its own when none is given. Killed at the end if it still runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUITANG_")}
    if mongo is not None:
        environment |= {"HUITANG_MONGO_URL": mongo.url, "HUITANG_MONGO_DATABASE": mongo.database}
    environment |= {
        "HUITANG_DATA_DIR": str(folder),
        "HUITANG_PORT": "0",
        "HUITANG_LOG_FORMAT": "json",
        "PYTHONPATH": str(ROOT),
    }
    environment |= {f"HUITANG_{name.upper()}": value for name, value in settings.items()}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        "serve",
        *options,
        cwd=folder,
        env=environment,
        stdout=pipe,
        stderr=pipe,
    )
    running = Process(process)
    try:
        yield running
    finally:
        running.kill(signal.SIGKILL)
        await process.wait()


async def answers(url: str) -> int:
    """Status of the session route, which needs the database."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{url}/api/v1/session")).status_code


def workers_of(pid: int) -> list[psutil.Process]:
    """Serving children of a parent."""
    found = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # ended just now
            found += [child] if "worker" in child.cmdline() else []
    return found


async def eventually(url: str) -> None:
    """Wait until the server answers well."""
    async with asyncio.timeout(START_LIMIT_S):
        while True:
            try:
                if await answers(url) == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.05)


async def test_it_serves_and_ends_when_told(tmp_path: Path, mongo_settings: MongoSettings) -> None:
    async with served(tmp_path, mongo_settings) as process:
        await process.ready()
        assert await answers(process.url) == 200
        process.kill(signal.SIGTERM)
        assert await process.ended() == 0


async def test_a_client_that_never_reads_does_not_hold_it(
    tmp_path: Path, mongo_settings: MongoSettings
) -> None:
    async with served(tmp_path, mongo_settings) as process:
        await process.ready()
        port = int(process.url.rpartition(":")[2])
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{")
        await writer.drain()
        process.kill(signal.SIGTERM)
        assert await process.ended(STOP_LIMIT_S + 1) == 0
        writer.transport.abort()


async def test_a_missing_index_refuses_the_start(
    tmp_path: Path, mongo_settings: MongoSettings, mongo: Mongo
) -> None:
    async with served(tmp_path, mongo_settings) as process:
        await process.ready()
        process.kill(signal.SIGTERM)
        await process.ended()
    await mongo[LOG_INDEXES[0].collection].drop_index(LOG_INDEXES[0].name)
    async with served(tmp_path, mongo_settings) as again:
        assert await again.ended(START_LIMIT_S) == 1
        assert LOG_INDEXES[0].name in await again.complaint()
    assert len(HOUSE_INDEXES) > len(LOG_INDEXES)


async def test_a_wrong_option_is_named(tmp_path: Path, mongo_settings: MongoSettings) -> None:
    async with served(tmp_path, mongo_settings, "--workers", "0") as process:
        assert await process.ended(START_LIMIT_S) == 2
        assert "--workers" in await process.complaint()


async def test_a_wrong_setting_is_named(tmp_path: Path, mongo_settings: MongoSettings) -> None:
    async with served(tmp_path, mongo_settings, workers="many") as process:
        assert await process.ended(START_LIMIT_S) == 2
        assert "HUITANG_WORKERS" in await process.complaint()
