"""A program of members whose phones show the floor of a meeting: they answer when called, and note when results become visible.

Crowd(house, module="load_tests.attending")
"""

import asyncio
import random
import time
from functools import partial

import uvloop
from typing_extensions import override

from load_tests.limits import raise_file_limit
from load_tests.line import Frame, Target
from load_tests.member import Member
from load_tests.orders import Answer, Order, Orders
from load_tests.passes import Pass
from load_tests.troop import Troop, serve

AGAIN_S = 0.1
TRIES_MAX = 50


class Attendee(Member):
    """One of them.

    Args:
        seat, target: As of `Member`.
        watches: Keeps the moments at which results became visible.

    Attributes:
        visible: (roll-call, answers that the phone shows, CLOCK_MONOTONIC in ns), whenever the number rose.
        answered: Roll-calls whose 到 was acknowledged.
        acks_ns: From the 到 to its acknowledgement.
        refused: Key of a refusal -> how often.
        meeting: Which the phone shows.
        roll_call: The one that runs.
        called: Set when all are called at once.
        acknowledged: Set when the 到 of the running roll-call was.
    """

    def __init__(self, seat: Pass, target: Target, *, watches: bool) -> None:
        super().__init__(seat, target, exact=False)
        self.visible: list[tuple[str, int, int]] = []
        self.answered: set[str] = set()
        self.acks_ns: list[int] = []
        self.refused: dict[str, int] = {}
        self.meeting = ""
        self.called = asyncio.Event()
        self.acknowledged = asyncio.Event()
        self.roll_call = ""
        self._watches = watches
        self._most = 0

    def say_here(self, roll_call: str, tries: int = 0) -> None:
        """到, until it is acknowledged or refused for good."""
        command = {"type": "meeting.answer_call", "meeting": self.meeting, "roll_call": roll_call}
        self._line.say(command, partial(self._told_of, roll_call, time.monotonic_ns(), tries))

    def _told_of(self, roll_call: str, began_ns: int, tries: int, frame: Frame) -> None:
        if frame["type"] != "error":
            self.answered.add(roll_call)
            self.acknowledged.set()
            self.acks_ns.append(time.monotonic_ns() - began_ns)
            return
        self.refused[frame["key"]] = self.refused.get(frame["key"], 0) + 1
        if frame["temporary"] and tries < TRIES_MAX:
            asyncio.get_running_loop().call_later(AGAIN_S, self.say_here, roll_call, tries + 1)

    @override
    def _pushed(self, frame: Frame) -> None:
        super()._pushed(frame)
        match frame["type"]:
            case "meeting.roll_call_started":
                self._began(frame["change"]["roll_call"])
            case "meeting.called" if frame["change"]["roll_call"]["called"] == self.seat.member:
                self.say_here(frame["change"]["roll_call"]["id"])
            case "meeting.counted" if self._watches and frame["counts"]["answered"] > self._most:
                self._most = frame["counts"]["answered"]
                self.visible.append((self.roll_call, self._most, time.monotonic_ns()))
            case _:
                pass

    def _began(self, roll_call: Frame) -> None:
        self._most, self.roll_call = 0, roll_call["id"]
        if roll_call["mode"] == "all":
            self.acknowledged.clear()
            self.called.set()


class Hall(Troop):
    """The members of this program."""

    def __init__(self) -> None:
        super().__init__()
        self._watched = 0

    @override
    def _member(self, order: Order, place: int, number: int) -> Member:
        sources = order["sources"]
        target = Target(order["host"], order["port"], sources[place % len(sources)])
        watches = order["exact"] > 0 and place % order["exact"] == 0
        return Attendee(self.roll.passes[number], target, watches=watches)

    @property
    def attendees(self) -> list[Attendee]:
        """Those who came."""
        return [member for member in self.members if isinstance(member, Attendee)]

    async def attend(self, order: Order) -> Answer:
        """From now on phones answer to this meeting; order: meeting."""
        for one in self.attendees:
            one.meeting = order["meeting"]
        return {}

    async def all_here(self, order: Order) -> Answer:
        """Everybody says 到 once within `within_s` after all are called; answers when that is acknowledged. Order: within_s, seed."""
        chance = random.Random(order["seed"])

        async def one(member: Attendee, after_s: float) -> None:
            await member.called.wait()
            await asyncio.sleep(after_s)
            member.say_here(member.roll_call)
            await member.acknowledged.wait()

        async with asyncio.timeout(order["within_s"] + 60), asyncio.TaskGroup() as group:
            for member in self.attendees:
                group.create_task(one(member, chance.uniform(0, order["within_s"])))
        return {"last_ns": time.monotonic_ns()}

    async def answers(self, _order: Order) -> Answer:
        """What phones did and showed."""
        refused: dict[str, int] = {}
        for one in self.attendees:
            for key, count in one.refused.items():
                refused[key] = refused.get(key, 0) + count
        return {
            "answered": [[one.seat.member, call] for one in self.attendees for call in one.answered],
            "acks_ns": [ack_ns for one in self.attendees for ack_ns in one.acks_ns],
            "visible": [one.visible for one in self.attendees if one.visible],
            "refused": refused,
        }

    @property
    @override
    def orders(self) -> Orders:
        """Word -> what is done."""
        return {**super().orders, "attend": self.attend, "all_here": self.all_here, "answers": self.answers}


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(serve(Hall()))
