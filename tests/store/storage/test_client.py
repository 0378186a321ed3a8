"""Collections on a real mongod, with both drivers: the calls, the errors, the limits."""

import asyncio
from datetime import UTC, datetime

import pytest

from storage.client import Mongo, MongoSettings, PartialInsert
from storage.errors import Duplicate, NotReady, Rejected, Unavailable
from storage.indexes import IndexSpec

UNIQUE = IndexSpec("things", "things_k", (("k", 1),), unique=True)


async def numbers(mongo: Mongo) -> list[int]:
    return [row["k"] for row in await mongo["things"].find({}, sort=(("k", 1),), limit=1000)]


async def test_insert_find_and_the_parts_of_a_query(mongo: Mongo) -> None:
    things = mongo["things"]
    assert things is mongo.collection("things")
    assert things.name == "things"
    await things.insert_many([{"_id": f"i{k}", "k": k, "even": k % 2 == 0} for k in range(10)])
    await things.insert_many([])
    assert await things.find_one({"k": 3}) == {"_id": "i3", "k": 3, "even": False}
    assert await things.find_one({"k": 99}) is None
    assert await things.find_one({"even": True}, sort=(("k", -1),), fields=("k",)) == {"_id": "i8", "k": 8}
    page = await things.find({"even": False}, sort=(("k", -1),), skip=1, limit=2, fields=("k",))
    assert [row["k"] for row in page] == [7, 5]
    assert await things.find({}, limit=0) == []
    with pytest.raises(ValueError, match="negative"):
        await things.find({}, limit=-1)
    assert len(await things.find({}, limit=500)) == 10
    assert await things.count({}) == 10
    assert await things.count({"even": True}, limit=3) == 3
    grouped = await things.aggregate(
        [{"$group": {"_id": "$even", "sum": {"$sum": "$k"}}}, {"$sort": {"_id": 1}}]
    )
    assert grouped == [{"_id": False, "sum": 25}, {"_id": True, "sum": 20}]


async def test_updates_and_deletes_say_what_they_did(mongo: Mongo) -> None:
    things = mongo["things"]
    assert await things.update_one({"k": 1}, {"$set": {"x": 1}}) == 0
    assert await things.update_one({"k": 1}, {"$set": {"x": 1}}, upsert=True) == 1
    assert await things.update_one({"k": 1}, {"$set": {"x": 1}}) == 1, (
        "matched counts, even when nothing changed"
    )
    assert await things.update_one({"k": 1}, [{"$set": {"y": {"$add": ["$x", 1]}}}]) == 1
    await things.insert_one({"k": 2})
    assert await things.update_many({}, {"$set": {"z": 1}}) == 2
    after = await things.find_one_and_update({"k": 1}, {"$inc": {"x": 1}})
    before = await things.find_one_and_update({"k": 1}, {"$inc": {"x": 1}}, before=True)
    assert after is not None
    assert before is not None
    assert (after["x"], before["x"]) == (2, 2)
    newest = await things.find_one_and_update({}, {"$set": {"w": 1}}, sort=(("k", -1),))
    assert newest is not None
    assert newest["k"] == 2
    assert await things.find_one_and_update({"k": 7}, {"$set": {"x": 1}}) is None
    made = await things.find_one_and_update({"k": 7}, {"$set": {"x": 1}}, upsert=True)
    assert made is not None
    assert await things.find_one_and_delete({"k": 7}) is not None
    assert await things.find_one_and_delete({"k": 7}) is None
    assert await things.delete_one({"k": 1}) == 1
    assert await things.delete_one({"k": 1}) == 0
    assert await things.delete_many({}) == 1


async def test_stored_values_come_back_as_they_were(mongo: Mongo) -> None:
    moment = datetime(2026, 6, 1, 12, 30, 0, 123_000, UTC)
    row = {
        "_id": "a",
        "text": "会堂 🏛",
        "big": 2**63 - 1,
        "raw": b"\x00\xff",
        "at": moment,
        "none": None,
        "list": [1, {}],
    }
    await mongo["things"].insert_one(row)
    assert await mongo["things"].find_one({"_id": "a"}) == row


async def test_a_stream_reads_everything_in_order_and_can_be_left(mongo: Mongo) -> None:
    await mongo["things"].insert_many([{"k": k} for k in range(1234)])
    seen = [row["k"] async for row in mongo["things"].stream({}, sort=(("k", 1),), fields=("k",))]
    assert seen == list(range(1234))
    stream = mongo["things"].stream({})
    assert await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # it is an async generator
    assert [row async for row in mongo["things"].stream({"k": -1})] == []


async def test_a_unique_index_refuses_by_name(mongo: Mongo) -> None:
    await mongo.ensure_indexes([UNIQUE])
    await mongo["things"].insert_one({"_id": "a", "k": 1})
    with pytest.raises(Duplicate) as caught:
        await mongo["things"].insert_one({"k": 1})
    assert caught.value.index == "things_k"
    assert caught.value.__suppress_context__, "the server's text quotes the value"
    with pytest.raises(Duplicate) as caught:
        await mongo["things"].insert_one({"_id": "a", "k": 2})
    assert caught.value.index == "_id_"
    with pytest.raises(Duplicate) as caught:
        await mongo["things"].update_one({"k": 2}, {"$set": {"_id": "a"}}, upsert=True)
    assert caught.value.index == "_id_"


