"""Profiles of the serving processes by py-spy, when asked for: stacks as text (`.raw`) and a flame graph (`.svg`) for each.

with profiling(Profile(folder)) as profile:
    …                                  every `load_tests.window.window` inside is recorded
profile.notes                          where the files are, or why there are none
"""

import asyncio
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

RATE = 100
ATTACH_S = 1.0
END_S = 20.0
FORMATS = {"raw": "raw", "flamegraph": "svg"}


@dataclass(slots=True)
class Profile:
    """What is recorded, and where to.

    Attributes:
        folder: Made when it is not there.
        name: Files begin with it.
        notes: What came of it, in plain words.
        turns: Windows recorded so far.
    """

    folder: Path
    name: str = "profile"
    notes: list[str] = field(default_factory=list)
    turns: int = 0


_wanted: ContextVar[Profile | None] = ContextVar("profile", default=None)


@contextmanager
def profiling(profile: Profile | None) -> Iterator[Profile | None]:
    """Record every window in the block; nothing when None."""
    token = _wanted.set(profile)
    try:
        yield profile
    finally:
        _wanted.reset(token)


def recorder() -> str | None:
    """py-spy: beside our interpreter, else on the path."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.is_file() else shutil.which("py-spy")


@asynccontextmanager
async def profiled(pids: Sequence[int]) -> AsyncIterator[None]:
    """Record these programs while the block runs, when a profile is wanted."""
    profile = _wanted.get()
    program = recorder() if profile is not None else None
    if profile is None:
        yield
        return
    if program is None:
        profile.notes.append("no profile: py-spy is not installed (make bench sets it up)")
        yield
        return
    profile.turns += 1
    profile.folder.mkdir(parents=True, exist_ok=True)
    recordings = [
        await _attach(program, pid, kind, profile.folder / f"{profile.name}-{profile.turns}-{pid}.{ending}")
        for pid in pids
        for kind, ending in FORMATS.items()
    ]
    await asyncio.sleep(ATTACH_S)
    try:
        yield
    finally:
        profile.notes += [await recording.end() for recording in recordings]


@dataclass(slots=True)
class _Recording:
    program: asyncio.subprocess.Process
    target: Path

    async def end(self) -> str:
        """Let it write its file; says where it is, or why there is none."""
        with suppress(ProcessLookupError):
            self.program.send_signal(signal.SIGINT)
        said = b""
        try:
            async with asyncio.timeout(END_S):
                _, said = await self.program.communicate()
        except TimeoutError:
            self.program.kill()
            await self.program.wait()
        if self.target.is_file() and self.target.stat().st_size:
            return f"profile: {self.target}"
        words = " ".join(said.decode(errors="replace").split())[:300]
        return f"no profile: py-spy could not attach ({words or 'no answer'})"


async def _attach(program: str, pid: int, kind: str, target: Path) -> _Recording:
    options = ("--pid", str(pid), "--format", kind, "--output", str(target), "--rate", str(RATE))
    started = await asyncio.create_subprocess_exec(
        program,
        "record",
        "--nonblocking",  # the server is measured at the same time
        *options,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    return _Recording(started, target)
