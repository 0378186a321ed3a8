"""The keeper: lets live who has a parent, ends who has none, a stopped one included."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.worker import KEEPER

GRACE_S = 0.3


@asynccontextmanager
async def sleeper() -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that ends by itself only much later."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


@asynccontextmanager
async def keeper() -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(KEEPER), str(GRACE_S), stdin=asyncio.subprocess.PIPE
    )
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


async def tell(process: asyncio.subprocess.Process, *lines: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(b"".join(line + b"\n" for line in lines))
    await process.stdin.drain()


@pytest.mark.slow
async def test_who_outlives_the_parent_is_ended_even_when_it_does_not_run() -> None:
    async with sleeper() as ended, sleeper() as stopped, sleeper() as other, keeper() as process:
        ended.kill()
        await ended.wait()
        stopped.send_signal(signal.SIGSTOP)
        await tell(process, b"%d" % ended.pid, b"%d" % stopped.pid)
        await asyncio.sleep(2 * GRACE_S)
        assert stopped.returncode is None  # its parent lives
        began = time.monotonic()
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(5):
            assert await stopped.wait() == -signal.SIGKILL
            assert await process.wait() == 0
        assert time.monotonic() - began > GRACE_S / 2
        assert other.returncode is None  # nobody named it


async def test_without_anybody_to_end_it_does_not_wait() -> None:
    async with keeper() as process:
        process.send_signal(0)
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(5):
            assert await process.wait() == 0
