"""What all drills share: who takes part, how the talk is kept going under the blows, and how it is judged.

    async with drilling(house, scale) as stage:
        kills = [await stage.killer.strike("worker")]
        told = await stage.finish()
    outcome = judged(scale, told, await replayed(house, told), kills)

Every subscriber enters its three rooms before the first message, and everybody comes back after a break, resumes and believes every
word of the server. Imported by load_tests.faults only.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load_tests.crowd import Crowd, CrowdFault, Gathering
from load_tests.faults.judging import TopicSum, TopicWords, shared_of, spokes_of, weigh
from load_tests.faults.killer import Kill, Killer
from load_tests.faults.loyal import LINE_FAULTS, Break
from load_tests.faults.outages import Outages, measure
from load_tests.house import HOST, House, HousePlan
from load_tests.line import Target
from load_tests.measures import Percentiles, percentiles
from load_tests.member import Member
from load_tests.passes import Pass
from load_tests.tracking import Mark

MODULE = "load_tests.faults.troop"
SETTLE_S = 150.0
ARRIVE_S = 60.0
READ_TRIES = 20
READ_PAUSE_S = 0.5
GROUPS_MIN = 2


@dataclass(frozen=True, slots=True)
class Scale:
    """Who takes part.

    Attributes:
        topics: Rooms: the branch's, which everybody reads, and those of its groups.
        subscribers: Members who listen, each in three rooms.
        senders: Members who speak, each in its three rooms by turns.
        workers: Serving processes.
        rate: Messages per second; 0 for as fast as they are answered.
        programs: Of the listeners.
        seed: Of everything that is drawn.
    """

    topics: int
    subscribers: int
    senders: int
    workers: int
    rate: float
    programs: int
    seed: int

    def __post_init__(self) -> None:
        if self.topics <= GROUPS_MIN or min(self.subscribers, self.senders, self.workers) < 1:
            raise ValueError("three topics at least, and somebody who listens, speaks and serves")
        if self.rate < 0 or not 1 <= self.programs <= self.subscribers:
            raise ValueError("no such rate, or more programs than listeners")

    def plan(self, folder: Path | None, **settings: str) -> HousePlan:
        """A house for it; as many readers as there are groups come besides, to read every room afterwards."""
        groups = self.topics - 1
        members = self.subscribers + self.senders + groups
        return HousePlan(members, 1, groups, workers=self.workers, folder=folder, settings=settings)


def drawn(seed: int) -> int:
    """The seed that was asked for; a fresh one instead of 0."""
    return seed or secrets.randbelow(2**31 - 1) + 1


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody had to say when the talk was over.

    Attributes:
        spoken: Of the speakers' programs.
        seen: Topic -> of the listeners' programs.
        reports: Of the listeners' programs.
        missing: Entries that somebody still had not got ARRIVE_S after the last answer.
    """

    spoken: Sequence[Mapping[str, Any]]
    seen: Mapping[str, Sequence[Mapping[str, Any]]]
    reports: Sequence[Mapping[str, Any]]
    missing: int


class Stage:
    """A talk under way.

    Args:
        house: Where.
        scale: Who.
        listeners, speakers: The programs.

    Attributes:
        chance: For whoever deals the blows.
        killer: Deals them.
    """

    def __init__(self, house: House, scale: Scale, listeners: Crowd, speakers: Crowd) -> None:
        self.house = house
        self.scale = scale
        self.chance = random.Random(f"{scale.seed}.stage")
        self.killer = Killer(house, self.chance)
        self._listeners = listeners
        self._speakers = speakers

    async def begin(self) -> None:
        """Everybody comes, then the speakers start."""
        scale, passes = self.scale, self.house.roll.passes
        some = passes[: scale.subscribers]
        for seat in some:  # each enters its own rooms only, and nothing else
            if len(seat.rooms) <= GROUPS_MIN:
                raise CrowdFault("a member of the rehearsal is in two groups besides its branch")
        await self._listeners.gather(some, Gathering(None, exact=1))
        await self._speakers.gather(
            passes[scale.subscribers : scale.subscribers + scale.senders], Gathering((), exact=1)
        )
        for crowd in (self._listeners, self._speakers):
            await crowd.order("stay", [{"seed": scale.seed} for _ in crowd.pids])
        await self._speakers.order("begin", [{"rate": scale.rate, "seed": scale.seed}])

    async def move(self, share: float) -> None:
        """A share of the listeners come anew, so that workers born meanwhile get some."""
        await self._listeners.order("move", [{"share": share} for _ in self._listeners.pids])

    async def move_speakers(self, share: float) -> None:
        """A share of the speakers come anew."""
        await self._speakers.order("move", [{"share": share} for _ in self._speakers.pids])

    async def finish(self) -> Told:
        """The speakers stop, everything is settled and arrives; then all are asked."""
        spoken = await self._speakers.order("finish", limit_s=SETTLE_S)
        missing, seen = 0, {}
        for room in rooms_of(self.house):
            newest = max((spoke.seq for spoke in spokes_of(spoken, room)), default=0)
            wanted = {"topic": f"chat:{room}", "head": newest, "limit_s": ARRIVE_S}
            answers = await self._listeners.order("arrived", [wanted for _ in self._listeners.pids])
            missing += sum(answer["missing"] for answer in answers)
        for room in rooms_of(self.house):
            asked = [{"topic": f"chat:{room}"} for _ in self._listeners.pids]
            seen[room] = await self._listeners.order("seen", asked)
        return Told(spoken, seen, await self._listeners.order("report"), missing)


