"""Transactions on a real mongod: all or nothing, repeated when rivals meet, never cut short by a caller who leaves."""

import asyncio

import pytest

from storage.client import Mongo, PartialInsert, Unit
from storage.errors import Duplicate, GuardFailed, Unavailable
from storage.indexes import IndexSpec

UNIQUE = IndexSpec("things", "things_k", (("k", 1),), unique=True)


async def balance(mongo: Mongo, name: str) -> int:
    row = await mongo["accounts"].find_one({"_id": name})
    assert row is not None
    return int(row["points"])


async def test_all_of_it_or_nothing(mongo: Mongo) -> None:
    async def both(unit: Unit) -> str:
        await mongo["a"].insert_one({"_id": 1}, unit=unit)
        await mongo["b"].insert_one({"_id": 1}, unit=unit)
        assert await mongo["a"].count({}, unit=unit) == 1, "it reads its own writes"
        assert await mongo["a"].count({}) == 0, "others do not"
        return "done"

    assert await mongo.transaction(both) == "done"
    assert await mongo["a"].count({}) == await mongo["b"].count({}) == 1


async def test_a_failed_guard_rolls_everything_back(mongo: Mongo) -> None:
    await mongo["rooms"].insert_one({"_id": "r", "open": False})

    async def enter(unit: Unit) -> None:
        await mongo["people"].insert_one({"_id": "p"}, unit=unit)
        if not await mongo["rooms"].update_one({"_id": "r", "open": True}, {"$set": {"n": 1}}, unit=unit):
            raise GuardFailed

    with pytest.raises(GuardFailed):
        await mongo.transaction(enter)
    assert await mongo["people"].count({}) == 0


async def test_a_refused_duplicate_rolls_everything_back(mongo: Mongo) -> None:
    await mongo.ensure_indexes([UNIQUE])
    await mongo["things"].insert_one({"k": 1})

    async def one(unit: Unit) -> None:
        await mongo["others"].insert_one({"_id": 1}, unit=unit)
        await mongo["things"].insert_one({"k": 1}, unit=unit)

    async def many(unit: Unit) -> None:
        await mongo["things"].insert_many([{"k": 0}, {"k": 1}, {"k": 2}], unit=unit)

    with pytest.raises(Duplicate) as caught:
        await mongo.transaction(one)
    assert caught.value.index == "things_k"
    with pytest.raises(PartialInsert):
        await mongo.transaction(many)
    assert (await mongo["others"].count({}), await mongo["things"].count({})) == (0, 1)


async def test_rivals_lose_no_update(mongo: Mongo) -> None:
    await mongo["accounts"].insert_many([{"_id": "a", "points": 100}, {"_id": "b", "points": 0}])
    runs = 0

    async def move(unit: Unit) -> None:
        nonlocal runs
        runs += 1
        row = await mongo["accounts"].find_one({"_id": "a"}, unit=unit)
        assert row is not None
        await mongo["accounts"].update_one({"_id": "a"}, {"$set": {"points": row["points"] - 1}}, unit=unit)
        await mongo["accounts"].update_one({"_id": "b"}, {"$inc": {"points": 1}}, unit=unit)

    await asyncio.gather(*(mongo.transaction(move) for _ in range(40)))
    assert (await balance(mongo, "a"), await balance(mongo, "b")) == (60, 40)
    assert runs >= 40


async def test_two_that_want_the_same_place_get_it_once(mongo: Mongo) -> None:
    await mongo.ensure_indexes([UNIQUE])

    async def take(unit: Unit) -> bool:
        if await mongo["things"].count({"k": 7}, unit=unit):
            return False
        await mongo["things"].insert_one({"k": 7}, unit=unit)
        return True

    outcomes = await asyncio.gather(*(mongo.transaction(take) for _ in range(20)), return_exceptions=True)
    assert outcomes.count(True) == 1
    assert all(outcome is False or isinstance(outcome, Duplicate | bool) for outcome in outcomes)


async def test_calls_of_one_unit_take_turns(mongo: Mongo) -> None:
    async def crowd(unit: Unit) -> None:
        await mongo["things"].insert_one({"k": -1}, unit=unit)
        await asyncio.gather(*(mongo["things"].insert_one({"k": k}, unit=unit) for k in range(20)))

    await mongo.transaction(crowd)
    assert await mongo["things"].count({}) == 21


async def test_bodies_that_read_outside_their_unit_do_not_wait_for_each_other(mongo: Mongo) -> None:
    async def look_outside(unit: Unit) -> int:
        await mongo["things"].insert_one({"k": 1}, unit=unit)
        return await mongo["others"].count({})

    assert await asyncio.gather(*(mongo.transaction(look_outside) for _ in range(50))) == [0] * 50


async def test_a_caller_who_leaves_does_not_cut_it_short(mongo: Mongo) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(unit: Unit) -> None:
        await mongo["things"].insert_one({"k": 1}, unit=unit)
        begun.set()
        await go.wait()
        await mongo["things"].insert_one({"k": 2}, unit=unit)
        ended.set()

    caller = asyncio.ensure_future(mongo.transaction(slow))
    await begun.wait()
    caller.cancel()
    await asyncio.wait((caller,))
    assert caller.cancelled()
    go.set()
    await ended.wait()
    await mongo._transactions.close()  # waits for what is under way
    assert await Mongo(mongo._settings, mongo._driver)["things"].count({}) == 2


async def test_a_body_that_takes_too_long_is_stopped_and_rolled_back(mongo: Mongo) -> None:
    short = Mongo(type(mongo._settings)(mongo._settings.url, mongo.database, timeout_s=0.2), mongo._driver)

    async def endless(unit: Unit) -> None:
        await short["things"].insert_one({"k": 1}, unit=unit)
        await asyncio.Event().wait()

    with pytest.raises(Unavailable):
        await short.transaction(endless)
    assert await mongo["things"].count({}) == 0


async def test_a_time_out_of_the_body_itself_is_its_own_error(mongo: Mongo) -> None:
    async def impatient(unit: Unit) -> None:
        await mongo["things"].insert_one({"k": 1}, unit=unit)
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await mongo.transaction(impatient)
    assert await mongo["things"].count({}) == 0
