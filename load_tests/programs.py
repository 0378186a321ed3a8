"""Programs that the load tests start, and that never outlive them: own process group, killed by the kernel with us."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

LAUNCHER = Path(__file__).with_name("launch.py")
ROOT = Path(__file__).resolve().parent.parent
LINE_BYTES = 512 * 2**20
"""Longest line that a program may say to us: the whole account of what ten thousand members saw."""

STOP_S = 20.0


async def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: IO[bytes],
    *,
    talks: bool = False,
    program: str = sys.executable,
) -> asyncio.subprocess.Process:
    """Start `python <arguments>`, or another program, from the root of the source tree.

    Args:
        arguments: After the interpreter.
        environment: The whole environment.
        output: Where standard error goes, and standard output unless it talks.
        talks: Standard input and output are pipes to us.
        program: Our interpreter by default.
    """
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        str(LAUNCHER),
        str(os.getpid()),
        program,
        *arguments,
        cwd=ROOT,
        env=dict(environment),
        stdin=pipe if talks else asyncio.subprocess.DEVNULL,
        stdout=pipe if talks else output,
        stderr=output,
        start_new_session=True,
        limit=LINE_BYTES,
    )


async def stop(program: asyncio.subprocess.Process, limit_s: float = STOP_S) -> None:
    """End a program and everything below it: politely, then for sure."""
    below = descendants(program.pid) if program.returncode is None else []
    if program.returncode is None:
        program.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await program.wait()
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    await program.wait()
    for one in below:
        with suppress(psutil.NoSuchProcess):
            one.kill()  # psutil compares the time of birth: a number that was given out again is left alone
    await asyncio.to_thread(psutil.wait_procs, below, timeout=5.0)


def descendants(pid: int) -> list[psutil.Process]:
    """Programs below a program, as of now."""
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []
