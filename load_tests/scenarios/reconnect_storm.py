"""Everybody loses the line at once and comes back, each some messages behind in the room of the branch.

While all are away, somebody says so many messages in every branch room. Then all come back with full jitter over a given time,
resume, and must have every message once, in order, with the right text.
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
from load_tests.window import Window, window

ARRIVE_S = 60.0


@dataclass(frozen=True, slots=True)
class ReconnectStorm:
    """Options."""

    sessions: int = field(default=10_000, metadata={"about": "members who lose the line"})
    branches: int = field(default=100, metadata={"about": "branches they are in"})
    behind: int = field(default=10, metadata={"about": "messages that each has missed"})
    spread: float = field(default=10.0, metadata={"about": "seconds over which they come back"})
    workers: int = field(default=1, metadata={"about": "serving processes"})
    seed: int = field(default=1, metadata={"about": "of chance"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if not 1 <= self.branches <= self.sessions or self.behind < 0 or self.spread < 0:
            raise ValueError("at least one session for each branch")


async def run(options: ReconnectStorm, screen: Screen) -> Outcome:
    """Cut, speak, come back.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    plan = HousePlan(
        members=options.sessions + options.branches,
        branches=options.branches,
        groups=2,
        workers=options.workers,
        folder=options.folder,
    )
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: ReconnectStorm, screen: Screen) -> Outcome:
    """The same in a house of its size."""
    passes, spread = house.roll.passes, options.spread
    async with Crowd(house, module=PLAYERS) as crowd, Crowd(house, module=PLAYERS) as voices:
        with screen.step("members are coming"):
            gathered = await crowd.gather(passes[: options.sessions], Gathering(exact=1))
            await voices.gather(passes[options.sessions :], Gathering((), exact=0))
            await house.calm()
        with screen.step("cut, and spoken to meanwhile"):
            await crowd.order("cut")
            await house.calm()
            spoken = await voices.order(
                "say", [{"rooms": [0], "count": options.behind, "seed": options.seed}]
            )
        async with screen.waiting("coming back", spread + 5), window(house, crowd.pids) as seen:
            back = await crowd.order("come_back", [{"spread_s": spread, "seed": options.seed}])
            missing = await _arrived(crowd, spoken)
        with screen.step("judging"):
            report = await crowd.order("report")
            losses = await verdict_over(house, spoken, [crowd])
    losses |= missing | {"holes_followed": total(report, "holes"), "repeats": total(report, "repeats")}
    return _outcome(options, back[0], seen, (losses, gathered.open / gathered.took_s))


async def _arrived(crowd: Crowd, spoken: list[dict[str, Any]]) -> dict[str, int]:
    missing = surplus = 0
    for room, said in rooms_of(spoken).items():
        told = {"topic": f"chat:{room}", "head": max(seq for _, seq in said), "limit_s": ARRIVE_S}
        answers = await crowd.order("arrived", [told for _ in crowd.pids])
        missing, surplus = missing + total(answers, "missing"), surplus + total(answers, "surplus")
    return {"missing": missing, "surplus": surplus}


def _curve(at_s: list[float]) -> dict[str, float]:
    """When each tenth of all was back."""
    ordered = sorted(at_s)
    if not ordered:
        return {}
    return {f"back_s_at_{share}": ordered[len(ordered) * share // 100 - 1] for share in range(10, 101, 10)}


def _outcome(
    options: ReconnectStorm, back: dict[str, Any], seen: Window, more: tuple[dict[str, int], float]
) -> Outcome:
    losses, members_per_s = more
    resumes = len(back["back_ns"])
    figures = {
        "resumes": resumes,
        "resumes_per_s": resumes / max(1e-9, back["lasted_s"]),
        "resumes_per_core_s": resumes / max(1e-9, seen.serving_ns / 1e9),
        "serving_cores": seen.serving_cores,
        "all_back_s": seen.lasted_s,
        **_curve(back["at_s"]),
        **times("resume", percentiles(back["back_ns"])),
        "tries_that_failed": len(back["back_faults"]),
        "members_per_s": members_per_s,
        "database_us_per_resume": seen.database_ns / 1e3 / max(1, resumes),
        "generator_share": seen.generator_share,
    }
    losses = losses | {"not_back": back["not_back"]}
    notes = (*bound_note(seen.generator_share), *back["back_faults"][:3])
    return Outcome(options, figures, losses, notes)
