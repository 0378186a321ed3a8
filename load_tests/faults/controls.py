"""Negative controls: the same blows and the same checker, with one of the server's two safeguards missing. Each must be caught.

1. Writers without a journal beside the server, in the same MongoDB, under the same kills: acknowledged entries of theirs are lost,
   none of the server's is.
2. The server itself, without the unique index (topic, seq) by which the log decides who has a number: two processes give numbers
   twice. (The index of ordinals still stands and refuses most of them; the rest is enough.)

Nothing in the server knows of these drills. What the first one leaves in the database goes with the house.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.checker import Verdict
from load_tests.faults.careless import Careless
from load_tests.faults.database import drop_index, repeats
from load_tests.faults.drill import Outcome, Scale, Stage, drawn, drilling, judged, replayed
from load_tests.faults.judging import total
from load_tests.faults.killer import Kill
from load_tests.house import standing
from load_tests.screen import Screen

LOG = "log"
ENOUGH = 5
"""Numbers that were given twice: then the damage is done, and the checker must see it."""

MOVE_SHARE = 0.3
NUMBERING = "log_topic_seq"
BETWEEN_S = 1.5
RATE = 20.0
"""Messages per second beside the careless writers."""

EXPECTED_S = 6.0


@dataclass(frozen=True, slots=True)
class Controls:
    """Options."""

    kills: int = field(default=5, metadata={"about": "kills of mongod, at least"})
    kills_max: int = field(
        default=20, metadata={"about": "the same, at most: they go on until something was lost"}
    )
    lanes: int = field(default=3, metadata={"about": "writers without a journal"})
    seconds: float = field(
        default=90.0,
        metadata={"about": "how long is talked without the index, at most: until numbers are given twice"},
    )
    senders: int = field(default=16, metadata={"about": "members who speak"})
    subscribers: int = field(default=20, metadata={"about": "members who listen"})
    seed: int = field(
        default=0, metadata={"about": "of everything that is drawn; 0 draws one, which is printed"}
    )
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if min(self.kills, self.lanes) < 1 or self.kills_max < self.kills or self.seconds <= 0:
            raise ValueError("at least one kill, one lane and some time")
        self.scale(1, 0.0)

    def scale(self, seed: int, rate: float) -> Scale:
        """Who takes part: everybody is in all three rooms, so that processes meet in each."""
        return Scale(3, self.subscribers, self.senders, 2, rate, 1, seed)


@dataclass(frozen=True, slots=True)
class CarelessSum:
    """How many entries the writers without a journal were told are stored, and what the checker says."""

    acknowledged: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ControlsResult:
    """What was caught.

    Attributes:
        options: What was asked for.
        seed: Of both.
        kills: Of mongod.
        careless: Of the writers without a journal.
        beside: Of the server under the same kills.
        unindexed: Of the server without its index.
    """

    options: Controls
    seed: int
    kills: tuple[Kill, ...]
    careless: CarelessSum
    beside: Outcome
    unindexed: Outcome

    @property
    def journal_caught(self) -> bool:
        """Those without a journal lost what was acknowledged; the server did not."""
        return self.careless.verdict.lost > 0 and self.beside.good

    @property
    def numbering_caught(self) -> bool:
        """The checker found what two processes did to the order."""
        return not total(topic.verdict for topic in self.unindexed.topics).good

    @property
    def good(self) -> bool:
        """Both were caught."""
        return self.journal_caught and self.numbering_caught

    def lines(self) -> list[str]:
        """For people."""
        ours = total(topic.verdict for topic in self.beside.topics)
        broken = total(topic.verdict for topic in self.unindexed.topics)
        said = sum(topic.acknowledged for topic in self.unindexed.topics)
        beside = sum(topic.acknowledged for topic in self.beside.topics)
        return [
            f"seed {self.seed}",
            f"1 w:1, j:false against {len(self.kills)} kills of mongod: {self.careless.acknowledged:,} acknowledged, "
            f"{self.careless.verdict.lost} of them lost",
            f"  the server under the same kills: {beside:,} acknowledged, {_counts(ours)}",
            *(() if self.beside.good else self.beside.lines()),
            f"  {_caught(self.journal_caught)}",
            f"2 without {NUMBERING}, two processes: {said:,} acknowledged, {_counts(broken)}",
            *(f"  {example}" for example in broken.examples[:4]),
            f"  {_caught(self.numbering_caught)}",
        ]


def _counts(verdict: Verdict) -> str:
    return (
        f"lost {verdict.lost}, doubled {verdict.doubled}, reordered {verdict.reordered}, holes {verdict.holes}, "
        f"phantoms {verdict.phantoms}"
    )


def _caught(caught: bool) -> str:
    return "CAUGHT" if caught else "NOT CAUGHT: the control proves nothing"


async def run(options: Controls, screen: Screen) -> ControlsResult:
    """Both, each in a house of its own.

    Raises:
        HouseFault, CrowdFault: It could not be set up, or MongoDB did not come back.
    """
    seed = drawn(options.seed)
    writers, kills, beside = await _without_journal(options, seed, screen)
    unindexed = await _unindexed(options, seed, screen)
    return ControlsResult(options, seed, tuple(kills), writers, beside, unindexed)


async def _without_journal(
    options: Controls, seed: int, screen: Screen
) -> tuple[CarelessSum, list[Kill], Outcome]:
    scale = options.scale(seed, RATE)
    async with AsyncExitStack() as stack:
        with screen.step("setting up a house"):
            house = await stack.enter_async_context(standing(scale.plan(options.folder)))
        writers = Careless(house, options.lanes)
        async with (
            screen.waiting("killing mongod", options.kills * EXPECTED_S),
            drilling(house, scale) as stage,
        ):
            kills = await _under_kills(stage, writers, options)
            told = await stage.finish()
        beside = judged(scale, told, await replayed(house), kills)
        verdict = await asyncio.to_thread(writers.verdict)
    return CarelessSum(writers.acknowledged, verdict), kills, beside


async def _under_kills(stage: Stage, writers: Careless, options: Controls) -> list[Kill]:
    """The writers write while mongod is killed, until they have lost something."""
    kills: list[Kill] = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(writers.run())
            for number in range(1, options.kills_max + 1):
                await asyncio.sleep(stage.chance.uniform(1.0, 2.0) * BETWEEN_S)
                kills.append(await stage.killer.strike("mongod"))
                await asyncio.sleep(BETWEEN_S)  # the one that took its place is writable by now
                if number >= options.kills and (await asyncio.to_thread(writers.verdict)).lost:
                    break
            writers.stop()
    except ExceptionGroup as many:
        raise many.exceptions[0] from None
    return kills


async def _unindexed(options: Controls, seed: int, screen: Screen) -> Outcome:
    scale = options.scale(seed, 0.0)
    async with AsyncExitStack() as stack:
        with screen.step("setting up a house"):
            house = await stack.enter_async_context(standing(scale.plan(options.folder)))
        await asyncio.to_thread(drop_index, house, LOG, NUMBERING)
        async with screen.waiting("talking", options.seconds), drilling(house, scale) as stage:
            loop = asyncio.get_running_loop()
            deadline = loop.time() + options.seconds
            while loop.time() < deadline and await asyncio.to_thread(repeats, house, LOG) < ENOUGH:
                await stage.move_speakers(MOVE_SHARE)  # all on one process would never meet
                await asyncio.sleep(BETWEEN_S)
            told = await stage.finish()
        return judged(scale, told, await replayed(house), ())
