"""A server in a process of its own, for tests that send it signals. Prints its port; ends on SIGTERM.

python -m tests.wire.served  < {"url": …, "database": …, "driver": …, "redis": … (several processes), "quick": presence in a hurry}
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import uvloop

from channels.core.exchange import ExchangeSettings
from channels.core.roster import RosterTimes
from storage.bus.opening import open_bus
from storage.client import Mongo, MongoSettings
from tests.wire.house import Plan, serving

ROOT = Path(__file__).resolve().parents[2]
QUICK = replace(
    ExchangeSettings(),
    grace_ms=500,
    silence_ms=600,
    roster=RosterTimes(flush_ms=50, whole_ms=400, alive_ms=150),
)


@asynccontextmanager
async def process_of(
    settings: MongoSettings, **more: object
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A server process and its port."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wire.served",
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    wanted = {"url": settings.url, "database": settings.database, "driver": settings.driver} | more
    child.stdin.write(json.dumps(wanted).encode() + b"\n")
    try:
        async with asyncio.timeout(30):
            port = int(await child.stdout.readline())
        yield child, port
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def main() -> None:
    """Serve until SIGTERM."""
    wanted = json.loads(sys.stdin.readline())
    mongo = await Mongo.open(MongoSettings(wanted["url"], wanted["database"], wanted["driver"]))
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    plan = Plan(settings=replace(QUICK if wanted.get("quick") else ExchangeSettings(), several=False))
    if "redis" in wanted:
        plan.bus = await open_bus(wanted["redis"])
        plan.settings = replace(plan.settings, several=True)
    async with serving(mongo, plan) as house:
        print(house.port, flush=True)
        await stopped.wait()
    await plan.bus.close()
    await mongo.close()


if __name__ == "__main__":
    uvloop.run(main())
