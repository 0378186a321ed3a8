"""The worker goes on until it is stopped, whatever the store does."""

import asyncio

from channels.branch.records import LEFT, MEMBERS
from channels.core.context import Reader
from server.retention import keep_promises
from storage.client import Mongo
from storage.crypto import FieldCipher
from storage.ids import SystemIds
from tests.kit.roll import Hall, open_hall


async def erased(hall: Hall) -> bool:
    """True as soon as nobody's details are left, False after five seconds."""
    for _ in range(500):
        if not await hall.mongo[MEMBERS].count({"sealed": {"$gt": {}}}):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_the_worker_erases_and_ends_when_told(mongo: Mongo, cipher: FieldCipher) -> None:
    hall = await open_hall(mongo, cipher, SystemIds())
    await hall.take("roll-b42.xlsx")
    await hall.mongo[MEMBERS].update_many({}, {"$set": {"status": LEFT, "units": [], "left_at_ms": 1}})
    reader: Reader = hall.reader
    async with asyncio.TaskGroup() as owner:
        worker = owner.create_task(keep_promises(reader, 0.01))
        assert await erased(hall)
        worker.cancel()
    assert worker.cancelled()
