"""A long talk on several processes, with Redis killed twice and emptied in between: one order everywhere, nothing lost (B2).

The server brings its own Redis back (`storage/managed/child.py`), empty; the drill kills it after a quarter and after three quarters
of the time and empties it in the middle.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.faults.aftermath import Log, read_log
from load_tests.faults.drill import Outcome, Scale, Stage, drawn, drilling, judged, replayed
from load_tests.faults.killer import Kill
from load_tests.house import standing
from load_tests.screen import Screen


@dataclass(frozen=True, slots=True)
class Soak:
    """Options."""

    workers: str = field(default="2,4", metadata={"about": "serving processes, a run for each number"})
    seconds: float = field(default=300.0, metadata={"about": "how long each run talks"})
    topics: int = field(default=8, metadata={"about": "rooms"})
    senders: int = field(default=64, metadata={"about": "members who speak"})
    subscribers: int = field(default=200, metadata={"about": "members who listen, each in three rooms"})
    rate: float = field(
        default=80.0, metadata={"about": "messages per second; 0 for as fast as they are answered"}
    )
    programs: int = field(default=2, metadata={"about": "programs of the listeners"})
    seed: int = field(
        default=0, metadata={"about": "of everything that is drawn; 0 draws one, which is printed"}
    )
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.seconds <= 0 or not self.workers.replace(",", "").isdecimal():
            raise ValueError("some time, and numbers of processes with commas")
        for workers in self.counts:
            if workers < 2:
                raise ValueError("several processes: one needs no Redis")
            self.scale(workers, 1)

    @property
    def counts(self) -> tuple[int, ...]:
        """Numbers of processes."""
        return tuple(int(word) for word in self.workers.split(",") if word)

    def scale(self, workers: int, seed: int) -> Scale:
        """Who takes part in one run."""
        return Scale(self.topics, self.subscribers, self.senders, workers, self.rate, self.programs, seed)


@dataclass(frozen=True, slots=True)
class SoakRun:
    """One run.

    Attributes:
        outcome: Of the talk.
        kills: Of Redis.
        log: Of the server.
    """

    outcome: Outcome
    kills: tuple[Kill, ...]
    log: Log

    @property
    def good(self) -> bool:
        """Nothing was lost, and no trace was written."""
        return self.outcome.good and self.log.tracebacks == 0

    def lines(self) -> list[str]:
        """For people."""
        back = ", ".join(f"{kill.whole_ms:.0f}" for kill in self.kills)
        return [
            *self.outcome.lines(),
            f"Redis        killed {len(self.kills)} times, back after {back} ms, emptied in between",
            self.log.line(),
            "GOOD: acknowledged = stored = delivered" if self.good else "FAULTS WERE FOUND",
        ]


@dataclass(frozen=True, slots=True)
class SoakResult:
    """All runs."""

    options: Soak
    runs: tuple[SoakRun, ...]

    @property
    def good(self) -> bool:
        """All are."""
        return bool(self.runs) and all(run.good for run in self.runs)

    def lines(self) -> list[str]:
        """For people."""
        return [line for run in self.runs for line in (*run.lines(), "")]


async def run(options: Soak, screen: Screen) -> SoakResult:
    """One run after the other.

    Raises:
        HouseFault, CrowdFault: It could not be set up, or the server did not come back after a blow.
    """
    seed = drawn(options.seed)
    return SoakResult(
        options, tuple([await _one(options, options.scale(n, seed), screen) for n in options.counts])
    )


async def _one(options: Soak, scale: Scale, screen: Screen) -> SoakRun:
    async with AsyncExitStack() as stack:
        with screen.step(f"setting up a house of {scale.workers} processes"):
            house = await stack.enter_async_context(standing(scale.plan(options.folder)))
        async with drilling(house, scale) as stage, screen.waiting("talking", options.seconds):
            kills = await _blows(stage, options.seconds)
            told = await stage.finish()
        with screen.step("judging"):
            outcome = judged(scale, told, await replayed(house), kills)
        return SoakRun(outcome, tuple(kills), read_log(house))


async def _blows(stage: Stage, seconds: float) -> Sequence[Kill]:
    """Redis is killed after a quarter, emptied at half, killed after three quarters."""
    loop = asyncio.get_running_loop()
    began, kills = loop.time(), []
    for share in (0.25, 0.5, 0.75, 1.0):
        await asyncio.sleep(max(0.0, began + share * seconds - loop.time()))
        if share == 0.5:
            await stage.killer.flush()
        elif share < 1:
            kills.append(await stage.killer.strike("redis"))
    return kills
