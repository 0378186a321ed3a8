"""What scenarios share: a house that is set up before eyes, who listens and who speaks in it, and the verdict over its rooms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from load_tests.checker import Account, Seen, Sent, judge
from load_tests.crowd import Crowd
from load_tests.house import HOST, House, HousePlan, standing
from load_tests.line import Target
from load_tests.member import Member
from load_tests.outcome import added, faults
from load_tests.passes import Pass
from load_tests.screen import Screen
from load_tests.tracking import Mark

PLAYERS = "load_tests.players"


@asynccontextmanager
async def stage(plan: HousePlan, screen: Screen) -> AsyncIterator[House]:
    """A house that serves while the block runs.

    Raises:
        HouseFault: It cannot be set up.
    """
    async with AsyncExitStack() as stack:
        with screen.step("setting up the house"):
            house = await stack.enter_async_context(standing(plan))
        yield house


@asynccontextmanager
async def reading(house: House, reader: Pass, topics: Sequence[str]) -> AsyncIterator[Member]:
    """A member who has just entered topics and is gone after the block."""
    member = Member(reader, Target(HOST, house.port), exact=True)
    await member.connect()
    try:
        await member.enter(house.roll.epoch, topics)
        yield member
    finally:
        member.hang_up()


async def stored(house: House, reader: Pass, topic: str, after: int = 0) -> Sequence[Mark]:
    """A topic as the server has it stored, read over the wire by a member who was not there."""
    async with reading(house, reader, (topic,)) as member:
        return await member.stored(topic, after, member.tracks[topic].position + 1)


def total(reports: Sequence[dict[str, Any]], name: str) -> int:
    """A number that every program told, added up."""
    return sum(report[name] for report in reports)


def rooms_of(spoken: Sequence[dict[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    """Room -> (label, number) of what was acknowledged there, from answers that name the room."""
    rooms: dict[str, list[tuple[str, int]]] = {}
    for answer in spoken:
        for room, label, seq in answer["acknowledged"]:
            rooms.setdefault(room, []).append((label, seq))
    return rooms


async def verdict_over(
    house: House, spoken: Sequence[dict[str, Any]], crowds: Sequence[Crowd]
) -> dict[str, int]:
    """Losses over all rooms that were spoken in: stored against acknowledged, and against what those who look closely saw."""
    tried = {label for answer in spoken for label in answer["tried"]}
    readers = {room: one for one in house.roll.passes for room in one.rooms}
    return added(
        [
            await _verdict(house, readers[room], room, (tried, acknowledged), crowds)
            for room, acknowledged in rooms_of(spoken).items()
        ]
    )


async def _verdict(
    house: House,
    reader: Pass,
    room: str,
    said: tuple[set[str], list[tuple[str, int]]],
    crowds: Sequence[Crowd],
) -> dict[str, int]:
    topic, (tried, acknowledged) = f"chat:{room}", said
    answers = [
        answer
        for crowd in crowds
        for answer in await crowd.order("seen", [{"topic": topic} for _ in crowd.pids])
    ]
    marks = [(seq, label) for seq, label in await stored(house, reader, topic)]
    seen = [
        Seen(f"member {row['who']}", row["after"], [(seq, label) for seq, label in row["entries"]])
        for answer in answers
        for row in answer["seen"]
    ]
    return faults(judge(Account(tried, [Sent(label, seq) for label, seq in acknowledged], marks, seen)))
