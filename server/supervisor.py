"""Several serving processes: one parent that holds the databases and the listening socket, workers that are born again.

A worker that dies is replaced after a pause that grows while it keeps dying. Workers get a stop signal when the parent dies,
however it dies (PR_SET_PDEATHSIG), so nobody serves the port without its databases. May be imported by server.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys

import structlog

from server.backing import Backing
from server.config import PREFIX, Settings

logger = structlog.stdlib.get_logger("huitang.supervisor")

PR_SET_PDEATHSIG = 1  # prctl(2)
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
STEADY_AFTER_S = 30.0
STOP_EXTRA_S = 2.0  # beyond the workers' own grace, then they are killed


def die_with_parent(parent: int) -> None:
    """Have the kernel send this process SIGTERM when its parent ends; exits when the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def worker_environment(backing: Backing) -> dict[str, str]:
    """Environment of a worker: ours, and where the databases are. Only the same user can read it."""
    environment = dict(os.environ)
    environment[f"{PREFIX}MONGO_URL"] = backing.mongo.url
    environment[f"{PREFIX}DRAIN_DELAY_S"] = (
        "0"  # the parent waits for all; one worker that is replaced needs no delay
    )
    if backing.redis_url is not None:
        environment[f"{PREFIX}REDIS_URL"] = backing.redis_url
    return environment


class Supervisor:
    """Keeps `settings.workers` processes running.

    Args:
        settings: Of the parent.
        backing: The databases.
        listener: Shared by all workers.
    """

    def __init__(self, settings: Settings, backing: Backing, listener: socket.socket) -> None:
        self._settings = settings
        self._environment = worker_environment(backing)
        self._listener = listener
        self._stopping = asyncio.Event()
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self) -> None:
        """Run until a stop signal arrives; returns when the last worker has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        self._listener.set_inheritable(True)
        async with asyncio.TaskGroup() as group:
            for place in range(self._settings.workers):
                group.create_task(self._keep(place), name=f"worker {place}")
            await self._stopping.wait()
            await self._leave()
            await self._end()

    async def _keep(self, place: int) -> None:
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            born = loop.time()
            process = await self._spawn()
            code = await process.wait()
            self._running.discard(process)
            if self._stopping.is_set():
                return
            if loop.time() - born > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            logger.warning("worker ended, starting it again", place=place, exit_code=code, pause_s=pause_s)
            try:
                async with asyncio.timeout(pause_s):
                    await self._stopping.wait()
            except TimeoutError:
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _spawn(self) -> asyncio.subprocess.Process:
        number = self._listener.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            "worker",
            str(number),
            str(os.getpid()),
            env=self._environment,
            pass_fds=(number,),
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent, which tells the workers
        )
        self._running.add(process)
        return process

    async def _leave(self) -> None:
        """Let readiness fail on all workers, then give load balancers their time to notice."""
        if self._settings.drain_delay_s == 0:
            return
        for process in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(self._settings.drain_delay_s)

    async def _end(self) -> None:
        for process in list(self._running):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stop_grace_s + STOP_EXTRA_S):
                for process in list(self._running):
                    await process.wait()
        for process in list(self._running):
            if process.returncode is None:
                process.kill()
