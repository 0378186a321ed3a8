"""The server under test: a real `server serve` with its own MongoDB and Redis in a folder of its own, and who lives in it.

    async with standing(HousePlan(members=1_000)) as house:
        house.port, house.roll, house.pids(), house.serving()

Nothing of the server is imported: it is started as a program, told by environment, and looked at through /proc.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from load_tests.measures import Load, cpu_ns, load_of
from load_tests.passes import Roll, read_roll
from load_tests.programs import descendants, start, stop

HOST = "127.0.0.1"
START_S = 60.0
CREATE_S = 3_600.0
"""Five million messages of history take some minutes."""

PREFIX = "huitang-load-"
"""Of folders, followed by the number of the program that owns it."""

LOOK_S = 0.05
CALM_SHARE = 0.05
CALM_S = 0.4
LOG_TAIL = 2_000

_PLACE = re.compile(rb"Huitang is at http://[^ ]*?:(\d+)")


class HouseFault(Exception):
    """The server did not do what it must; the text has the end of its log."""


@dataclass(frozen=True, slots=True)
class HousePlan:
    """A house to be set up.

    Attributes:
        members: People with open sessions.
        branches, groups, history: See `huitang rehearsal create --help`.
        workers: Serving processes.
        folder: Where its folder is made; the system's place for temporary files by default.
        settings: Further settings, name (as in HUITANG_<name>) -> value.
    """

    members: int
    branches: int = 1
    groups: int = 10
    history: int = 0
    workers: int = 1
    folder: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pids:
    """Numbers of the programs of a house at one moment.

    Attributes:
        parent: The server, or the supervisor of its workers.
        workers: Serving processes when there are several.
        mongod: The database.
        redis: None with one process.
    """

    parent: int
    workers: tuple[int, ...]
    mongod: int | None
    redis: int | None

    @property
    def serving(self) -> tuple[int, ...]:
        """Those that hold connections."""
        return self.workers or (self.parent,)


class House:
    """A running server.

    Attributes:
        folder: Its data folder.
        log: Its log file.
        port: Where it listens, on HOST.
        roll: Who has a session.
        program: The process of the server, to kill or to stop it.
    """

    def __init__(self, plan: HousePlan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.log = folder / "server.log"
        self.port = 0
        self.roll = Roll("", (), None, ())
        self.program: asyncio.subprocess.Process | None = None

    def environment(self, **settings: str) -> dict[str, str]:
        """Environment of programs of this house: ours without any setting of a server, then the house's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUITANG_")}
        own = {
            "data_dir": str(self.folder / "var"),
            "host": HOST,
            "port": str(self.port),
            "limit_factor": "0",
            "log_format": "json",
            "log_level": "warning",
            **self.plan.settings,
            **settings,
        }
        return kept | {f"HUITANG_{name.upper()}": value for name, value in own.items()}

    async def serve(self) -> None:
        """Start the server and wait until it answers; again after it was stopped or killed, on the same port.

        Raises:
            HouseFault: It ended, or did not answer in time.
        """
        written = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.program = await start(
                ("-m", "server", "serve"), self.environment(workers=str(self.plan.workers)), output
            )
        try:
            async with asyncio.timeout(START_S):
                await self._place(written)
                await self._answers()
        except TimeoutError:
            raise HouseFault(f"the server did not answer in {START_S:.0f} s\n{self.last_words()}") from None

    async def _place(self, written: int) -> None:
        """Wait for the line that says where it is."""
        while True:
            if found := _PLACE.search(self.log.read_bytes()[written:]):
                self.port = int(found[1])
                return
            if self.program is None or self.program.returncode is not None:
                raise HouseFault(f"the server ended at its start\n{self.last_words()}")
            await asyncio.sleep(LOOK_S)

    async def _answers(self) -> None:
        while True:
            if len(self.pids().serving) >= self.plan.workers and await self._healthy():
                return
            await asyncio.sleep(LOOK_S)

    async def _healthy(self) -> bool:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(5.0):
                reader, writer = await asyncio.open_connection(HOST, self.port)
                try:
                    writer.write(f"GET /api/v1/health HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n\r\n".encode())
                    return b" 200 " in await reader.readline()
                finally:
                    writer.close()
        return False

    async def people(self) -> None:
        """Make the rehearsal and read its sessions.

        Raises:
            HouseFault: It was refused.
        """
        plan, target = self.plan, self.folder / "sessions.jsonl"
        wanted = {
            "members": plan.members,
            "branches": plan.branches,
            "groups": plan.groups,
            "history": plan.history,
        }
        options = [text for name, value in wanted.items() for text in (f"--{name}", str(value))]
        with self._output("rehearsal.log") as output:
            # Beside a server of several processes: one of its own needs no Redis, which the server has taken.
            environment = self.environment(workers="1")
            arguments = ("-m", "server", "rehearsal", "create", *options, "--out", str(target))
            program = await start(arguments, environment, output)
        try:
            async with asyncio.timeout(CREATE_S):
                code = await program.wait()
        finally:
            await stop(program)
        if code != 0:
            raise HouseFault(f"the rehearsal was refused\n{_tail(self.folder / 'rehearsal.log')}")
        self.roll = read_roll(target)

    def _output(self, name: str) -> IO[bytes]:
        return (self.folder / name).open("ab")

    async def stop(self) -> None:
        """End the server and all programs below it."""
        if self.program is not None:
            await stop(self.program)

    def last_words(self) -> str:
        """The end of its log."""
        return _tail(self.log)

    # -- figures ---------------------------------------------------------------------------------------------------

    def pids(self) -> Pids:
        """Its programs as of now."""
        parent = 0 if self.program is None else self.program.pid
        workers, mongod, redis = [], None, None
        for one in descendants(parent):
            with suppress(psutil.NoSuchProcess):
                name, words = one.name(), one.cmdline()
                if name.startswith("mongod"):
                    mongod = one.pid
                elif name.startswith("redis"):
                    redis = one.pid
                elif words[1:4] == ["-m", "server", "worker"]:
                    workers.append(one.pid)
        return Pids(parent, tuple(sorted(workers)), mongod, redis)

    def serving(self) -> Load:
        """CPU and memory of the serving processes; a worker that was born meanwhile counts with all it has."""
        return load_of(self.pids().serving)

    def database(self) -> Load:
        """CPU and memory of MongoDB."""
        mongod = self.pids().mongod
        return load_of((mongod,) if mongod is not None else ())

    async def calm(self, limit_s: float = 30.0) -> bool:
        """Wait until the serving processes have next to nothing to do; False when they still are at it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit_s
        while loop.time() < deadline:
            before, began = sum(map(cpu_ns, self.pids().serving)), loop.time()
            await asyncio.sleep(CALM_S)
            used_s = (sum(map(cpu_ns, self.pids().serving)) - before) / 1e9
            if used_s < CALM_SHARE * (loop.time() - began):
                return True
        return False


def sweep(place: Path) -> None:
    """Remove folders whose owner was killed before it could."""
    for left in place.glob(f"{PREFIX}*-*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


@asynccontextmanager
async def standing(plan: HousePlan) -> AsyncIterator[House]:
    """A house that serves while the block runs; nothing of it is left behind.

    Raises:
        HouseFault: It cannot be set up.
    """
    place = Path(tempfile.gettempdir()) if plan.folder is None else plan.folder
    await asyncio.to_thread(sweep, place)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    house = House(plan, folder)
    try:
        await house.serve()
        await house.people()
        yield house
    finally:
        await house.stop()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _tail(path: Path) -> str:
    try:
        return path.read_bytes()[-LOG_TAIL:].decode(errors="replace")
    except OSError:
        return ""
