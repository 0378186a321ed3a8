"""A working day, compressed: mostly idle sessions in thirty branches; messages, reading, typing, lines that break and come back.

Everything that happens is a Poisson process. At the end every message must be stored once and seen once by everybody of its room,
whoever was away meanwhile.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.crowd import Crowd, Gathering
from load_tests.house import House, HousePlan
from load_tests.measures import percentiles
from load_tests.outcome import Outcome, bound_note, times
from load_tests.scenarios.stage import PLAYERS, rooms_of, stage, total, verdict_over
from load_tests.screen import Screen
from load_tests.window import Peak, Window, watching_memory, window

ARRIVE_S = 30.0
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class MixedDay:
    """Options."""

    members: int = field(default=1_000, metadata={"about": "sessions, each in its five topics"})
    branches: int = field(default=30, metadata={"about": "branches they are in"})
    seconds: float = field(default=60.0, metadata={"about": "how long the day is"})
    sends: float = field(default=50.0, metadata={"about": "messages per second, on average"})
    reads: float = field(default=100.0, metadata={"about": "marks of reading per second"})
    types: float = field(default=50.0, metadata={"about": "notices of typing per second"})
    breaks: float = field(
        default=0.01, metadata={"about": "share of the members whose line breaks in a minute"}
    )
    workers: int = field(default=1, metadata={"about": "serving processes"})
    seed: int = field(default=1, metadata={"about": "of chance and texts"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if not 1 <= self.branches <= self.members or min(self.seconds, self.sends) <= 0:
            raise ValueError("at least one member for each branch, some messages and some time")


async def run(options: MixedDay, screen: Screen) -> Outcome:
    """The day.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    plan = HousePlan(options.members, options.branches, workers=options.workers, folder=options.folder)
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: MixedDay, screen: Screen) -> Outcome:
    """The same in a house of its size."""
    day = {
        "seconds": options.seconds,
        "sends_per_s": options.sends,
        "reads_per_s": options.reads,
        "types_per_s": options.types,
        "breaks_per_s": options.breaks * options.members / MINUTE_S,
        "seed": options.seed,
    }
    async with Crowd(house, module=PLAYERS) as crowd:
        with screen.step("members are coming"):
            await crowd.gather(house.roll.passes[: options.members], Gathering(exact=1))
            await house.calm()
        async with (
            screen.waiting("the day", options.seconds),
            watching_memory(house) as peak,
            window(house, crowd.pids) as seen,
        ):
            lived = await crowd.order("day", [day], limit_s=options.seconds + 300)
        with screen.step("judging"):
            missing = surplus = 0
            for room, said in rooms_of(lived).items():
                told = {"topic": f"chat:{room}", "head": max(seq for _, seq in said), "limit_s": ARRIVE_S}
                answers = await crowd.order("arrived", [told])
                missing, surplus = missing + total(answers, "missing"), surplus + total(answers, "surplus")
            (report,) = await crowd.order("report")
            losses = await verdict_over(house, lived, [crowd])
    losses |= {"missing": missing, "surplus": surplus, "holes_followed": report["holes"]}
    losses |= {"repeats": report["repeats"], "fallen_out": report["breaks"]}
    return _outcome(options, (lived[0], report), (seen, peak), losses)


def _outcome(
    options: MixedDay,
    told: tuple[dict[str, Any], dict[str, Any]],
    measured: tuple[Window, Peak],
    losses: dict[str, int],
) -> Outcome:
    (lived, report), (seen, peak) = told, measured
    sends = len(lived["acknowledged"])
    figures = {
        "sends": sends,
        "sends_per_s": sends / options.seconds,
        **times("ack", percentiles(lived["acks_ns"])),
        **times("delivery", percentiles(report["delays_ns"])),
        "deliveries": report["messages"],
        "reads": lived["reads"],
        "typings": lived["typings"],
        "breaks": lived["breaks"],
        **times("resume", percentiles(lived["back_ns"])),
        "tries_to_come_back_that_failed": len(lived["back_faults"]),
        "skipped": lived["skipped"],
        "refused": sum(lived["refused"].values()) + lived["refused_asks"],
        "lagged": report["lagged"],
        "serving_cores": seen.serving_cores,
        "rss_peak_mib": peak.rss_bytes / 2**20,
        "generator_share": seen.generator_share,
    }
    losses = losses | {"not_back": lived["not_back"], "given_up": lived["given_up"]}
    return Outcome(options, figures, losses, bound_note(seen.generator_share))
