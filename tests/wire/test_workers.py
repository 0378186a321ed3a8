"""Several serving processes under one parent: killed, stopped, replaced, and never orphaned."""

import asyncio
import json
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from channels.protocol.close_codes import HELLO_TIMEOUT, SERVICE_RESTART
from storage.client import Mongo, MongoSettings
from storage.log import LOG_INDEXES
from tests.wire.client import calling
from tests.wire.test_process import START_LIMIT_S, Process, answers, served, workers_of

GRACE_S = 1
END_LIMIT_S = GRACE_S + 2 + 4.0  # the grace, what the parent adds to it, and air for a busy machine

KNOCK_LIMIT_S = 10.0  # only somebody whose connection was swallowed waits so long


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that run; an orphan that ended stays in the table until the machine's first process looks."""
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def is_free(port: int) -> bool:
    """True when nobody listens on a port."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


async def until(holds: Callable[[], object], wait_s: float) -> float:
    """Wait until something holds that nobody announces; seconds it took."""
    began = time.monotonic()
    async with asyncio.timeout(wait_s):
        while not holds():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.02)
    return time.monotonic() - began


class Knocker:
    """Opens one WebSocket after the other, counting what comes of it."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("http", "ws") + "/ws"
        self.outcomes: Counter[str] = Counter()

    async def _knock(self) -> None:
        while True:
            try:
                async with asyncio.timeout(KNOCK_LIMIT_S), calling(self._url):
                    self.outcomes["opened"] += 1
            except (OSError, TimeoutError, EOFError) as error:
                self.outcomes[type(error).__name__] += 1
            except Exception as error:
                self.outcomes[f"{type(error).__name__} {error}"] += 1
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Knock while the block runs."""
        task = asyncio.get_running_loop().create_task(self._knock())
        yield
        task.cancel()
        await asyncio.wait((task,))


@pytest.mark.slow
async def test_the_parents_death_is_the_end_of_all_even_of_one_that_hangs(tmp_path: Path) -> None:
    async with served(tmp_path, None, "--workers", "2", stop_grace_s=str(GRACE_S)) as process:
        await process.ready()
        everybody = psutil.Process(process.pid).children(recursive=True)
        names = sorted(p.name() for p in everybody)
        assert len(workers_of(process.pid)) == 2
        assert any("mongod" in name for name in names)
        assert any("redis" in name for name in names)
        port = int(process.url.rpartition(":")[2])
        assert not is_free(port)
        hanging = workers_of(process.pid)[0]
        hanging.suspend()  # it cannot even take a signal
        process.kill(signal.SIGKILL)
        try:
            await until(lambda: not alive(everybody), END_LIMIT_S)
            await until(lambda: is_free(port), 2.0)  # the last thread of a dead process lets go of it
        finally:
            for left in alive(everybody):
                left.kill()


@pytest.mark.slow
async def test_killed_and_stopped_workers_swallow_no_connection(
    tmp_path: Path, mongo_settings: MongoSettings, redis_url: str
) -> None:
    async with served(
        tmp_path, mongo_settings, "--workers", "2", redis_url=redis_url, stop_grace_s=str(GRACE_S)
    ) as process:
        await process.ready()
        first, second = workers_of(process.pid)
        knocker = Knocker(process.url)
        async with knocker.at_work():
            await until(lambda: knocker.outcomes["opened"] >= 20, 30)
            first.kill()
            await until(lambda: first not in workers_of(process.pid), 20)
            await until(lambda: len(workers_of(process.pid)) == 2, 20)
            opened = knocker.outcomes["opened"]
            second.suspend()
            await until(lambda: knocker.outcomes["opened"] >= opened + 50, 60)
        lost = knocker.outcomes.total() - knocker.outcomes["opened"]
        # One at a time: at most the one under way in a worker goes down with it.
        assert lost <= 2, knocker.outcomes
        assert await answers(process.url) == 200
        process.kill(signal.SIGTERM)
        assert await process.ended(END_LIMIT_S) == 0
        assert not alive([second])


@pytest.mark.slow
async def test_a_rolling_restart_refuses_nobody_and_stops_at_a_worker_that_does_not_start(
    tmp_path: Path, mongo_settings: MongoSettings, mongo: Mongo, redis_url: str
) -> None:
    async with served(tmp_path, mongo_settings, "--workers", "2", redis_url=redis_url) as process:
        await process.ready()
        old = workers_of(process.pid)
        knocker = Knocker(process.url)
        url = process.url.replace("http", "ws") + "/ws"
        counts = set()

        def replaced() -> bool:
            now = workers_of(process.pid)
            counts.add(len(now))
            return len(now) == 2 and not set(old) & set(now)

        async with AsyncExitStack() as stack, knocker.at_work():
            waiting = []

            async def come() -> None:
                """Somebody new every while, who says nothing and is closed for that after five seconds, or sent away before."""
                while True:
                    waiting.append(await stack.enter_async_context(calling(url)))
                    await asyncio.sleep(0.2)

            coming = asyncio.get_running_loop().create_task(come())
            process.kill(signal.SIGHUP)
            took_s = await until(replaced, 2 * START_LIMIT_S)
            coming.cancel()
            await asyncio.wait((coming,))
            endings = [await client.closed() for client in waiting]
        print(
            f"\nrolling restart of 2 workers: {took_s:.1f} s, {knocker.outcomes['opened']} sockets opened meanwhile"
        )
        assert set(knocker.outcomes) == {"opened"}, knocker.outcomes
        assert knocker.outcomes["opened"] > 20
        assert min(counts) >= 2  # a fresh one comes before an old one goes
        # Sent away by the restart, or for saying nothing; nobody by a broken line.
        assert {code for code, _ in endings} <= {SERVICE_RESTART.code, HELLO_TIMEOUT.code}, endings
        told = [reason for code, reason in endings if code == SERVICE_RESTART.code]
        assert len(told) >= 2
        assert all(re.fullmatch(r"SERVICE_RESTART retry_after_ms=\d+", reason) for reason in told)

        await mongo[LOG_INDEXES[0].collection].drop_index(LOG_INDEXES[0].name)
        second = workers_of(process.pid)
        process.kill(signal.SIGHUP)
        line = await logged(process, "rolling restart stopped")
        assert line["exit_code"] == 1
        assert await answers(process.url) == 200
        assert workers_of(process.pid) == second
        process.kill(signal.SIGTERM)
        assert await process.ended(8) == 0


async def logged(process: Process, start: str) -> dict[str, object]:
    """The next entry of the log that begins so."""
    async with asyncio.timeout(START_LIMIT_S):
        while True:
            line = await process.next_complaint()
            if line.startswith(b"{"):
                entry: dict[str, object] = json.loads(line)
                if str(entry["event"]).startswith(start):
                    return entry
