"""Migrations and the checks before serving, on a real mongod."""

import asyncio

import pytest

from storage import schema
from storage.client import Mongo
from storage.clock import FixedClock
from storage.errors import GuardFailed, NotReady
from storage.indexes import IndexSpec
from storage.schema import (
    META,
    Migration,
    check_schema,
    epoch,
    in_order,
    known_migrations,
    migrate,
    new_epoch,
    schema_number,
)

INDEX = IndexSpec("things", "things_k", (("k", 1),), unique=True)


def step(number: int) -> Migration:
    async def apply(mongo: Mongo) -> None:
        await mongo["marks"].insert_one({"number": number})
        await asyncio.sleep(0.001)

    return Migration(number, f"m{number:04}_test", apply)


async def marks(mongo: Mongo) -> list[int]:
    return [row["number"] for row in await mongo["marks"].find({}, sort=(("_id", 1),), limit=100)]


async def test_all_known_migrations_apply_and_a_second_time_nothing_happens(
    mongo: Mongo, clock: FixedClock
) -> None:
    count = len(known_migrations())
    assert count >= 1
    assert await migrate(mongo, clock) == count
    assert await migrate(mongo, clock) == 0
    await check_schema(mongo, [])
    assert len(await epoch(mongo)) == 16
    for migration in known_migrations():
        await migration.apply(mongo)  # after a crash it is applied again
    assert await mongo[META].find_one({"_id": "migration"}) is None, "the lease was given back"


async def test_only_what_is_new_is_applied_in_order(mongo: Mongo, clock: FixedClock) -> None:
    told: list[int] = []
    assert await migrate(mongo, clock, [step(2), step(1)]) == 2
    assert await migrate(mongo, clock, [step(1), step(2), step(3)], lambda m: told.append(m.number)) == 1
    assert await marks(mongo) == [1, 2, 3]
    assert told == [3]
    row = await mongo[META].find_one({"_id": "schema"})
    assert row is not None
    assert [done["at_ms"] for done in row["applied"]] == [clock.now_ms()] * 3
    assert [done["name"] for done in row["applied"]] == ["m0001_test", "m0002_test", "m0003_test"]


async def test_several_processes_migrate_once(
    mongo: Mongo, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "PAUSE_S", 0.01)
    steps = [step(number) for number in range(1, 6)]
    applied = await asyncio.gather(*(migrate(mongo, clock, steps) for _ in range(8)))
    assert sorted(applied) == [0] * 7 + [5]
    assert await marks(mongo) == [1, 2, 3, 4, 5]


async def test_a_failed_migration_is_not_recorded_and_can_be_repeated(
    mongo: Mongo, clock: FixedClock
) -> None:
    async def fail(mongo: Mongo) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await migrate(mongo, clock, [step(1), Migration(2, "m0002_test", fail)])
    assert await schema_number(mongo) == 1
    assert await migrate(mongo, clock, [step(1), step(2)]) == 1, "and the lease was given back"


async def test_a_dead_migrator_is_waited_for_no_longer_than_its_lease(
    mongo: Mongo, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "LEASE_S", 0.2)
    monkeypatch.setattr(schema, "PAUSE_S", 0.02)
    assert await schema._take_lease(mongo, "dead")
    assert not await schema._take_lease(mongo, "other")
    assert await migrate(mongo, clock, [step(1)]) == 1


async def test_who_lost_the_lease_without_noticing_records_nothing(mongo: Mongo, clock: FixedClock) -> None:
    async def rival(mongo: Mongo) -> None:
        await mongo[META].update_one({"_id": "schema"}, {"$set": {"number": 1}})

    with pytest.raises(GuardFailed):
        await migrate(mongo, clock, [Migration(1, "m0001_test", rival)])


async def test_start_refuses_a_newer_and_an_older_database(mongo: Mongo, clock: FixedClock) -> None:
    with pytest.raises(NotReady, match="run `huitang migrate`"):
        await check_schema(mongo, [])
    await migrate(mongo, clock, [step(1), step(2)])
    await check_schema(mongo, [], known=2)
    with pytest.raises(NotReady, match="newer than this version"):
        await check_schema(mongo, [], known=1)
    with pytest.raises(NotReady, match="newer than this version"):
        await migrate(mongo, clock, [step(1)])


async def test_start_refuses_a_missing_or_different_index(mongo: Mongo, clock: FixedClock) -> None:
    await migrate(mongo, clock)
    with pytest.raises(NotReady, match="things_k"):
        await check_schema(mongo, [INDEX])
    await mongo.ensure_indexes([INDEX])
    await check_schema(mongo, [INDEX])
    await mongo["things"].drop_index("things_k")
    await mongo.ensure_indexes([IndexSpec("things", "things_k", (("k", 1),))])
    with pytest.raises(NotReady, match="things_k"):
        await check_schema(mongo, [INDEX])


async def test_the_epoch_is_made_once_and_changed_on_purpose(mongo: Mongo) -> None:
    epochs = set(await asyncio.gather(*(epoch(mongo) for _ in range(10))))
    assert len(epochs) == 1
    changed = await new_epoch(mongo)
    assert changed not in epochs
    assert await epoch(mongo) == changed


def test_numbers_have_no_holes() -> None:
    assert [m.number for m in in_order([step(2), step(1)])] == [1, 2]
    for wrong in ([step(1), step(3)], [step(1), step(1)], [step(0), step(1)]):
        with pytest.raises(ValueError, match="not numbered"):
            in_order(wrong)
