"""Which notes a process hears: those of partitions that are read here, from before the log is read until long after."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from channels.core.partitions import PARTITIONS, Partitions, partition_of
from channels.core.relay import PREFIX, Head, Relay
from storage.bus.local import LocalBus
from storage.clock import FixedClock
from storage.tasks import Tasks
from tests.unit.channels.core.stage import Stage

T = "talk:hall"
HERE = f"{PREFIX}log.{partition_of(T)}"
ELSEWHERE = next(f"talk:{n}" for n in range(1_000) if partition_of(f"talk:{n}") != partition_of(T))


@dataclass
class Room:
    """Partitions of one process on a bus."""

    bus: LocalBus
    partitions: Partitions
    other: Relay
    clock: FixedClock
    stage: Stage
    heard: list[Head] = field(default_factory=list)

    def channels(self) -> set[str]:
        return set(self.bus._subscribers)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with Tasks() as tasks:
        bus, clock, stage = LocalBus(), FixedClock(), Stage()
        partitions = Partitions(stage.hub, Relay(bus, "here", tasks), clock, tasks)
        found = Room(bus, partitions, Relay(bus, "there", tasks), clock, stage)
        partitions.carry("log", lambda head, _lines: found.heard.append(head))
        yield found


def test_the_partition_of_a_topic_is_the_same_everywhere_and_for_ever() -> None:
    assert partition_of("123456789") == 0xCBF43926 % PARTITIONS  # the check value of CRC-32 (ISO-HDLC)
    assert [partition_of(topic) for topic in ("talk:hall", "chat:1", "会堂")] == [30, 50, 12]
    counts = [0] * PARTITIONS
    for number in range(64_000):
        counts[partition_of(f"chat:{number:032x}")] += 1
    assert min(counts) > 500
    assert max(counts) < 2_000


async def test_a_process_hears_only_partitions_it_was_tuned_to(room: Room) -> None:
    assert room.channels() == set()
    await room.partitions.tuned(T)
    await room.partitions.tuned(T)
    assert room.channels() == {HERE}
    there = Partitions(room.stage.hub, room.other, room.clock, Tasks())
    there.say("log", ELSEWHERE, {"n": 1})
    there.say("log", T, {"n": 2})
    for _ in range(6):
        await asyncio.sleep(0)
    assert [(head["n"], head["topic"]) for head in room.heard] == [(2, T)]


async def test_it_tunes_out_late_and_never_under_a_reader(room: Room) -> None:
    await room.partitions.tuned(T)
    link, _ = room.stage.reader(T)
    room.clock.advance(60_000)
    await room.partitions.look()
    assert room.channels() == {HERE}
    room.stage.hub.detach(link, T)
    room.clock.advance(60_000)
    await room.partitions.look()
    assert room.channels() == {HERE}  # the hub remembers the topic a while, so it must hear of it
    room.stage.pass_ms(40_000)
    assert room.stage.hub.stream(T) is None
    room.clock.advance(29_000)
    await room.partitions.look()
    assert room.channels() == {HERE}
    room.clock.advance(2_000)
    await room.partitions.look()
    assert room.channels() == set()
    await room.partitions.tuned(T)
    assert room.channels() == {HERE}


async def test_a_reader_that_entered_without_being_tuned_is_found_by_the_look(room: Room) -> None:
    room.stage.reader(T)
    assert room.channels() == set()
    await room.partitions.look()
    await room.partitions.tuned(T)
    assert room.channels() == {HERE}


async def test_a_process_alone_subscribes_to_nothing() -> None:
    async with Tasks() as tasks:
        bus, stage = LocalBus(), Stage()
        await Partitions(stage.hub, Relay(bus, "here", tasks), FixedClock(), tasks).tuned(T)
        assert bus._subscribers == {}
