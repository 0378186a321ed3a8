"""Programs are killed with SIGKILL in the middle of a burst, again and again; at last the parent itself (B3).

What was acknowledged is compared with what a new server reads from the same folder after the parent was killed, too.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.faults.aftermath import Fall, Log, fall, read_log
from load_tests.faults.drill import Outcome, Scale, Stage, drawn, drilling, judged, replayed
from load_tests.faults.killer import Kill, read_victims
from load_tests.house import House, standing
from load_tests.measures import Percentiles, percentiles
from load_tests.screen import Screen

WARM_S = 1.0
TAIL_S = 3.0
"""The burst goes on after the last blow, so that everybody hears something after it."""

EXPECTED_S = 4.0
"""For the progress bar: what a blow takes with its pause."""

MOVE_SHARE = 0.5
"""Of the listeners, after each blow: a killed worker's connections are all with its siblings, and the new one would have none."""


@dataclass(frozen=True, slots=True)
class Kills:
    """Options."""

    kills: int = field(default=50, metadata={"about": "blows"})
    victims: str = field(
        default="worker", metadata={"about": "what is killed, by turns: some of worker,redis,mongod,all"}
    )
    pause_min: float = field(
        default=1.5, metadata={"about": "seconds between a whole house and the next blow, at least"}
    )
    pause_max: float = field(default=3.0, metadata={"about": "the same, at most"})
    workers: int = field(default=2, metadata={"about": "serving processes"})
    topics: int = field(default=8, metadata={"about": "rooms"})
    senders: int = field(default=16, metadata={"about": "members who speak"})
    subscribers: int = field(default=60, metadata={"about": "members who listen, each in three rooms"})
    rate: float = field(
        default=200.0, metadata={"about": "messages per second; 0 for as fast as they are answered"}
    )
    programs: int = field(default=1, metadata={"about": "programs of the listeners"})
    outage_ms: float = field(
        default=1_000.0,
        metadata={"about": "p99 of outages after the kill of a worker, at most; 0 does not judge it"},
    )
    parent: int = field(default=1, metadata={"about": "1: the parent is killed, too, at last; 0: it is not"})
    seed: int = field(
        default=0, metadata={"about": "of everything that is drawn; 0 draws one, which is printed"}
    )
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.kills < 1 or not 0 <= self.pause_min <= self.pause_max:
            raise ValueError("at least one blow, and --pause-min at most --pause-max")
        if self.workers < 2:
            raise ValueError("several processes: with one, its kill is the end of the house")
        read_victims(self.victims)
        self.scale(1)

    def scale(self, seed: int) -> Scale:
        """Who takes part."""
        return Scale(
            self.topics, self.subscribers, self.senders, self.workers, self.rate, self.programs, seed
        )


@dataclass(frozen=True, slots=True)
class KillsResult:
    """What came of it.

    Attributes:
        options: What was asked for.
        outcome: Of the talk, read after the parent had been killed, too.
        whole: Kind of blow -> until every worker took connections again and the databases were there.
        answer: Kind of blow -> until a message that was sent after it was acknowledged.
        cut: Connections of listeners and speakers that the blows cut.
        fall: Of the parent; None when it was left alone.
        log: Of the server.
    """

    options: Kills
    outcome: Outcome
    whole: dict[str, Percentiles]
    answer: dict[str, Percentiles]
    cut: int
    fall: Fall | None
    log: Log

    @property
    def outage_met(self) -> bool | None:
        """Whether outages after kills of workers keep the bound; None when there were none or nobody asks."""
        found = self.outcome.outages.by_victim.get("worker")
        if found is None or not self.options.outage_ms:
            return None
        return found.p99_ms < self.options.outage_ms

    @property
    def good(self) -> bool:
        """Nothing was lost, nothing left behind, no trace written, and nobody was away for too long."""
        left = self.fall is not None and not self.fall.good
        return self.outcome.good and not left and self.log.tracebacks == 0 and self.outage_met is not False

    def lines(self) -> list[str]:
        """For people."""
        met = {None: "not judged", True: "met", False: "SHORT"}[self.outage_met]
        return [
            *self.outcome.lines(),
            *(f"whole again  {victim}: {of}" for victim, of in self.whole.items()),
            *(f"first answer {victim}: {of}" for victim, of in self.answer.items()),
            f"cut          {self.cut} connections by {sum(of.count for of in self.whole.values())} blows",
            f"target       outage of a worker's listeners p99 < {self.options.outage_ms:.0f} ms: {met}",
            *(() if self.fall is None else (self.fall.line(),)),
            self.log.line(),
            "GOOD: nothing lost, doubled, reordered" if self.good else "FAULTS WERE FOUND",
        ]


async def run(options: Kills, screen: Screen) -> KillsResult:
    """Set up, talk and kill, judge.

    Raises:
        HouseFault, CrowdFault: It could not be set up, or the server did not come back after a blow.
    """
    async with AsyncExitStack() as stack:
        with screen.step("setting up the house"):
            house = await stack.enter_async_context(standing(options.scale(1).plan(options.folder)))
        return await in_house(house, options, screen)


async def in_house(house: House, options: Kills, screen: Screen) -> KillsResult:
    """The same in a house that stands."""
    scale = options.scale(drawn(options.seed))
    async with drilling(house, scale) as stage, screen.waiting("killing", options.kills * EXPECTED_S):
        kills = await _blows(stage, options)
        told = await stage.finish()
    with screen.step("judging"):
        fallen = await fall(house) if options.parent else None
        outcome = judged(scale, told, await replayed(house), kills)
    sent = sorted((row[3], row[4]) for answer in told.spoken for row in answer["acknowledged"])
    victims = dict.fromkeys(kill.victim for kill in kills)
    return KillsResult(
        options=options,
        outcome=outcome,
        whole={
            victim: percentiles(round(kill.whole_ms * 1e6) for kill in kills if kill.victim == victim)
            for victim in victims
        },
        answer={
            victim: percentiles(_first_answers([kill for kill in kills if kill.victim == victim], sent))
            for victim in victims
        },
        cut=sum(kill.connections for kill in kills),
        fall=fallen,
        log=read_log(house),
    )


async def _blows(stage: Stage, options: Kills) -> list[Kill]:
    victims, chance = read_victims(options.victims), stage.chance
    kills: list[Kill] = []
    await asyncio.sleep(WARM_S)
    for number in range(options.kills):
        kills.append(await stage.killer.strike(victims[number % len(victims)]))
        await stage.move(MOVE_SHARE)
        await asyncio.sleep(chance.uniform(options.pause_min, options.pause_max))
    await asyncio.sleep(TAIL_S)
    return kills


def _first_answers(kills: Sequence[Kill], sent: Sequence[tuple[int, int]]) -> list[int]:
    """For each blow: from it to the first answer to a message that was sent after it, in ns."""
    found = []
    for kill in kills:
        answered = [acked_ns for sent_ns, acked_ns in sent if sent_ns > kill.at_ns]
        if answered:
            found.append(min(answered) - kill.at_ns)
    return found
