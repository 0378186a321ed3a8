"""A7: two processes get the same one-time code at the same instant, a thousand times; each is accepted exactly once."""

import asyncio
import sys
from pathlib import Path

import pytest

from server.accounts.totp import STEP_MS, code_at
from storage.client import Mongo, MongoSettings
from storage.clock import FixedClock
from storage.crypto import FieldCipher, KeyRing
from tests.kit.accounts import open_village

RACES = {"motor": 1_000, "pymongo": 100}
"""A thousand on the driver that serves; the other one shows that it does not matter."""

START_STEP = 60_000_000


async def start(settings: MongoSettings, keys: Path, ident: str) -> asyncio.subprocess.Process:
    """A worker that is ready."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kit.replay_worker", settings.url, settings.database, settings.driver, str(keys), ident,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"ready\n"
    return worker


async def ask(worker: asyncio.subprocess.Process, line: bytes) -> str:
    """Have a worker try a code."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(line)
    return (await worker.stdout.readline()).decode().strip()


@pytest.mark.slow
async def test_a_thousand_codes_in_two_processes_are_accepted_once_each(
    mongo: Mongo, mongo_settings: MongoSettings, clock: FixedClock, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    cipher = FieldCipher(KeyRing.load(keys, create=True))
    async with open_village(mongo, clock, cipher) as village:
        ident = await village.account("郑凯", "zhengk")
        seed = village.seeds["zhengk"]
    workers = [await start(mongo_settings, keys, ident) for _ in range(2)]
    both_first = [0, 0]
    try:
        for race in range(RACES[mongo_settings.driver]):
            step = START_STEP + race
            line = f"{step * STEP_MS} {code_at(seed, step)} ".encode()
            outcomes = await asyncio.gather(
                *(
                    ask(worker, line + b"door:%d:%d\n" % (race, number))
                    for number, worker in enumerate(workers)
                )
            )
            assert sorted(outcomes) == ["TOTP_REPLAY", "accepted"], f"race {race}: {outcomes}"
            both_first[outcomes.index("accepted")] += 1
            if race % 100 == 0:
                assert await ask(workers[race // 100 % 2], line + b"late:%d\n" % race) == "TOTP_REPLAY"
    finally:
        for worker in workers:
            worker.terminate()
            await worker.wait()
    # Both processes won some: the races were real.
    assert min(both_first) > 0
