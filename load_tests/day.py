"""A working day, compressed: members who mostly listen, and now and then speak, read, type, or lose their line for a moment.

Each of these happens as a Poisson process over all members of the program: independent, at a given mean rate.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from picows import WSError

from load_tests.line import Refusal
from load_tests.member import Member
from load_tests.orders import Answer
from load_tests.speaking import Said, Speaker
from load_tests.words import Words

OPEN_MAX = 2_000
AWAY_MEAN_S = 3.0
BACK_TRIES_MAX = 10
BACK_FIRST_S = 0.25
LINE_FAULTS = (OSError, TimeoutError, WSError, Refusal)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What happens.

    Attributes:
        seconds: How long.
        sends_per_s, reads_per_s, types_per_s: Mean rates, all members of the program together.
        breaks_per_s: Lines that break.
        seed: Of chance and texts.
    """

    seconds: float
    sends_per_s: float
    reads_per_s: float
    types_per_s: float
    breaks_per_s: float
    seed: int = 1


@dataclass(slots=True)
class Back:
    """Those who came back.

    Attributes:
        took_ns: From the first byte to the answer to `resume`, of the try that succeeded.
        at_ns: When that was (CLOCK_MONOTONIC), in the same order.
        faults: Of tries that did not.
        lost: Members who did not get back.
    """

    took_ns: list[int] = field(default_factory=list)
    at_ns: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lost: int = 0

    def told(self) -> Answer:
        """As an answer."""
        return {"back_ns": self.took_ns, "back_faults": self.faults[:100], "not_back": self.lost}


async def come_back(member: Member, back: Back, chance: random.Random) -> None:
    """Connect and resume; after a fault again, with full jitter as our own client does it."""
    for attempt in range(BACK_TRIES_MAX):
        began_ns = time.monotonic_ns()
        try:
            await member.connect()
            await member.resume()
        except LINE_FAULTS as fault:
            back.faults.append(f"{type(fault).__name__} {fault}"[:200])
            member.hang_up()
            await asyncio.sleep(chance.uniform(0, BACK_FIRST_S * 2**attempt))
        else:
            back.at_ns.append(time.monotonic_ns())
            back.took_ns.append(back.at_ns[-1] - began_ns)
            return
    back.lost += 1


class Day:
    """The day of some members.

    Args:
        members: Connected, in their topics, looking closely.
        plan: What happens.
    """

    def __init__(self, members: Sequence[Member], plan: DayPlan) -> None:
        self._members = members
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._said = Said()
        self._speaker = Speaker(self._said, Words(plan.seed))
        self._back = Back()
        self._did = {"reads": 0, "typings": 0, "breaks": 0, "skipped": 0, "refused_asks": 0}

    async def live(self) -> Answer:
        """Until the time is over and everybody is back."""
        plan, began = self._plan, time.monotonic()
        acts = (
            (plan.sends_per_s, self._send),
            (plan.reads_per_s, self._read),
            (plan.types_per_s, self._type),
            (plan.breaks_per_s, self._break),
        )
        async with asyncio.TaskGroup() as group:
            for rate, act in acts:
                if rate > 0:
                    group.create_task(self._happening(rate, act))
        return {**self._said.told(), **self._back.told(), **self._did, "lasted_s": time.monotonic() - began}

    async def _happening(self, rate: float, act: Callable[[Member], Awaitable[None]]) -> None:
        loop, slots = asyncio.get_running_loop(), asyncio.Semaphore(OPEN_MAX)
        due, until = loop.time(), loop.time() + self._plan.seconds
        async with asyncio.TaskGroup() as group:
            while (due := due + self._chance.expovariate(rate)) < until:
                await asyncio.sleep(due - loop.time())
                member = self._chance.choice(self._members)
                if not member.open or slots.locked():
                    self._did["skipped"] += 1
                    continue
                await slots.acquire()
                task = group.create_task(self._once(act, member))
                task.add_done_callback(lambda _task: slots.release())

    async def _once(self, act: Callable[[Member], Awaitable[None]], member: Member) -> None:
        await act(member)

    async def _send(self, member: Member) -> None:
        await self._speaker.say(member, member.seat.rooms[0])

    async def _read(self, member: Member) -> None:
        room = member.seat.rooms[0]
        read = {"type": "chat.mark_read", "room": room, "n": member.tracks[f"chat:{room}"].position}
        self._did["reads"] += await self._ask(member, read)

    async def _type(self, member: Member) -> None:
        typing = {"type": "chat.typing", "room": member.seat.rooms[0]}
        self._did["typings"] += await self._ask(member, typing)

    async def _ask(self, member: Member, command: Mapping[str, object]) -> bool:
        with suppress(Refusal, TimeoutError):
            await member.ask(command)
            return True
        self._did["refused_asks"] += 1
        return False

    async def _break(self, member: Member) -> None:
        self._did["breaks"] += 1
        member.hang_up()
        await asyncio.sleep(self._chance.expovariate(1 / AWAY_MEAN_S))
        await come_back(member, self._back, self._chance)
