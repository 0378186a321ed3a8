"""The topic log on a real mongod: order, contiguity, idempotency, units, several writers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.client import Mongo
from storage.clock import FixedClock
from storage.entries import LOG, LOG_INDEXES, Append, Delete, Entry, Insert, Update
from storage.errors import Busy, Duplicate, GuardFailed
from storage.ids import SystemIds
from storage.log import TopicLog

TOPIC = "chat:0198"
ids = SystemIds()


def message(text: str, *, cid: str | None = None, sender: str = "m1", counter: str | None = "main") -> Append:
    return Append(TOPIC, "chat.sent", {"text": text}, sender=sender, cid=cid or ids.uuid7(), counter=counter)


@pytest.fixture
async def log(mongo: Mongo) -> AsyncIterator[TopicLog]:
    await mongo.ensure_indexes(LOG_INDEXES)
    log = TopicLog(mongo, FixedClock(), "e1")
    yield log
    await log.close()


async def stored(log: TopicLog) -> list[Entry]:
    return await log.since(TOPIC, 0, 10_000)


async def test_appends_are_contiguous_and_durable(log: TopicLog) -> None:
    heard: list[int] = []
    log.listeners.append(lambda entries: heard.extend(e.seq for e in entries))
    outcomes = await asyncio.gather(*(log.append(message(str(i))) for i in range(200)))
    assert sorted(o.entry.seq for o in outcomes) == list(range(1, 201))
    assert heard == list(range(1, 201)), "listeners hear every entry once, in order"
    entries = await stored(log)
    assert [e.seq for e in entries] == list(range(1, 201))
    assert [e.n for e in entries] == list(range(1, 201))


async def test_a_retry_answers_with_the_original(log: TopicLog) -> None:
    first = await log.append(message("one", cid="c"))
    again = await asyncio.gather(*(log.append(message("one", cid="c")) for _ in range(20)))
    assert not first.duplicate
    assert all(o.duplicate and o.entry == first.entry for o in again)
    assert len(await stored(log)) == 1


async def test_duplicates_inside_a_batch_leave_no_hole(log: TopicLog) -> None:
    batch = [message(str(i), cid=f"c{i // 2}") for i in range(40)]
    outcomes = await asyncio.gather(*(log.append(a) for a in batch))
    assert sum(o.duplicate for o in outcomes) == 20
    assert [e.seq for e in await stored(log)] == list(range(1, 21))


async def test_several_writers_share_one_order(log: TopicLog, mongo: Mongo) -> None:
    rivals = [log, *(TopicLog(mongo, FixedClock(), "e1") for _ in range(2))]

    async def write(rival: TopicLog, name: int) -> None:
        for i in range(40):
            counter = "main" if i % 3 else f"t{i % 2}"
            await rival.append(message(f"{name}-{i}", sender=f"m{name}", counter=counter))

    await asyncio.gather(*(write(rival, n) for n, rival in enumerate(rivals) for _ in range(3)))
    entries = await stored(log)
    assert [e.seq for e in entries] == list(range(1, 361))
    for counter in ("main", "t0", "t1"):
        ordinals = [e.n for e in entries if e.counter == counter]
        assert ordinals == list(range(1, len(ordinals) + 1))


async def test_without_the_unique_index_rivals_do_collide(mongo: Mongo) -> None:
    """Negative control: the index, not luck, keeps the order."""
    rivals = [TopicLog(mongo, FixedClock(), "e1") for _ in range(3)]
    for rival in rivals:
        await rival.append(message("warm", counter=None))
    await asyncio.gather(*(r.append(message(str(i), counter=None)) for r in rivals for i in range(10)))
    numbers = [e.seq for e in await rivals[0].since(TOPIC, 0, 1000)]
    assert len(numbers) != len(set(numbers))


async def test_a_unit_is_all_or_nothing(log: TopicLog, mongo: Mongo) -> None:
    things = mongo.collection("things")
    await things.insert_one({"_id": 1, "state": "open"})
    close = Update("things", {"_id": 1, "state": "open"}, {"$set": {"state": "closed"}})
    add = Insert("things", {"_id": 2, "state": "open"})
    first = await log.append(Append(TOPIC, "x.closed", {}, writes=(add, close)))
    assert first.entry.seq == 1
    with pytest.raises(GuardFailed):
        await log.append(Append(TOPIC, "x.closed", {}, writes=(Insert("things", {"_id": 3}), close)))
    assert await things.find_one({"_id": 3}) is None
    assert (await log.head(TOPIC)).seq == 1
    await log.append(Append(TOPIC, "x.removed", {}, writes=(Delete("things", {"_id": 2}),)))
    assert await things.count({}) == 1


async def test_units_and_plain_appends_interleave_without_holes(log: TopicLog, mongo: Mongo) -> None:
    rival = TopicLog(mongo, FixedClock(), "e1")

    async def unit(name: str) -> None:
        await log.append(
            Append(TOPIC, "x.added", {}, writes=(Insert("things", {"_id": name}),), counter="main")
        )

    work = [unit(f"u{i}") for i in range(15)]
    await asyncio.gather(*work, *(r.append(message(f"{i}")) for i in range(30) for r in (log, rival)))
    entries = await stored(log)
    assert [e.seq for e in entries] == list(range(1, 76))
    assert [e.n for e in entries] == list(range(1, 76))
    assert await mongo.collection("things").count({}) == 15


async def test_one_unit_over_several_topics(log: TopicLog) -> None:
    pair = (Append("me:a", "me.room_added", {"r": 1}), Append("me:b", "me.room_added", {"r": 1}))
    entries = await log.commit(pair, (Insert("rooms", {"_id": "r"}),))
    assert [(e.topic, e.seq) for e in entries] == [("me:a", 1), ("me:b", 1)]
    with pytest.raises(Duplicate):
        await log.commit(pair, (Insert("rooms", {"_id": "r"}),))
    assert await log.heads(["me:a", "me:b", "me:c"]) == {"me:a": 1, "me:b": 1, "me:c": 0}


async def test_a_cancelled_caller_does_not_cancel_the_write(log: TopicLog) -> None:
    tasks = [asyncio.ensure_future(log.append(message(str(i)))) for i in range(50)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await log.close()
    assert [e.seq for e in await stored(log)] == list(range(1, 51))


async def test_admission_is_bounded(log: TopicLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.log.WAITING_MAX", 10)
    outcomes = await asyncio.gather(*(log.append(message(str(i))) for i in range(30)), return_exceptions=True)
    assert sum(isinstance(o, Busy) for o in outcomes) == 20
    assert [e.seq for e in await stored(log)] == list(range(1, 11))
    assert (await log.append(message("after"))).entry.seq == 11, "the bound is released"


async def test_pages_follow_the_ordinals(log: TopicLog) -> None:
    for i in range(12):
        await log.append(message(str(i), counter="main" if i % 2 else "t1"))
    newest = await log.page(TOPIC, "main", limit=2)
    assert [e.n for e in newest] == [5, 6]
    assert [e.n for e in await log.page(TOPIC, "main", before_n=5, limit=2)] == [3, 4]
    assert [e.n for e in await log.page(TOPIC, "main", after_n=4, limit=9)] == [5, 6]
    assert await log.counter_head(TOPIC, "t1") == 6
    tails = await log.counter_tails(TOPIC, ["main", "t1", "t9"])
    assert {name: e.n for name, e in tails.items()} == {"main": 6, "t1": 6}
    assert [e.seq for e in await log.between(TOPIC, 3, 6, 10)] == [4, 5]
    assert [e.seq for e in await log.newest(TOPIC, 3)] == [10, 11, 12]
    assert [e.seq for e in await log.entries(TOPIC, [2, 9, 99])] == [2, 9]
    assert await log.entry(TOPIC, 99) is None
    assert LOG == "log"


async def used(mongo: Mongo) -> int:
    """How often the index of ordinals was read."""
    rows = await mongo.collection(LOG).aggregate([{"$indexStats": {}}, {"$match": {"name": "log_counter_n"}}])
    return int(rows[0]["accesses"]["ops"])


async def test_a_moment_is_found_in_few_reads_of_an_index(mongo: Mongo) -> None:
    await mongo.ensure_indexes(LOG_INDEXES)
    clock = FixedClock()
    log = TopicLog(mongo, clock, "e1")
    assert await log.first_since(TOPIC, "main", 0) is None
    for batch in range(60):
        clock.advance(1_000)
        await asyncio.gather(*(log.append(message(f"{batch}")) for _ in range(1 + batch % 40)))
    entries = await log.page(TOPIC, "main", limit=10_000)
    assert len(entries) > 1_000
    times = sorted({entry.at_ms for entry in entries})
    for at_ms in (0, *times[::7], *(time + 1 for time in times[::9]), times[-1] + 1):
        expected = next((entry.n for entry in entries if entry.at_ms >= at_ms), None)
        before = await used(mongo)
        assert await log.first_since(TOPIC, "main", at_ms) == expected
        assert 1 < await used(mongo) - before <= 4, "the newest ordinal, and three rounds of 32 for so many"
    await log.close()


async def test_a_moment_is_found_although_a_clock_was_set_back(mongo: Mongo) -> None:
    await mongo.ensure_indexes(LOG_INDEXES)
    clock = FixedClock()
    log = TopicLog(mongo, clock, "e1")
    start_ms = clock.now_ms()
    for step_ms in (1_000, 1_000, -1_500, 1_000, 1_000, 1_000):
        clock.jump(step_ms)
        await log.append(message("x"))
    entries = await log.page(TOPIC, "main", limit=10)
    for at_ms in range(start_ms, start_ms + 4_000, 100):
        n = await log.first_since(TOPIC, "main", at_ms)
        if n is not None:
            assert entries[n - 1].at_ms >= at_ms
            assert n == 1 or entries[n - 2].at_ms < at_ms
    await log.close()
