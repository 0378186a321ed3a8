"""A program of members who do what the scenarios ask for, besides listening and talking. Started by `load_tests.crowd`.

Crowd(house, module="load_tests.players")
"""

import asyncio
import random
import time
from collections.abc import Coroutine, Iterator
from itertools import count

import uvloop
from typing_extensions import override

from load_tests.arriving import Arrived, Wall, check_in
from load_tests.day import Back, Day, DayPlan, come_back
from load_tests.limits import raise_file_limit
from load_tests.line import Target
from load_tests.member import Member
from load_tests.orders import Answer, Order, Orders
from load_tests.speaking import Said, Speaker
from load_tests.troop import Troop, serve
from load_tests.words import Words

FILLER = "这一段只是为了让消息长一些,没有别的意思。"


class Players(Troop):
    """The members of this program."""

    async def say(self, order: Order) -> Answer:
        """Speak.

        Order: rooms (which of a member's own: 0 is the branch's, 1 and 2 the groups'), seed, filler (characters), and

        * count: every member says so many in each of the rooms, one after the other; or
        * seconds, inflight: closed loop, so many unanswered at any time, each member through its rooms in turn; or
        * within_s: every member says one thing in the first of the rooms, at a random moment.
        """
        said, filler = (
            Said(),
            (FILLER * (order.get("filler", 0) // len(FILLER) + 1))[: order.get("filler", 0)],
        )
        speaker, began = Speaker(said, Words(order["seed"]), filler), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for turn in self._turns(order, speaker):
                group.create_task(turn)
        return said.told() | {"lasted_s": time.monotonic() - began}

    async def pace(self, order: Order) -> Answer:
        """Speak at a steady rate, members in turn, in the room of their branch; order: rate, seconds, seed, filler."""
        said, filler = Said(), FILLER * (order["filler"] // len(FILLER))
        speaker, loop = Speaker(said, Words(order["seed"]), filler), asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(round(order["rate"] * order["seconds"])):
                await asyncio.sleep(began + number / order["rate"] - loop.time())
                member = self.members[number % len(self.members)]
                group.create_task(speaker.say(member, member.seat.rooms[0]))
        return said.told() | {"lasted_s": loop.time() - began}

    async def check_in(self, order: Order) -> Answer:
        """Everybody checks in to a meeting at a random moment; order: meeting, officer (seat), within_s, seed, host, port."""
        arrived, chance, began = Arrived(), random.Random(order["seed"]), time.monotonic()
        target = Target(order["host"], order["port"])
        officer = Member(self.roll.passes[order["officer"]], target, exact=False)
        await officer.connect()
        wall = Wall(officer, order["meeting"])

        async def one(member: Member, after_s: float) -> None:
            await asyncio.sleep(after_s)
            await check_in(member, wall, order["meeting"], arrived)

        async with asyncio.TaskGroup() as group:
            for member in self.members:
                group.create_task(one(member, chance.uniform(0, order["within_s"])))
        officer.hang_up()
        return arrived.told() | {"lasted_s": time.monotonic() - began, "codes": wall.changes}

    async def cut(self, _order: Order) -> Answer:
        """Everybody loses the line at once, and stays a member of this program."""
        for member in self.members:
            member.hang_up()
        return {}

    async def come_back(self, order: Order) -> Answer:
        """Everybody comes back and resumes, with full jitter over spread_s; order: spread_s, seed."""
        back, chance, began = Back(), random.Random(order["seed"]), time.monotonic()

        async def one(member: Member, after_s: float) -> None:
            await asyncio.sleep(after_s)
            await come_back(member, back, chance)

        async with asyncio.TaskGroup() as group:
            for member in self.members:
                group.create_task(one(member, chance.uniform(0, order["spread_s"])))
        at_s = [at_ns / 1e9 - began for at_ns in back.at_ns]  # one after the other, as they came back
        return back.told() | {"at_s": at_s, "lasted_s": time.monotonic() - began}

    async def stall(self, _order: Order) -> Answer:
        """Everybody stops reading; the kernel is told to keep little for them."""
        for member in self.members:
            member.stall()
        return {}

    async def day(self, order: Order) -> Answer:
        """A working day; order: the fields of `DayPlan`."""
        plan = DayPlan(**{key: value for key, value in order.items() if key != "order"})
        return await Day(self.members, plan).live()

    @property
    @override
    def orders(self) -> Orders:
        """Word -> what is done."""
        return {
            **super().orders,
            "say": self.say,
            "pace": self.pace,
            "check_in": self.check_in,
            "cut": self.cut,
            "come_back": self.come_back,
            "stall": self.stall,
            "day": self.day,
        }

    # -- inside ----------------------------------------------------------------------------------------------------

    def _turns(self, order: Order, speaker: Speaker) -> Iterator[Coroutine[None, None, None]]:
        rooms: list[int] = order["rooms"]
        if "count" in order:
            return (_each(speaker, member, rooms, order["count"]) for member in self.members)
        if "within_s" in order:
            chance = random.Random(order["seed"])
            return (
                _later(speaker, member, rooms[0], chance.uniform(0, order["within_s"]))
                for member in self.members
            )
        until = time.monotonic() + order["seconds"]
        return (
            _until(speaker, self.members[place % len(self.members)], rooms, until)
            for place in range(order["inflight"])
        )


async def _each(speaker: Speaker, member: Member, rooms: list[int], times: int) -> None:
    for _ in range(times):
        for room in rooms:
            await speaker.say(member, member.seat.rooms[room])


async def _later(speaker: Speaker, member: Member, room: int, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await speaker.say(member, member.seat.rooms[room])


async def _until(speaker: Speaker, member: Member, rooms: list[int], until: float) -> None:
    for turn in count():
        if time.monotonic() >= until:
            return
        await speaker.say(member, member.seat.rooms[rooms[turn % len(rooms)]])


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(serve(Players()))
