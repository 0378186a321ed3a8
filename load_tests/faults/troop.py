"""One program full of members who come back by themselves. Started by `load_tests.crowd`, not by hand.

Knows the orders of `load_tests.troop`, and those below. Of what its members saw it tells each distinct account once, with the names
of all who share it: two hundred equal accounts are one.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import uvloop
from typing_extensions import override

from load_tests.faults.judging import digest
from load_tests.faults.loyal import Loyal, Readings, breaks_of
from load_tests.faults.speech import Speech
from load_tests.limits import raise_file_limit
from load_tests.line import Target
from load_tests.troop import Troop, serve

Order = dict[str, Any]
Answer = dict[str, Any]


class LoyalTroop(Troop):
    """See module.

    Args:
        group: Owns the ways back and the speech.
    """

    def __init__(self, group: asyncio.TaskGroup) -> None:
        super().__init__()
        self._tasks = group
        self._readings = Readings()
        self._speech: Speech | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._chance = random.Random(0)

    async def stay(self, order: Order) -> Answer:
        """From now on members come back after every break. Order: seed."""
        self._chance = random.Random(f"{order['seed']}.troop")
        for member in self._loyal():
            member.stay(order["seed"])
        return {}

    async def move(self, order: Order) -> Answer:
        """A share of the members, drawn by lot, hang up and come back. Order: share, 0 … 1."""
        chosen = [member for member in self._loyal() if self._chance.random() < order["share"]]
        for member in chosen:
            member.move()
        return {"moved": len(chosen)}

    async def begin(self, order: Order) -> Answer:
        """All members start to speak. Order: rate, seed."""
        self._speech = Speech(self._loyal(), order["rate"], order["seed"])
        self._speaking = self._tasks.create_task(self._speech.run(), name="speech")
        return {}

    async def finish(self, _order: Order) -> Answer:
        """Wait until what was begun is settled; tells everything that was said."""
        if self._speech is None or self._speaking is None:
            raise RuntimeError("nobody speaks")
        self._speech.stop()
        await self._speaking
        spoken = self._speech.spoken
        return {
            "tried": spoken.tried,
            "acknowledged": spoken.acknowledged,
            "unknown": dict(spoken.unknown),
            "unsettled": spoken.unsettled,
            "again": spoken.again,
            "unequal": spoken.unequal,
        }

    @override
    async def seen(self, order: Order) -> Answer:
        """What members saw of a topic: each distinct account with all who share it. Order: topic."""
        accounts: dict[str, dict[str, Any]] = {}
        for member in self._loyal():
            track = member.tracks.get(order["topic"])
            if track is not None and track.seen is not None:
                mark = digest(track.seen)
                accounts.setdefault(mark, {"sha256": mark, "entries": track.seen, "who": []})
                accounts[mark]["who"].append(member.seat.number)
        return {"accounts": list(accounts.values())}

    @override
    async def report(self, order: Order) -> Answer:
        """As in Troop, and the breaks of each member."""
        loyal = self._loyal()
        told = {
            "member_breaks": breaks_of(loyal),
            "unrecovered": sum(member.unrecovered for member in loyal),
            "back": sum(member.back.is_set() for member in loyal),
        }
        return await super().report(order) | told

    @override
    async def leave(self, order: Order) -> Answer:
        """Everybody hangs up for good."""
        for member in self._loyal():
            member.leave()
        return await super().leave(order)

    @property
    @override
    def orders(self) -> dict[str, Callable[[Order], Awaitable[Answer]]]:
        """Word -> what is done."""
        return {
            **super().orders,
            "stay": self.stay,
            "move": self.move,
            "begin": self.begin,
            "finish": self.finish,
        }

    @override
    def _member(self, order: Order, place: int, number: int) -> Loyal:
        sources: Sequence[str] = order["sources"]
        target = Target(order["host"], order["port"], sources[place % len(sources)])
        return Loyal(self.roll.passes[number], target, self._start, self._readings)

    def _start(self, work: Coroutine[Any, Any, None]) -> object:
        return self._tasks.create_task(work)

    def _loyal(self) -> list[Loyal]:
        return [member for member in self.members if isinstance(member, Loyal)]


async def main() -> None:
    """Carry out orders until standard input ends."""
    async with asyncio.TaskGroup() as group:
        troop = LoyalTroop(group)
        await serve(troop)
        await troop.leave({})


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(main())
