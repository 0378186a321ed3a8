"""A roll-call of 2,000: name by name until everybody was called, then all at once; results live on every phone (C5).

Everybody has a phone that shows the floor. Whoever is called says 到; measured is the time from the call until phones show the
answer. Half way the organizer's line is cut behind a call: the chair takes the baton over, calls whom the organizer had called, and
goes on. What is judged is the sheet as stored: every answer that was acknowledged, once.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from load_tests.crowd import Crowd, Gathering
from load_tests.house import HOST, House, HousePlan
from load_tests.line import Frame, Target
from load_tests.measures import percentiles
from load_tests.member import Member
from load_tests.outcome import Outcome, bound_note, times
from load_tests.passes import Pass
from load_tests.scenarios.checkin_rush import opened
from load_tests.scenarios.stage import stage
from load_tests.screen import Screen
from load_tests.window import Window, window

HALL = "load_tests.attending"
PATIENCE_S = 10.0
"""A name that shows no answer by then is passed over, and counted."""


@dataclass(frozen=True, slots=True)
class RollCall:
    """Options."""

    members: int = field(default=2_000, metadata={"about": "names on the roll"})
    within: float = field(
        default=5.0, metadata={"about": "seconds in which all answer who are called together"}
    )
    every: int = field(default=40, metadata={"about": "every so many-th phone notes what it shows"})
    cut: bool = field(default=True, metadata={"about": "cut the organizer's line half way"})
    seed: int = field(default=1, metadata={"about": "of chance"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.members < 4 or self.within <= 0 or self.every < 1:
            raise ValueError("at least four members, some time, and some phones to look at")


class Caller(Member):
    """Whoever runs the roll-call: calls names, and sees on the desk's sheet who answered."""

    def __init__(self, seat: Pass, target: Target, meeting: str) -> None:
        super().__init__(seat, target, exact=False)
        self.meeting = meeting
        self.answered: set[str] = set()
        self.called = ""
        self.came = asyncio.Event()

    async def do(self, word: str, **fields: Any) -> Frame:  # noqa: ANN401 - of the command
        """A command of the meeting."""
        return await self.ask({"type": f"meeting.{word}", "meeting": self.meeting, **fields})

    async def look(self) -> Frame:
        """Open the desk: sheet and floor; returns the floor as it is."""
        sheet = await self.ask({"type": "subscribe", "topic": f"meeting:{self.meeting}-sheet"})
        # Added, not put in its place: an answer may have been pushed since the snapshot was made.
        self.answered |= {answer["member"] for answer in sheet["snapshot"]["sheet"]["answers"]}
        floor = await self.ask({"type": "subscribe", "topic": f"meeting:{self.meeting}"})
        found: Frame = floor["snapshot"]["meeting"]
        return found

    async def until_called(self, before: str) -> bool:
        """Wait until the desk shows another name: the acknowledgement of a call may be heard before its event."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self.called == before:
                    self.came.clear()
                    await self.came.wait()
        except TimeoutError:
            return False
        return True

    async def until_answered(self) -> bool:
        """Wait for the answer of whoever is called."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self.called not in self.answered:
                    self.came.clear()
                    await self.came.wait()
        except TimeoutError:
            return False
        return True

    @override
    def _pushed(self, frame: Frame) -> None:
        super()._pushed(frame)
        if frame["type"] == "meeting.roll_answered":
            self.answered.add(frame["answer"]["member"])
            self.came.set()
        elif frame["type"] == "meeting.called":
            self.called = frame["change"]["roll_call"]["called"]
            self.came.set()


@dataclass(slots=True)
class Calls:
    """What was called.

    Attributes:
        began_ns: When the k-th name was called, CLOCK_MONOTONIC.
        taken_over_s: From the cut to the next name called, 0 without a cut.
        passed_over: Names that showed no answer.
    """

    began_ns: list[int] = field(default_factory=list)
    taken_over_s: float = 0.0
    passed_over: int = 0


