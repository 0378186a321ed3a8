"""A rush of check-ins: 5,000 members of one meeting check in within 10 s while the code on the wall rotates (P8, C3).

Everybody has a connection and the code of the moment; some watch the meeting's numbers, the desk watches the sheet. What is
judged is the sheet as the server has it stored afterwards: every member present, checked in once. With `kill` one of two serving
processes is killed in the middle of the window, with `redis` the bus is; members dial again and try again, and the same must hold.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uuid_utils

from load_tests.crowd import Crowd, Gathering
from load_tests.faults.killer import Killer
from load_tests.house import HOST, House, HousePlan
from load_tests.line import Target
from load_tests.measures import percentiles
from load_tests.member import Member
from load_tests.outcome import Outcome, bound_note, times
from load_tests.scenarios.stage import PLAYERS, stage
from load_tests.screen import Screen
from load_tests.window import Window, window

HOUR_MS = 3_600_000
FAR_MS = 4_102_444_800_000  # 2100-01-01: a beginning far ahead; opening it at once is the organizer's right
PAGE = 200


@dataclass(frozen=True, slots=True)
class CheckinRush:
    """Options."""

    members: int = field(default=5_000, metadata={"about": "who check in"})
    within: float = field(default=10.0, metadata={"about": "seconds in which all do"})
    watchers: int = field(default=20, metadata={"about": "members who watch the numbers"})
    workers: int = field(default=1, metadata={"about": "serving processes"})
    kill: str = field(default="", metadata={"about": "who is killed in the middle: worker or redis"})
    rotate: bool = field(default=True, metadata={"about": "begin so that the code changes in the middle"})
    seed: int = field(default=1, metadata={"about": "of chance"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.members < 2 or self.within <= 0 or self.watchers < 0:
            raise ValueError("at least two members and some time")
        if self.kill not in ("", "worker", "redis") or (self.kill and self.workers < 2):
            raise ValueError("a worker or redis can be killed when there are several workers")


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
    passes = house.roll.passes
    officer = Member(passes[0], Target(HOST, house.port), exact=False)
    await officer.connect()
    with screen.step("the meeting opens"):
        meeting = await opened(officer, house)
        await house.calm()
    async with Crowd(house, module=PLAYERS) as crowd, Crowd(house) as watchers:
        with screen.step("members are coming"):
            await crowd.gather(passes[: options.members], Gathering((), exact=0))
            await watchers.gather(passes[options.members :], Gathering((f"meeting:{meeting}",), exact=0))
            await house.calm()
        if options.rotate:
            with screen.step("waiting for the code to be half a rush from its change"):
                await _before_the_change(officer, meeting, options.within)
        order = {
            "meeting": meeting,
            "officer": 0,
            "within_s": options.within,
            "seed": options.seed,
            "host": HOST,
            "port": house.port,
        }
        async with (
            screen.waiting("the rush", options.within),
            window(house, crowd.pids) as seen,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(_strike(house, options))
            arrived = await crowd.order("check_in", [order], limit_s=options.within + 120)
        with screen.step("judging"):
            if not officer.open:
                await officer.connect()
            losses = await judged(officer, meeting, arrived[0], options.members)
    officer.hang_up()
    return _outcome(options, arrived[0], seen, losses)


async def opened(officer: Member, house: House, chair: int = 0) -> str:
    """A meeting of everybody that has just opened; the first of the roll organizes, the one at place `chair` leads it."""
    organizer, *others = (one.member for one in house.roll.passes[:3])
    plan = {
        "title": "大会",
        "starts_at_ms": FAR_MS,
        "ends_at_ms": FAR_MS + HOUR_MS,
        "chair": house.roll.passes[chair].member,
        "organizer": organizer,
        "recorder": others[-1],
    }
    create = {"type": "meeting.create", "unit": house.roll.branches[0], "kind": "general", "plan": plan}
    made = await officer.ask(create | {"cid": str(uuid_utils.uuid7())})
    meeting = str(made["meetings"][0])
    await officer.ask({"type": "meeting.announce", "meeting": meeting})
    await officer.ask({"type": "meeting.open", "meeting": meeting, "anyway": True})
    return meeting


async def _before_the_change(officer: Member, meeting: str, within_s: float) -> None:
    shown = await officer.ask({"type": "meeting.show_code", "meeting": meeting})
    left_s = (shown["expires_at_ms"] - shown["server_now_ms"]) / 1_000
    await asyncio.sleep((left_s - within_s / 2) % (shown["step_ms"] / 1_000))


async def _strike(house: House, options: CheckinRush) -> None:
    if options.kill:
        await asyncio.sleep(options.within / 2)
        await Killer(house, random.Random(options.seed)).strike(options.kill)


async def judged(officer: Member, meeting: str, arrived: dict[str, Any], members: int) -> dict[str, int]:
    """The sheet as stored against what members were told: nobody missing, nobody twice."""
    topic = f"meeting:{meeting}-sheet"
    entered = await officer.ask({"type": "subscribe", "topic": topic})
    present = {
        row["member"] for row in entered["snapshot"]["sheet"]["rows"] if row["status"] in ("on_time", "late")
    }
    stored, after = Counter[str](), 0
    while after < entered["head"]:
        page = await officer.ask(
            {"type": "replay", "topic": topic, "after": after, "before": entered["head"] + 1, "limit": PAGE}
        )
        stored.update(e["member"] for e in page["events"] if e["type"] == "meeting.checked_in")
        after = page["events"][-1]["seq"]
    told = set(arrived["members"])
    return {
        "lost": len(told - present) + len(told - stored.keys()),
        "doubled": sum(count - 1 for count in stored.values()),
        "not_stored": members - len(present),
    }


def _outcome(options: CheckinRush, arrived: dict[str, Any], seen: Window, losses: dict[str, int]) -> Outcome:
    came = len(arrived["members"])
    figures = {
        "checked_in": came,
        **times("check_in", percentiles(arrived["acks_ns"])),
        "check_ins_per_s": came / arrived["lasted_s"],
        "cpu_us_per_check_in": seen.serving_ns / 1e3 / max(1, came),
        "codes_shown": arrived["codes"],
        "refused": sum(arrived["refused"].values()),
        "generator_share": seen.generator_share,
    }
    return Outcome(options, figures, losses, bound_note(seen.generator_share))
