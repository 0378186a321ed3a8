"""A child program that is started once, started again after a crash, and never outlives us.

Three bonds: the kernel kills the child when this process dies (see `launch.py`), the child is a process group of its own
so that Ctrl-C in a terminal reaches us first, and a file lock that parent and child share keeps a second program off the
same folder for as long as either lives.

Imported by storage.managed only.
"""

import asyncio
import fcntl
import hashlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

from storage.errors import NotReady

log = structlog.get_logger(__name__)

LAUNCHER = Path(__file__).with_name("launch.py")

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel takes 107 (unix(7), sun_path)."""

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
STEADY_AFTER_S = 30.0
"""A child that lived this long crashes anew, not again: the pause starts over."""

STOP_LIMIT_S = 10.0
LOCK_LIMIT_S = 5.0
"""A child whose parent was just killed needs a moment to die; then a new one may start."""


class FolderLock:
    """Exclusive use of a folder, by an advisory lock (flock(2)) on a file in it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    async def take(cls, folder: Path, limit_s: float = LOCK_LIMIT_S) -> "FolderLock":
        """Lock the folder; it is made (mode 0700) when missing.

        Raises:
            NotReady: Somebody else holds it for longer than `limit_s` seconds.
        """
        descriptor = _open_lock(folder)
        deadline = asyncio.get_running_loop().time() + limit_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if asyncio.get_running_loop().time() >= deadline:
                    os.close(descriptor)
                    raise NotReady(f"the folder {folder} is in use by another running server") from None
                await asyncio.sleep(0.05)
            else:
                return cls(descriptor)

    def release(self) -> None:
        """Give the folder back, as far as this process holds it."""
        os.close(self.descriptor)


def _open_lock(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)


class Child:
    """One supervised program.

    Args:
        name: For log lines.
        argv: Absolute path of the program, then its arguments. Never a secret: others can read them.
        lock: Shared with the program; released by whoever dies last.
    """

    def __init__(self, name: str, argv: Sequence[str], lock: FolderLock) -> None:
        self._name = name
        self._argv = tuple(argv)
        self._lock = lock
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Future[None] | None = None
        self._stopping = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Number of the running process; None between a crash and the next start."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    @property
    def exit_code(self) -> int | None:
        """How the last process ended; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start the program; call `watch` once it answers."""
        self._process = await self._spawn()

    def watch(self) -> None:
        """Start it again whenever it ends, until `stop`."""
        self._watch = asyncio.ensure_future(self._supervise())

    async def stop(self) -> None:
        """Ask the program to end, kill it when it does not within 10 s."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait((self._watch,))
        if self._process is None or self._process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    async def kill(self) -> None:
        """End it at once and for good; for tests and for a start that failed."""
        self._stopping = True
        self._signal(signal.SIGKILL)
        await self.stop()

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(LAUNCHER),
            str(os.getpid()),
            *self._argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(self._lock.descriptor,),
        )

    async def _supervise(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while self._process is not None:
            born = loop.time()
            code = await self._process.wait()
            if loop.time() - born > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            log.warning("child ended, starting it again", child=self._name, exit_code=code, pause_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            self.restarts += 1
            self._process = await self._spawn()

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            try:
                os.killpg(pid, number)
            except ProcessLookupError:
                return  # it ended by itself just now


def socket_folder(folder: Path) -> Path:
    """Folder (mode 0700, ours) for the sockets of a data folder: inside it, or under /tmp when its path is too long.

    Raises:
        NotReady: Somebody else made the folder under /tmp before us.
    """
    inside = folder / "run"
    if len(os.fsencode(inside)) + len("/mongodb-27017.sock") <= LONGEST_SOCKET_PATH:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    mark = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    outside = Path(tempfile.gettempdir()) / f"huitang-{os.getuid()}-{mark}"
    outside.mkdir(mode=0o700, exist_ok=True)
    state = outside.lstat()
    if state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise NotReady(f"{outside} belongs to somebody else")
    return outside
