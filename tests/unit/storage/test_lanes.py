"""Who is next: shares of a batch, one writer per topic, turns of appends and transactions."""

import asyncio

import pytest

from storage.entries import Append, Appended, Entry
from storage.errors import Busy, Unavailable
from storage.lanes import WIDE, Batch, Job, Lane, Lanes


def job(name: str = "x") -> Job:
    return Job(Append("chat:1", name, {}), asyncio.get_running_loop().create_future())


def filled(lanes: Lanes, *waiting: int) -> list[Lane]:
    made = [lanes.lane(f"chat:{number}") for number in range(len(waiting))]
    for lane, count in zip(made, waiting, strict=True):
        for place in range(count):
            lanes.add(lane, job(str(place)))
    return made


def sizes(batch: Batch) -> dict[str, int]:
    return {lane.topic: len(jobs) for lane, jobs in batch}


async def test_a_loud_topic_leaves_room_for_the_others() -> None:
    lanes = Lanes(100)
    filled(lanes, 1_000, 3, 5)
    assert sizes(lanes.take(30)) == {"chat:0": 22, "chat:1": 3, "chat:2": 5}
    assert lanes.take(30) == [], "all three are being written"


async def test_of_many_topics_each_gives_one() -> None:
    lanes = Lanes(100)
    filled(lanes, *([5] * WIDE))
    assert sizes(lanes.take(500)) == {f"chat:{number}": 1 for number in range(WIDE)}


async def test_more_topics_than_places_take_turns() -> None:
    lanes = Lanes(100)
    filled(lanes, *([2] * 20))
    seen: list[str] = []
    while batch := lanes.take(8):
        seen += [lane.topic for lane, _ in batch]
        for lane, jobs in batch:
            lanes.settled(len(jobs))
            lanes.leave(lane)
    assert sorted(seen[:20]) == sorted(f"chat:{number}" for number in range(20)), (
        "everybody once before anybody twice"
    )
    assert len(seen) == 40
    assert lanes.waiting_count == 0


async def test_appends_keep_their_order_when_put_back() -> None:
    lanes = Lanes(100)
    (lane,) = filled(lanes, 5)
    ((_, jobs),) = lanes.take(3)
    lanes.put_back(lane, jobs[1:])
    lanes.leave(lane)
    ((_, again),) = lanes.take(9)
    assert [entry.append.type for entry in again] == ["1", "2", "3", "4"]


async def test_a_held_lane_stays_out_of_the_line_until_it_is_resumed() -> None:
    lanes = Lanes(100)
    (lane,) = filled(lanes, 2)
    lanes.take(1)
    lanes.leave(lane, hold=True)
    lanes.add(lane, job())
    assert lanes.take(9) == []
    assert not lane.idle
    lanes.resume(lane)
    assert sizes(lanes.take(9)) == {"chat:0": 2}


async def test_transactions_and_appends_take_turns() -> None:
    lanes = Lanes(100)
    (lane,) = filled(lanes, 1)
    lanes.take(9)
    order: list[str] = []

    async def unit(name: str) -> None:
        await lanes.enter(lane)
        order.append(name)

    units = [asyncio.ensure_future(unit(name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    lanes.add(lane, job())
    assert order == []
    lanes.leave(lane)
    await asyncio.sleep(0)
    assert order == ["first"], "a transaction that waited goes before new appends"
    assert lanes.take(9) == []
    lanes.leave(lane, unit=True)
    await asyncio.sleep(0)
    assert order == ["first"], "now it is the appends' turn"
    assert sizes(lanes.take(9)) == {"chat:0": 1}
    lanes.leave(lane)
    await asyncio.gather(*units)
    assert order == ["first", "second"]
    lanes.leave(lane, unit=True)
    assert lane.idle


async def test_only_idle_lanes_are_forgotten() -> None:
    lanes = Lanes(2)
    kept = lanes.lane("chat:a")
    lanes.add(kept, job())
    lanes.lane("chat:b")
    lanes.lane("chat:c")
    assert lanes.known("chat:a") is kept
    assert lanes.known("chat:b") is None
    assert len(lanes) == 2


async def test_a_job_says_storage_errors_and_hides_others() -> None:
    busy, odd, gone = job(), job(), job()
    busy.fail(Busy("chat:1"))
    odd.fail(KeyError("十三位的秘密"))
    gone.done.cancel()
    gone.settle(Appended(Entry("chat:1", 1, "x", 0)))
    with pytest.raises(Busy):
        await busy.done
    with pytest.raises(Unavailable, match="cannot be written"):
        await odd.done