@asynccontextmanager
async def drilling(house: House, scale: Scale) -> AsyncIterator[Stage]:
    """A talk in a house that stands; everybody hangs up after the block."""
    async with AsyncExitStack() as stack:
        listeners = await stack.enter_async_context(Crowd(house, scale.programs, MODULE))
        speakers = await stack.enter_async_context(Crowd(house, 1, MODULE))
        stage = Stage(house, scale, listeners, speakers)
        await stage.begin()
        yield stage


def rooms_of(house: House) -> list[str]:
    """All rooms of the house."""
    return sorted({room for seat in house.roll.passes for room in seat.rooms})


async def replayed(house: House) -> dict[str, list[Mark]]:
    """Every room as it is stored, each read by a member who was not there before.

    Raises:
        CrowdFault: A room cannot be read.
    """
    return {
        room: await _replayed(house, house.roll.of_room(room)[-1], f"chat:{room}") for room in rooms_of(house)
    }


async def _replayed(house: House, reader: Pass, topic: str) -> list[Mark]:
    fault: Exception | None = None
    for _ in range(READ_TRIES):
        member = Member(reader, Target(HOST, house.port), exact=True)
        try:
            await member.connect()
            await member.enter(house.roll.epoch, (topic,))
            return await member.stored(topic, 0, member.tracks[topic].position + 1)
        except LINE_FAULTS as trouble:
            fault = trouble
            await asyncio.sleep(READ_PAUSE_S)
        finally:
            member.hang_up()
    raise CrowdFault(f"a room cannot be read: {fault}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a talk under blows came to.

    Attributes:
        scale: Who took part.
        topics: By topic.
        missing: See Told.
        unsettled: Messages that were refused for good or never answered.
        unknown: Why messages had to be sent again -> how often.
        again: Acknowledged messages that were sent again on purpose.
        unequal: Those that then got another number.
        unrecovered: Topics that were not continued from a member's position.
        taken_out: Topics that members were put out of.
        lagged: How often a listener was too slow.
        ack: From sending to the answer, all repetitions included.
        delivery: From sending to live arrival at the listeners, of a sample.
        outages: Of the listeners.
    """

    scale: Scale
    topics: tuple[TopicSum, ...]
    missing: int
    unsettled: int
    unknown: dict[str, int]
    again: int
    unequal: int
    unrecovered: int
    taken_out: int
    lagged: int
    ack: Percentiles
    delivery: Percentiles
    outages: Outages

    @property
    def good(self) -> bool:
        """Acknowledged = stored = delivered, in one order everywhere."""
        faults = (self.missing, self.unsettled, self.unequal, self.unrecovered, self.taken_out)
        spoken = sum(topic.acknowledged for topic in self.topics)
        return (
            spoken > 0
            and not any(faults)
            and all(topic.equal and topic.verdict.good for topic in self.topics)
        )

    def lines(self) -> list[str]:
        """For people."""
        scale, verdicts = self.scale, [topic.verdict for topic in self.topics]
        sums = {
            kind: sum(getattr(verdict, kind) for verdict in verdicts)
            for kind in ("lost", "doubled", "reordered", "holes", "phantoms")
        }
        return [
            f"seed {scale.seed}: {scale.workers} workers, {scale.topics} topics, {scale.senders} senders, "
            f"{scale.subscribers} subscribers",
            *(topic.line() for topic in self.topics),
            f"messages     {sum(topic.acknowledged for topic in self.topics):,} acknowledged, "
            f"{sum(topic.delivered for topic in self.topics):,} delivered",
            f"faults       {', '.join(f'{kind} {count}' for kind, count in sums.items())}, missing {self.missing}, "
            f"unsettled {self.unsettled}, unrecovered {self.unrecovered}, put out {self.taken_out}",
            f"sent again   {self.unknown or 0} for want of an answer; {self.again} on purpose, {self.unequal} answered otherwise",
            f"ack          {self.ack}",
            f"delivery     {self.delivery}",
            *(f"outage       {victim}: {of}" for victim, of in self.outages.by_victim.items()),
            f"back         {self.outages.back}, handshakes needed {self.outages.tries or 0}",
            f"entering     {self.outages.entering}",
            f"breaks       {self.outages.own} of our own, without a blow {self.outages.unexplained or 0}, "
            f"nothing heard after {self.outages.unheard}; too slow {self.lagged}",
            *(example for verdict in verdicts for example in verdict.examples),
        ]


def judged(scale: Scale, told: Told, stored: Mapping[str, Sequence[Mark]], kills: Sequence[Kill]) -> Outcome:
    """Compare everything."""
    topics = []
    for room, marks in stored.items():
        tried = [text for answer in told.spoken for text in answer["tried"].get(room, ())]
        seen = shared_of(told.seen[room])
        topics.append(weigh(TopicWords(f"chat:{room}", tried, spokes_of(told.spoken, room), marks, seen)))
    members = [[Break(*one) for one in row] for report in told.reports for row in report["member_breaks"]]
    unknown: dict[str, int] = {}
    for answer in told.spoken:
        for key, count in answer["unknown"].items():
            unknown[key] = unknown.get(key, 0) + count
    acks = [row[4] - row[3] for answer in told.spoken for row in answer["acknowledged"]]
    return Outcome(
        scale=scale,
        topics=tuple(topics),
        missing=told.missing,
        unsettled=_sum(told.spoken, "unsettled"),
        unknown=unknown,
        again=_sum(told.spoken, "again"),
        unequal=_sum(told.spoken, "unequal"),
        unrecovered=_sum(told.reports, "unrecovered"),
        taken_out=_sum(told.reports, "taken_out"),
        lagged=_sum(told.reports, "lagged"),
        ack=percentiles(acks),
        delivery=percentiles(delay for report in told.reports for delay in report["delays_ns"]),
        outages=measure(kills, members),
    )


def _sum(answers: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(answer[name] for answer in answers)