async def test_an_ordered_batch_says_how_far_it_came(mongo: Mongo) -> None:
    await mongo.ensure_indexes([UNIQUE])
    await mongo["things"].insert_one({"k": 2})
    with pytest.raises(PartialInsert) as caught:
        await mongo["things"].insert_many([{"k": 0}, {"k": 1}, {"k": 2}, {"k": 3}])
    assert (caught.value.done, caught.value.index) == (2, "things_k")
    assert await numbers(mongo) == [0, 1, 2]


async def test_what_the_database_will_never_take_is_rejected(mongo: Mongo) -> None:
    with pytest.raises(Rejected):
        await mongo["things"].insert_one({"k": 2**63})
    with pytest.raises(Rejected):
        await mongo["things"].find_one({"$nonsense": 1})
    with pytest.raises(Rejected):
        await mongo["things"].insert_one({"k": "x" * (17 * 1024 * 1024)})
    with pytest.raises(Rejected):
        await mongo["things"].insert_one({"k": object()})
    assert await mongo["things"].count({}) == 0


async def test_indexes_are_made_compared_and_missed(mongo: Mongo) -> None:
    specs = (
        UNIQUE,
        IndexSpec("things", "things_part", (("a", 1), ("b", -1)), partial={"a": {"$exists": True}}),
        IndexSpec("sessions", "sessions_end", (("end_at", 1),), expire_after_s=60),
    )
    assert await mongo.check_indexes(specs) == ["things_k", "things_part", "sessions_end"]
    await mongo.ensure_indexes(specs)
    await mongo.ensure_indexes(specs)
    assert await mongo.check_indexes(specs) == []
    await mongo["things"].drop_index("things_part")
    assert await mongo.check_indexes(specs) == ["things_part"]
    for different in (
        IndexSpec("things", "things_k", (("k", 1),)),
        IndexSpec("things", "things_k", (("k", -1),), unique=True),
        IndexSpec("things", "things_k", (("k", 1), ("l", 1)), unique=True),
        IndexSpec("things", "things_k", (("k", 1),), unique=True, partial={"k": {"$gt": 0}}),
        IndexSpec("sessions", "sessions_end", (("end_at", 1),), expire_after_s=61),
        IndexSpec("sessions", "sessions_end", (("end_at", 1),)),
    ):
        assert await mongo.check_indexes([different]) == [different.name]
        with pytest.raises(NotReady, match=different.name):
            await mongo.ensure_indexes([different])


async def test_a_unique_index_over_doubles_is_rejected(mongo: Mongo) -> None:
    await mongo["things"].insert_many([{"k": 1}, {"k": 1}])
    with pytest.raises(Duplicate):
        await mongo.ensure_indexes([UNIQUE])


async def test_open_says_when_nobody_answers(mongo_settings: MongoSettings) -> None:
    # No port: pymongo's asynchronous client forgets a TCP socket when it is closed while it connects.
    url = "mongodb://%2Fnonexistent%2Fmongod.sock/?directConnection=true"
    nowhere = MongoSettings(url, "t", mongo_settings.driver, timeout_s=0.2)
    with pytest.raises(Unavailable):
        await Mongo.open(nowhere)
    assert "nonexistent" not in repr(nowhere), "a connection string may hold a password"


async def test_open_says_when_the_log_in_is_refused(mongo_settings: MongoSettings) -> None:
    socket = mongo_settings.url.split("@")[1]
    wrong = MongoSettings(f"mongodb://huitang:wrong@{socket}", "t", mongo_settings.driver, timeout_s=2)
    with pytest.raises(Rejected) as caught:
        await Mongo.open(wrong)
    assert "wrong" not in str(caught.value)


async def test_wire_compression_stays_off_whatever_the_url_says(mongo_settings: MongoSettings) -> None:
    url = mongo_settings.url + "&compressors=zlib"
    mongo = await Mongo.open(MongoSettings(url, mongo_settings.database, mongo_settings.driver))
    try:
        client = mongo._driver._client  # type: ignore[attr-defined]  # what the driver made of the URL
        assert client.options.pool_options._compression_settings.compressors == []
        status = await mongo._command({"serverStatus": 1})
        assert "compression" not in status["network"], "the managed mongod does not offer it either"
    finally:
        await mongo.close()


async def test_a_closed_client_refuses_and_lets_the_last_calls_end(mongo_settings: MongoSettings) -> None:
    mongo = await Mongo.open(mongo_settings)
    writes = [asyncio.ensure_future(mongo["things"].insert_one({"k": k})) for k in range(4)]
    await asyncio.sleep(0)
    await mongo.close()
    await asyncio.gather(*writes)
    with pytest.raises(Unavailable):
        await mongo["things"].find_one({})
    with pytest.raises(Unavailable):
        await mongo.transaction(lambda unit: mongo["things"].count({}, unit=unit))


async def test_who_answers(mongo: Mongo) -> None:
    await mongo.ping()
    assert int((await mongo.server_version()).split(".")[0]) >= 6
    assert mongo.waiting == 0
    assert mongo.database.startswith("t")
