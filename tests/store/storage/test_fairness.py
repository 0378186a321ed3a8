"""Many callers on one pool: everybody gets a turn, and leaving callers disturb nobody."""

import asyncio
import random

from storage.client import Mongo, MongoSettings
from storage.driver import DriverName


async def test_sixty_four_tasks_share_the_pool_fairly(mongo: Mongo) -> None:
    """Without the queue, 48 of 64 tasks did one operation in 3 s (realtime.md 11)."""
    done = [0] * 64
    loop = asyncio.get_running_loop()
    end = loop.time() + 1.5

    async def work(task: int) -> None:
        while loop.time() < end:
            await mongo["things"].insert_one({"task": task})
            done[task] += 1

    await asyncio.gather(*(work(task) for task in range(64)))
    assert min(done) >= 1
    # Several are under way at once and may overtake each other by one each time round, never by many.
    assert max(done) - min(done) <= max(4, 0.2 * max(done)), done
    assert await mongo["things"].count({}) == sum(done)


async def test_a_storm_of_leaving_callers_crosses_no_answers(
    mongo: Mongo, mongo_settings: MongoSettings, driver_name: DriverName
) -> None:
    """Each caller asks for its own number; half are cancelled at random moments; nobody may read another's answer."""
    del driver_name
    await mongo["things"].insert_many([{"_id": k, "answer": f"answer {k}"} for k in range(200)])
    chance = random.Random(7)
    answered = cancelled = 0

    async def ask(k: int) -> None:
        nonlocal answered
        row = await mongo["things"].find_one({"_id": k})
        assert row == {"_id": k, "answer": f"answer {k}"}
        await mongo["marks"].update_one({"_id": k}, {"$inc": {"n": 1}}, upsert=True)
        answered += 1

    for _ in range(5):
        callers = [asyncio.ensure_future(ask(k)) for k in range(200)]
        for caller in chance.sample(callers, 100):
            await asyncio.sleep(chance.random() * 0.002)
            cancelled += caller.cancel()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        assert [o for o in outcomes if o is not None and not isinstance(o, asyncio.CancelledError)] == []
    assert cancelled > 100
    rows = await mongo["marks"].find({}, limit=1000)
    assert sum(row["n"] for row in rows) >= answered, "what was begun was finished"
    again = await Mongo.open(mongo_settings)
    assert await again["things"].count({}) == 200
    await again.close()
