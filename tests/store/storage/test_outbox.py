"""The outbox on a real mongod: facts are handled at least once, by one of several workers, after failures too."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.client import Mongo
from storage.clock import FixedClock
from storage.entries import LOG, LOG_INDEXES, Append, Fact, Insert, Write
from storage.errors import Duplicate
from storage.log import TopicLog
from storage.outbox import LEASE_MS, TRIES_MAX, Outbox

TOPIC = "chat:0198"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def log(mongo: Mongo, clock: FixedClock) -> AsyncIterator[TopicLog]:
    await mongo.ensure_indexes(LOG_INDEXES)
    log = TopicLog(mongo, clock, "e1")
    yield log
    await log.close()


def with_fact(n: int, *writes: Write) -> Append:
    return Append(TOPIC, "x.added", {"n": n}, facts=(Fact("Added", {"n": n}),), writes=writes)


async def test_each_fact_reaches_its_handlers_with_a_stable_id(
    mongo: Mongo, log: TopicLog, clock: FixedClock
) -> None:
    heard: list[tuple[int, str]] = []

    async def hear(body: dict[str, Any], fact_id: str) -> None:
        heard.append((body["n"], fact_id))

    outbox = Outbox(mongo, log, clock, {"Added": (hear,)})
    await asyncio.gather(*(log.append(with_fact(n)) for n in range(5)))
    assert log.facts_committed.is_set()
    while await outbox.step():
        pass
    assert sorted(n for n, _ in heard) == list(range(5))
    assert {fact_id for _, fact_id in heard} == {f"{TOPIC}:{seq}:0" for seq in range(1, 6)}
    assert await mongo.collection(LOG).count({"pending_since_ms": {"$exists": True}}) == 0


async def test_a_failing_handler_is_tried_again_after_the_lease_and_parked_in_the_end(
    mongo: Mongo, log: TopicLog, clock: FixedClock
) -> None:
    tries = 0

    async def fail(body: dict[str, Any], fact_id: str) -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError("no")

    outbox = Outbox(mongo, log, clock, {"Added": (fail,)})
    await log.append(with_fact(1))
    assert await outbox.step()
    assert not await outbox.step(), "the lease holds"
    for _ in range(TRIES_MAX + 2):
        clock.advance(LEASE_MS)
        await outbox.step()
    assert tries == TRIES_MAX
    assert await mongo.collection(LOG).count({"facts_parked": True}) == 1


async def test_two_workers_do_not_share_a_fact(mongo: Mongo, log: TopicLog, clock: FixedClock) -> None:
    heard: list[str] = []

    async def hear(body: dict[str, Any], fact_id: str) -> None:
        heard.append(fact_id)

    workers = [Outbox(mongo, log, clock, {"Added": (hear,)}) for _ in range(2)]
    await asyncio.gather(*(log.append(with_fact(n)) for n in range(20)))

    async def drain(worker: Outbox) -> None:
        while await worker.step():
            pass

    await asyncio.gather(*(drain(w) for w in workers))
    assert len(heard) == len(set(heard)) == 20


async def test_no_entry_no_fact(mongo: Mongo, log: TopicLog, clock: FixedClock) -> None:
    await mongo.collection("things").insert_one({"_id": 1})
    with pytest.raises(Duplicate):
        await log.append(with_fact(1, Insert("things", {"_id": 1})))
    outbox = Outbox(mongo, log, clock, {})
    assert not await outbox.step()
