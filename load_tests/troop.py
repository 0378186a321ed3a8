"""One program full of members, told by orders on its standard input. Started by `load_tests.crowd`, not by hand.

    python -m load_tests.troop          one JSON object a line: {"order": word, …} -> {"answer": {…}} or {"fault": "…"}

Ends with its standard input.
"""

import asyncio
import gc
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop
from picows import WSError

from load_tests.limits import raise_file_limit
from load_tests.line import Refusal, Target
from load_tests.member import Member
from load_tests.orders import Answer, Order, Orders, obey
from load_tests.passes import Roll, read_roll
from load_tests.talking import Manner, Talk

TRIES_MAX = 5
BEAT_LOOK_S = 1.0
LOOK_S = 0.02
SAMPLES_TOLD_MAX = 200_000


class Troop:
    """The members of this program.

    Attributes:
        roll: Who has a session.
        members: Those of this program, in the order they were called.
    """

    def __init__(self) -> None:
        self.roll = Roll("", (), None, ())
        self.members: list[Member] = []
        self._group: asyncio.TaskGroup | None = None

    # -- orders ----------------------------------------------------------------------------------------------------

    async def gather(self, order: Order) -> Answer:
        """Connect members and let them enter topics.

        Order: file, host, port, seats (places in the file), sources (our addresses), exact (every so many-th member looks
        closely; 1 for all, 0 for none), topics (names, `null` for all of the member's own), per_s, at_once.
        """
        self.roll = read_roll(Path(order["file"]))
        new = [self._member(order, place, number) for place, number in enumerate(order["seats"])]
        self.members += new
        slots, handshakes_ns, faults = asyncio.Semaphore(order["at_once"]), list[int](), list[str]()
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for place, member in enumerate(new):
                await asyncio.sleep(max(0.0, began + place / order["per_s"] - loop.time()))
                await slots.acquire()
                task = group.create_task(self._bring(member, order["topics"], handshakes_ns, faults))
                task.add_done_callback(lambda _task: slots.release())
        gc.collect()
        gc.freeze()  # what stands now stays: collections during the measurement look at new objects only
        return {"open": sum(member.open for member in new), "handshakes_ns": handshakes_ns, "faults": faults}

    async def mark(self, _order: Order) -> Answer:
        """Forget the samples so far."""
        for member in self.members:
            member.delays_ns.clear()
        return {}

    async def report(self, _order: Order) -> Answer:
        """Sums over all members, and the samples of those who look closely."""
        counts = [member.counts for member in self.members]
        tracks = [track for member in self.members for track in member.tracks.values()]
        delays = [delay for member in self.members for delay in member.delays_ns]
        step = -(-len(delays) // SAMPLES_TOLD_MAX) or 1
        return {
            "open": sum(member.open for member in self.members),
            "messages": sum(count.messages for count in counts),
            "size_bytes": sum(count.size_bytes for count in counts),
            "lagged": sum(count.lagged for count in counts),
            "breaks": sum(count.breaks for count in counts),
            "taken_out": sum(count.taken_out for count in counts),
            "refused": sum(count.refused for count in counts),
            "holes": sum(track.holes for track in tracks),
            "repeats": sum(track.repeats for track in tracks),
            "delays_ns": delays[::step],
            "cpu_ns": time.process_time_ns(),
        }

    async def arrived(self, order: Order) -> Answer:
        """Wait until everybody has a topic up to `head`, at most `limit_s`; tells how many messages are missing.

        Light members count; one who follows several rooms with messages must look closely instead.
        """
        topic, head = order["topic"], order["head"]
        deadline = time.monotonic() + order["limit_s"]
        while True:
            missing = self._missing(topic, head)
            if not missing or time.monotonic() > deadline:
                break
            await asyncio.sleep(LOOK_S)
        surplus = sum(max(0, -self._short(member, topic, head)) for member in self.members)
        return {"missing": missing, "surplus": surplus}

    async def seen(self, order: Order) -> Answer:
        """What those who look closely saw of a topic."""
        rows = [
            {"who": member.seat.number, "after": track.began, "entries": track.seen}
            for member in self.members
            if (track := member.tracks.get(order["topic"])) is not None and track.seen is not None
        ]
        return {"seen": rows}

    async def talk(self, order: Order) -> Answer:
        """All members of this program speak; order: the fields of `Manner`."""
        manner = Manner(**{key: value for key, value in order.items() if key != "order"})
        spoken = await Talk(self.members, manner).run()
        return {
            "tried": spoken.tried,
            "acknowledged": spoken.acknowledged,
            "acks_ns": spoken.acks_ns,
            "refused": dict(spoken.refused),
            "skipped": spoken.skipped,
            "lasted_s": spoken.lasted_s,
        }

    async def leave(self, _order: Order) -> Answer:
        """Everybody hangs up."""
        for member in self.members:
            member.hang_up()
        self.members = []
        return {}

    # -- inside ----------------------------------------------------------------------------------------------------

    def _member(self, order: Order, place: int, number: int) -> Member:
        sources: Sequence[str] = order["sources"]
        target = Target(order["host"], order["port"], sources[place % len(sources)])
        exact = order["exact"] > 0 and place % order["exact"] == 0
        return Member(self.roll.passes[number], target, exact=exact)

    async def _bring(
        self, member: Member, topics: Sequence[str] | None, took_ns: list[int], faults: list[str]
    ) -> None:
        """Connect and enter; tried again a few times, since a busy server may refuse for a moment."""
        wanted = member.seat.topics if topics is None else topics
        for attempt in range(TRIES_MAX):
            began_ns = time.monotonic_ns()
            try:
                await member.connect()
                took_ns.append(time.monotonic_ns() - began_ns)
                if wanted:
                    await member.enter(self.roll.epoch, wanted)
            except (OSError, TimeoutError, WSError, Refusal) as fault:
                faults.append(f"{type(fault).__name__} {fault}"[:200])
                member.hang_up()
                await asyncio.sleep(0.1 * 2**attempt)
            else:
                return

    def _short(self, member: Member, topic: str, head: int) -> int:
        """How many messages a member has too few (negative: too many)."""
        track = member.tracks.get(topic)
        if track is None:
            return 0
        return head - track.position if member.exact else head - track.began - member.counts.messages

    def _missing(self, topic: str, head: int) -> int:
        return sum(max(0, self._short(member, topic, head)) for member in self.members)

    async def keep_alive(self) -> None:
        """Heartbeats, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_LOOK_S)
            now = loop.time()
            for member in self.members:
                if member.open and member.beat_due <= now:
                    member.beat(now)

    @property
    def orders(self) -> Orders:
        """Word -> what is done."""
        return {
            "gather": self.gather,
            "mark": self.mark,
            "report": self.report,
            "arrived": self.arrived,
            "seen": self.seen,
            "talk": self.talk,
            "leave": self.leave,
        }


async def serve(troop: Troop) -> None:
    """Carry out orders until standard input ends; heartbeats go out meanwhile."""
    beating = asyncio.get_running_loop().create_task(troop.keep_alive(), name="heartbeats")
    try:
        await obey(troop.orders)
    finally:
        beating.cancel()


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(serve(Troop()))
