"""A rush of check-ins: 5,000 members, one durable message each, within 10 s; a stand-in until meetings exist.

There is no `meeting.check_in` yet; each member sends one message to the room of the branch instead: one durable, idempotent write
per member into one topic, which is what a check-in will be. What it does not show: rules of check-ins, and how their events are
told (a meeting will tell numbers). So that 25 million deliveries are not what is measured, only a few watch the room.
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

ARRIVE_S = 30.0
STAND_IN = "stand-in: messages to a room, because meetings do not exist yet"


@dataclass(frozen=True, slots=True)
class CheckinRush:
    """Options."""

    members: int = field(default=5_000, metadata={"about": "who check in"})
    within: float = field(default=10.0, metadata={"about": "seconds in which all do"})
    watchers: int = field(default=20, metadata={"about": "members who watch the room closely"})
    workers: int = field(default=1, metadata={"about": "serving processes"})
    seed: int = field(default=1, metadata={"about": "of chance"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.members < 1 or self.within <= 0 or self.watchers < 0:
            raise ValueError("at least one member and some time")


async def run(options: CheckinRush, screen: Screen) -> Outcome:
    """Everybody comes, everybody checks in.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    plan = HousePlan(options.members + options.watchers, workers=options.workers, folder=options.folder)
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: CheckinRush, screen: Screen) -> Outcome:
    """The same in a house of its size."""
    passes, topic = house.roll.passes, f"chat:{house.roll.branches[0]}"
    async with Crowd(house, module=PLAYERS) as crowd, Crowd(house) as watchers:
        with screen.step("members are coming"):
            await crowd.gather(passes[: options.members], Gathering((), exact=0))
            await watchers.gather(passes[options.members :], Gathering((topic,), exact=1))
            await house.calm()
        manner = {"rooms": [0], "within_s": options.within, "seed": options.seed}
        async with screen.waiting("the rush", options.within), window(house, crowd.pids) as seen:
            spoken = await crowd.order("say", [manner], limit_s=options.within + 120)
        with screen.step("judging"):
            heads = [max(seq for _, seq in said) for said in rooms_of(spoken).values()]
            told = {"topic": topic, "head": max(heads, default=0), "limit_s": ARRIVE_S}
            arrived = await watchers.order("arrived", [told])
            losses = await verdict_over(house, spoken, [watchers])
    return _outcome(options, spoken[0], seen, losses | {"missing": total(arrived, "missing")})


def _outcome(options: CheckinRush, spoken: dict[str, Any], seen: Window, losses: dict[str, int]) -> Outcome:
    stored = len(spoken["acknowledged"])
    figures = {
        "checked_in": stored,
        **times("check_in", percentiles(spoken["acks_ns"])),
        "check_ins_per_s": stored / spoken["lasted_s"],
        "cpu_us_per_check_in": seen.serving_ns / 1e3 / max(1, stored),
        "refused": sum(spoken["refused"].values()),
        "generator_share": seen.generator_share,
    }
    losses = losses | {"not_stored": options.members - stored}
    return Outcome(options, figures, losses, (STAND_IN, *bound_note(seen.generator_share)))
