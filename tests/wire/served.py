"""A server in a process of its own, for tests that send it signals. Prints its port; ends on SIGTERM.

python -m tests.wire.served  < {"url": …, "database": …, "driver": …}
"""

import asyncio
import json
import signal
import sys

import uvloop

from channels.core.exchange import ExchangeSettings
from storage.client import Mongo, MongoSettings
from tests.wire.house import Plan, serving


async def main() -> None:
    """Serve until SIGTERM."""
    wanted = json.loads(sys.stdin.readline())
    mongo = await Mongo.open(MongoSettings(wanted["url"], wanted["database"], wanted["driver"]))
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with serving(mongo, Plan(settings=ExchangeSettings(several=False))) as house:
        print(house.port, flush=True)
        await stopped.wait()
    await mongo.close()


if __name__ == "__main__":
    uvloop.run(main())