async def run(options: RollCall, screen: Screen) -> Outcome:
    """Everybody is called.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    async with stage(HousePlan(options.members, folder=options.folder), screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: RollCall, screen: Screen) -> Outcome:
    """The same in a house of its size."""
    passes = house.roll.passes[: options.members]
    target = Target(HOST, house.port)
    officer = Member(passes[0], target, exact=False)
    await officer.connect()
    with screen.step("the meeting opens"):
        meeting = await opened(officer, house, chair=1)
        await house.calm()
    officer.hang_up()
    async with Crowd(house, module=HALL) as crowd:
        with screen.step("members are coming"):
            await crowd.gather(passes, Gathering((f"meeting:{meeting}",), exact=options.every))
            await crowd.order("attend", [{"meeting": meeting}])
            await house.calm()
        callers = [Caller(one, target, meeting) for one in passes[:2]]
        async with window(house, crowd.pids) as seen:
            calls = await by_name(callers, options, screen)
            with screen.step("all together"):
                last_ns = await together(callers[1 if options.cut else 0], crowd, options)
                await asyncio.sleep(1.0)
        with screen.step("judging"):
            told = (await crowd.order("answers"))[0]
            losses = await judged(callers[1 if options.cut else 0], told, calls, options)
    return _outcome(options, calls, told, last_ns, seen, losses)


async def by_name(callers: Sequence[Caller], options: RollCall, screen: Screen) -> Calls:
    """Call everybody by name; half way the first caller's line is cut."""
    calls, caller = Calls(), callers[0]
    await caller.connect()
    baton = (await caller.look())["baton"]["version"]
    await caller.do("start_roll_call", baton=baton, mode="one")
    with screen.counting("calling names", options.members) as done:
        while len(calls.began_ns) < options.members:
            calls.began_ns.append(time.monotonic_ns())
            before = caller.called
            await caller.do("call", baton=baton, who="next")
            if options.cut and len(calls.began_ns) == options.members // 2:
                caller, baton = await taken_over(callers, calls)
            elif not await caller.until_called(before):
                calls.passed_over += 1
                continue
            calls.passed_over += not await caller.until_answered()
            done(len(calls.began_ns))
    await caller.do("end_roll_call", baton=baton)
    return calls


async def taken_over(callers: Sequence[Caller], calls: Calls) -> tuple[Caller, int]:
    """The first caller is gone before the answer comes; the second takes the baton and sees who is called."""
    cut = time.monotonic()
    callers[0].hang_up()
    await callers[1].connect()
    floor = await callers[1].look()
    taken = await callers[1].do("take_baton", version=floor["baton"]["version"])
    callers[1].called = floor["roll_call"]["called"]
    calls.taken_over_s = time.monotonic() - cut
    return callers[1], taken["baton"]["version"]


async def together(caller: Caller, crowd: Crowd, options: RollCall) -> int:
    """Call all at once; returns when the last answer was acknowledged, CLOCK_MONOTONIC in ns."""
    orders = [{"within_s": options.within, "seed": options.seed}]
    answering = asyncio.get_running_loop().create_task(
        crowd.order("all_here", orders), name="all say that they are here"
    )
    baton = (await caller.look())["baton"]["version"]
    caller.answered.clear()
    await caller.do("start_roll_call", baton=baton, mode="all")
    return int((await answering)[0]["last_ns"])


async def judged(caller: Caller, told: Frame, calls: Calls, options: RollCall) -> dict[str, int]:
    """The sheet as stored against what phones were told."""
    topic = f"meeting:{caller.meeting}-sheet"
    head = (await caller.heads())[topic]
    stored: list[tuple[str, str]] = []
    after = 0
    while after < head:
        page = await caller.ask(
            {"type": "replay", "topic": topic, "after": after, "before": head + 1, "limit": 200}
        )
        stored += [
            (one["answer"]["member"], one["roll_call"])
            for one in page["events"]
            if one["type"] == "meeting.roll_answered"
        ]
        after = page["events"][-1]["seq"]
    acknowledged = {(member, call) for member, call in told["answered"]}
    return {
        "lost": len(acknowledged - set(stored)),
        "doubled": len(stored) - len(set(stored)),
        "not_answered": 2 * options.members - len(set(stored)),
        "passed_over": calls.passed_over,
    }


def visible_ns(calls: Calls, shown: Sequence[Sequence[Any]]) -> list[int]:
    """From a call to the moment a phone showed as many answers as names were called by then; of the first roll-call."""
    first = shown[0][0] if shown else ""
    delays, called = list[int](), 0
    for roll_call, answered, at_ns in shown:
        if roll_call != first:
            break
        delays += [at_ns - began_ns for began_ns in calls.began_ns[called:answered]]
        called = max(called, answered)
    return delays


def _outcome(  # noqa: PLR0913 - the parts of one report
    options: RollCall, calls: Calls, told: Frame, last_ns: int, seen: Window, losses: dict[str, int]
) -> Outcome:
    phones = told["visible"]
    delays = [delay for shown in phones for delay in visible_ns(calls, shown)]
    complete = [
        at_ns - last_ns
        for shown in phones
        for _, answered, at_ns in shown[-1:]
        if answered == options.members
    ]
    figures = {
        "called": len(calls.began_ns),
        **times("call_to_visible", percentiles(delays)),
        "phones_looked_at": len(phones),
        "taken_over_s": calls.taken_over_s,
        **times("ack", percentiles(told["acks_ns"])),
        "complete_after_last_ack_ms": max(complete, default=0) / 1e6,
        "refused": sum(told["refused"].values()),
        **{f"refused_{key.lower()}": count for key, count in sorted(told["refused"].items())},
        "serving_cores": seen.serving_cores,
        "generator_share": seen.generator_share,
    }
    losses["not_complete"] = len(phones) - len(complete)
    return Outcome(options, figures, losses, bound_note(seen.generator_share))
