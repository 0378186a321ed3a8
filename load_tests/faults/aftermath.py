"""What stands after a drill: what the server wrote, and what is left when its parent is killed. Imported by load_tests.faults only."""

import asyncio
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import psutil

from load_tests.faults.look import is_free
from load_tests.house import House
from load_tests.programs import descendants

GONE_S = 10.0
"""Workers get SIGTERM when their parent dies, and have 4 s of grace (`HUITANG_STOP_GRACE_S`)."""

LOOK_S = 0.05
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Fall:
    """How a house ended whose parent was killed with SIGKILL, and came back.

    Attributes:
        programs: How many it had below the parent.
        orphans: Names of those that were still there after GONE_S.
        gone_ms: Until the last one was gone.
        port_free: Somebody else could listen on its port then.
        back_ms: From the new start to the first answer.
    """

    programs: int
    orphans: tuple[str, ...]
    gone_ms: float
    port_free: bool
    back_ms: float

    @property
    def good(self) -> bool:
        """Nothing was left behind."""
        return self.programs > 0 and not self.orphans and self.port_free

    def line(self) -> str:
        """For people."""
        left = ", ".join(self.orphans) or "none"
        return (
            f"parent -9    {self.programs} programs below it, left after {GONE_S:.0f} s: {left}; gone after "
            f"{self.gone_ms:.0f} ms, port {'free' if self.port_free else 'TAKEN'}; serving again {self.back_ms:.0f} ms after a start"
        )


async def fall(house: House) -> Fall:
    """Kill the parent, look what is left, start the house again on the same port.

    Raises:
        HouseFault: It does not come up.
    """
    if house.program is None:
        raise RuntimeError("the house does not stand")
    below = descendants(house.program.pid)
    began_ns = time.monotonic_ns()
    house.program.kill()
    await house.program.wait()
    alive = await _gone(below)
    gone_ms = (time.monotonic_ns() - began_ns) / 1e6
    names = tuple(sorted(_name(one) for one in alive))
    port_free = is_free(house.port)
    for one in alive:  # told already; the next start needs the folder
        with suppress(psutil.NoSuchProcess):
            one.kill()
    began_ns = time.monotonic_ns()
    await house.serve()
    return Fall(len(below), names, gone_ms, port_free, (time.monotonic_ns() - began_ns) / 1e6)


async def _gone(below: list[psutil.Process]) -> list[psutil.Process]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + GONE_S
    while (alive := [one for one in below if _lives(one)]) and loop.time() < deadline:  # noqa: ASYNC110 - nothing announces it
        await asyncio.sleep(LOOK_S)
    return alive


def _lives(one: psutil.Process) -> bool:
    """Psutil compares the time of birth, so a number that was given out again is not taken for the old program."""
    try:
        return bool(one.is_running() and one.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _name(one: psutil.Process) -> str:
    with suppress(psutil.Error):
        return f"{one.name()} {one.pid}"
    return str(one.pid)


@dataclass(frozen=True, slots=True)
class Log:
    """What the server wrote.

    Attributes:
        entries: Level and words -> how often.
        tracebacks: Lines with a trace; there must be none.
    """

    entries: dict[str, int]
    tracebacks: int

    def line(self) -> str:
        """For people."""
        said = ", ".join(f"{count} × {words}" for words, count in self.entries.items()) or "nothing"
        return f"server log   tracebacks {self.tracebacks}; {said}"


def read_log(house: House) -> Log:
    """Everything from warnings on, by words."""
    entries, tracebacks = Counter[str](), 0
    for line in house.log.read_text(errors="replace").splitlines():
        tracebacks += TRACEBACK in line
        with suppress(ValueError, AttributeError):
            row = json.loads(line)
            entries[f"{row.get('level', '?')}: {row.get('event', '?')}"[:120]] += 1
    return Log(dict(entries.most_common(12)), tracebacks)
