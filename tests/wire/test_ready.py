"""Readiness and liveness: told apart, bounded in time, and unready before a socket is closed."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest

from server.readiness import LIMIT_S
from storage.client import Mongo, MongoSettings
from storage.schema import META, known_migrations
from tests.kit.proxy import Proxy
from tests.kit.whole import Served, whole_server
from tests.wire.raw import dialled, shaken
from tests.wire.test_process import eventually, served

DELAY_S = 3
HOST = re.compile(r"@([^/?]+)")


class Probe:
    """Asks a server the two questions."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def alive(self) -> int:
        """Status of the liveness answer."""
        return (await self._client.get(f"{self._url}/api/v1/alive")).status_code

    async def ready(self) -> str:
        """`ready`, or the reason why not."""
        answer = await self._client.get(f"{self._url}/api/v1/ready")
        if answer.status_code == 200:
            return str(answer.json()["status"])
        assert (answer.status_code, answer.json()["key"]) == (503, "NOT_READY")
        assert answer.headers["retry-after"] == "2"
        return str(answer.json()["params"]["reason"])

    async def becomes(self, wanted: str, limit_s: float = 15.0) -> None:
        """Wait until the readiness answer is `wanted`."""
        async with asyncio.timeout(limit_s):
            while True:
                if await self.ready() == wanted:
                    return
                await asyncio.sleep(0.05)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """An HTTP client."""
    async with httpx2.AsyncClient(trust_env=False, timeout=10) as made:
        yield made


def through(proxy: Proxy, settings: MongoSettings) -> MongoSettings:
    """The same database behind the proxy; calls give up soon after a probe does, so that the test ends soon, too."""
    return replace(settings, url=HOST.sub(f"@127.0.0.1:{proxy.port}", settings.url), timeout_s=LIMIT_S + 1)


def target_of(settings: MongoSettings) -> str:
    """Socket of the database."""
    found = HOST.search(settings.url)
    assert found is not None
    return unquote(found[1])


@pytest.mark.slow
async def test_a_silent_database_makes_it_unready_in_time_and_leaves_it_alive(
    mongo_settings: MongoSettings, tmp_path: Path, client: httpx2.AsyncClient
) -> None:
    async with (
        Proxy(target_of(mongo_settings)) as proxy,
        whole_server(through(proxy, mongo_settings), tmp_path) as running,
    ):
        probe = Probe(running.url, client)
        assert await probe.ready() == "ready"
        proxy.swallow()
        await asyncio.sleep(1.1)  # the last good finding is too old now
        began = time.monotonic()
        answers = await asyncio.gather(*(probe.ready() for _ in range(20)))
        took_s = time.monotonic() - began
        assert set(answers) == {"database"}
        assert took_s < LIMIT_S + 1
        assert await probe.alive() == 200
        proxy.pass_on()
        await proxy.refuse()
        await proxy.accept()
        await probe.becomes("ready", 30)
        await proxy.refuse()  # a driver that waits for news of the topology would hold the end up for 10 s


@pytest.fixture
async def running(mongo_settings: MongoSettings, tmp_path: Path) -> AsyncIterator[Served]:
    """A whole server."""
    async with whole_server(mongo_settings, tmp_path) as made:
        yield made


@pytest.mark.slow
async def test_an_older_schema_makes_it_unready_and_a_newer_one_does_not(
    running: Served, mongo: Mongo, client: httpx2.AsyncClient
) -> None:
    probe, number = Probe(running.url, client), len(known_migrations())
    await mongo[META].update_one({"_id": "schema"}, {"$set": {"number": number - 1}})
    await probe.becomes("schema", 3)
    await mongo[META].update_one({"_id": "schema"}, {"$set": {"number": number + 1}})
    await probe.becomes("ready", 3)


async def test_probes_do_not_each_ask_the_database(
    running: Served, mongo: Mongo, client: httpx2.AsyncClient
) -> None:
    probe = Probe(running.url, client)
    assert await probe.ready() == "ready"
    await mongo[META].update_one({"_id": "schema"}, {"$set": {"number": 0}})
    assert await probe.ready() == "ready", "the finding of a moment ago counts for a second"
    await probe.becomes("schema", 3)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
async def test_it_is_unready_before_a_socket_is_closed(
    tmp_path: Path,
    mongo_settings: MongoSettings,
    redis_url: str,
    client: httpx2.AsyncClient,
    workers: str,
) -> None:
    wanted = {"workers": workers, "redis_url": redis_url, "drain_delay_s": str(DELAY_S)}
    async with served(tmp_path, mongo_settings, **wanted) as process:
        await process.ready()
        await eventually(process.url)
        port = int(process.url.rpartition(":")[2])
        probe = Probe(process.url, client)
        await probe.becomes("ready")
        async with shaken(port, origin=None) as early:
            began = time.monotonic()
            process.kill(signal.SIGTERM)
            await probe.becomes("leaving", DELAY_S / 2)
            assert await probe.alive() == 200
            async with shaken(port, origin=None) as late:  # whoever still comes is served
                assert await early.close_code(DELAY_S + 3) == 1012
                assert time.monotonic() - began > DELAY_S - 0.2
                assert await late.close_code() == 1012
        assert await process.ended(10) == 0


@pytest.mark.slow
async def test_without_a_delay_sockets_are_closed_at_once(
    tmp_path: Path, mongo_settings: MongoSettings
) -> None:
    """The negative control of the test above: its clock sees the difference."""
    async with served(tmp_path, mongo_settings) as process:
        await process.ready()
        async with shaken(int(process.url.rpartition(":")[2]), origin=None) as early:
            began = time.monotonic()
            process.kill(signal.SIGTERM)
            assert await early.close_code() == 1012
            assert time.monotonic() - began < DELAY_S / 2


@pytest.mark.slow
async def test_a_second_signal_does_not_wait(tmp_path: Path, mongo_settings: MongoSettings) -> None:
    async with served(tmp_path, mongo_settings, drain_delay_s="60") as process:
        await process.ready()
        process.kill(signal.SIGTERM)
        await asyncio.sleep(0.3)
        process.kill(signal.SIGTERM)
        assert await process.ended() == 0


@pytest.mark.slow
async def test_a_full_process_still_answers_probes(
    tmp_path: Path, mongo_settings: MongoSettings, client: httpx2.AsyncClient
) -> None:
    async with served(tmp_path, mongo_settings, max_connections="10") as process:
        await process.ready()
        port = int(process.url.rpartition(":")[2])
        async with AsyncExitStack() as stack:
            for _ in range(12):
                await stack.enter_async_context(dialled(port))
            assert await Probe(process.url, client).alive() == 200


async def test_a_configuration_that_cannot_be_read_refuses_the_start(
    tmp_path: Path, mongo_settings: MongoSettings
) -> None:
    async with served(tmp_path, mongo_settings, config=str(tmp_path / "absent.env")) as process:
        assert await process.ended(20) == 2
        assert "HUITANG_CONFIG" in await process.complaint()
