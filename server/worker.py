"""One serving process as its parent sees it: started, ready, ended; and the keeper that outlives the parent.

A worker says that it is ready over a pipe: one byte once requests are answered. Whoever dies before that closes the pipe.
May be imported by server.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
READY = b"1"
KEEPER = Path(__file__).with_name("keeper.py")


def die_with_parent(parent: int) -> None:
    """Have the kernel send this process SIGTERM when its parent ends; exits when the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def say_ready(descriptor: int) -> None:
    """Tell the parent, from the worker's side, that requests are answered."""
    with contextlib.suppress(BrokenPipeError):  # the parent has just died: its signal is on the way
        os.write(descriptor, READY)
    os.close(descriptor)


class Worker:
    """A worker process. Make it with `Worker.start`."""

    def __init__(self, running: asyncio.subprocess.Process, told: int) -> None:
        self._running = running
        self._told = told
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(told, self._hear)

    @classmethod
    async def start(cls, listener: int, environment: Mapping[str, str]) -> "Worker":
        """Start one.

        Args:
            listener: Descriptor of the listening socket, inheritable.
            environment: Of the worker.
        """
        told, tell = os.pipe()
        os.set_blocking(told, False)
        try:
            running = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "server", "worker", str(listener), str(os.getpid()), str(tell)),
                env=environment,
                pass_fds=(listener, tell),
                start_new_session=True,  # Ctrl-C in a terminal reaches the parent, which tells the workers
            )
        except BaseException:
            os.close(told)
            raise
        finally:
            os.close(tell)
        return cls(running, told)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._running.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._running.returncode

    async def is_ready(self, limit_s: float) -> bool:
        """Wait until it answers requests; False when it ended before, or did not get there within `limit_s` seconds."""
        done, _ = await asyncio.wait((self._ready,), timeout=limit_s)
        return bool(done) and self._ready.result()

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        return await self._running.wait()

    def announce_stop(self) -> None:
        """SIGUSR1: it says that it is not ready any more, and goes on serving."""
        self._send(signal.SIGUSR1)

    def ask_to_stop(self) -> None:
        """SIGTERM: it drains, then ends."""
        self._send(signal.SIGTERM)

    async def stop(self, grace_s: float) -> None:
        """Ask it to stop; kill it when it has not ended after `grace_s` seconds."""
        self.ask_to_stop()
        await self.gone(grace_s)

    async def gone(self, grace_s: float) -> None:
        """Wait for its end; kill it when it has not ended after `grace_s` seconds."""
        try:
            async with asyncio.timeout(grace_s):
                await self._running.wait()
        except TimeoutError:
            self.kill()
            await self._running.wait()

    def kill(self) -> None:
        """SIGKILL."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self._running.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
                self._running.send_signal(number)

    def _hear(self) -> None:
        asyncio.get_running_loop().remove_reader(self._told)
        said = os.read(self._told, 1)
        os.close(self._told)
        if not self._ready.done():
            self._ready.set_result(said == READY)


class Keeper:
    """Kills workers that outlive this process by more than a grace (`keeper.py`). Make it with `Keeper.start`.

    There is none where the system has no process descriptors (Linux has); workers get the stop signal there, too.
    """

    def __init__(self, running: asyncio.subprocess.Process | None) -> None:
        self._running = running

    @classmethod
    async def start(cls, grace_s: float) -> "Keeper":
        """Start it; `grace_s` is what workers have to drain after our end."""
        if sys.platform != "linux":
            return cls(None)
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", str(KEEPER), str(grace_s)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def watch(self, worker: Worker) -> None:
        """Include a worker."""
        if self._running is not None and self._running.stdin is not None:
            self._running.stdin.write(b"%d\n" % worker.pid)

    async def ended(self) -> None:
        """Wait for an end that should not come before ours."""
        if self._running is None:
            await asyncio.Event().wait()
        else:
            await self._running.wait()

    async def close(self) -> None:
        """End it: there is nobody left to watch."""
        if self._running is not None:
            if self._running.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._running.kill()
            await self._running.wait()
