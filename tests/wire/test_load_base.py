"""The load tests at work, small: a real server, invented members, every frame looked at, nothing lost; and a member who breaks."""

import asyncio
import stat
import time

import uuid_utils

from load_tests.house import HOST, House, HousePlan, standing
from load_tests.line import Target
from load_tests.member import Member
from load_tests.scenarios.chat_room import ChatRoom, in_house
from load_tests.screen import Screen
from load_tests.tracking import label
from tests.kit.scratch import scratch_folder
from tests.wire.house import eventually

SUBSCRIBERS = 20
SENDERS = 3


async def test_a_small_talk_and_a_member_who_breaks() -> None:
    with scratch_folder() as folder:
        plan = HousePlan(SUBSCRIBERS + SENDERS + 1, folder=folder)
        async with standing(plan) as house:
            sessions = house.folder / "sessions.jsonl"
            assert stat.S_IMODE(sessions.stat().st_mode) == 0o600
            pids = house.pids()
            assert pids.mongod is not None
            assert pids.serving == (pids.parent,)
            await talk(house)
            await come_back(house)
        assert not house.folder.exists()
        assert house.pids().mongod is None


async def talk(house: House) -> None:
    """Twenty listen to three, at close quarters."""
    options = ChatRoom(SUBSCRIBERS, SENDERS, inflight=6, seconds=1.0, warm_seconds=0.2, exact=1)
    result = await in_house(house, options, Screen())
    assert result.good, result.lines()
    assert result.sends >= 20
    assert result.deliveries == SUBSCRIBERS * result.sends
    assert result.delivery.count == result.deliveries
    assert (result.refused, result.lagged, result.breaks) == ({}, 0, 0)
    assert result.cpu_us_per_delivery > 0
    assert result.ack.p50_ms > 0


async def come_back(house: House) -> None:
    """A member breaks again and again while somebody speaks, more than a page, and has everything once in the end."""
    speaker, flapping = (Member(seat, Target(HOST, house.port), exact=True) for seat in house.roll.passes[:2])
    room = house.roll.branches[0]
    topic = f"chat:{room}"
    for member in (speaker, flapping):
        await member.connect()
        await member.enter(house.roll.epoch, member.seat.topics)

    slots = asyncio.Semaphore(30)  # of the 32 commands a connection may have under way

    async def say(number: int) -> None:
        text = f"{label(time.monotonic_ns(), 'x', number)} 第{number}句"
        async with slots:
            await speaker.send(room, text, str(uuid_utils.uuid7()))

    for turn, count in enumerate((3, 230, 1, 450)):
        flapping.hang_up()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(say(1_000 * turn + number))
        await flapping.connect()
        await flapping.resume()
        await say(1_000 * turn + 999)
    await eventually(lambda: flapping.tracks[topic].position == speaker.tracks[topic].position)
    ours, theirs = flapping.tracks[topic], speaker.tracks[topic]
    assert (ours.holes, ours.repeats, theirs.holes, theirs.repeats) == (0, 0, 0, 0)
    assert ours.seen == theirs.seen
    assert len(ours.seen or ()) == 3 + 230 + 1 + 450 + 4
    assert await flapping.stored(topic, ours.began, ours.position + 1) == ours.seen
    assert flapping.counts.breaks == 0, "those we made ourselves do not count"
    for member in (speaker, flapping):
        member.hang_up()
