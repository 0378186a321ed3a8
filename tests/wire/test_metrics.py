"""/metrics on a real server: who may look, in which format, and that the figures are those of what happened."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from server.metrics import house
from server.metrics.places import Place
from server.metrics.table import FAMILIES
from storage.client import MongoSettings
from storage.clock import SystemClock
from storage.ids import SystemIds
from storage.tasks import Tasks
from tests.kit.application import Application, open_application
from tests.kit.figures import Figures, families_of, figures_of, total
from tests.kit.founding import found_small
from tests.wire.test_process import eventually, served, workers_of

TOKEN = "a-token-for-tests-0123456789"
RIGHT = {"authorization": f"Bearer {TOKEN}"}
PAGE = "/metrics"
WAIT_S = 40.0  # a worker that is born needs some seconds of a busy core


@pytest.fixture
async def application(
    mongo_settings: MongoSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Application]:
    """A server that shows its figures."""
    monkeypatch.setenv("HUITANG_METRICS_TOKEN", TOKEN)
    async with open_application(mongo_settings, tmp_path) as opened:
        yield opened


async def page(url: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    """Ask on a connection of its own, as a load balancer would."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(url + PAGE, headers=headers or {})


async def scraped(url: str) -> Figures:
    """The figures of now."""
    answer = await page(url, RIGHT)
    assert answer.status_code == 200, answer.text
    return figures_of(families_of(answer.text))


# -- who may look ------------------------------------------------------------------------------------------------------


WRONG = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong-token-0123456789",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN}x",
    f"Bearer  {TOKEN}",
    f"Basic {TOKEN}",
    TOKEN,
    "Bearer \u00e9\u00e8",
)


async def test_a_wrong_token_is_told_nothing(application: Application) -> None:
    for header in WRONG:
        reply = await application.http.request("GET", PAGE, {"authorization": header} if header else {})
        assert (reply.status, reply.content) == (401, b""), header
        assert reply.all("www-authenticate") == ["Bearer"]
        assert reply.all("cache-control") == ["no-store"]
    assert (await application.http.request("GET", PAGE, RIGHT)).status == 200


async def test_two_headers_are_none(application: Application) -> None:
    two = await application.http.request(
        "GET", PAGE, {"authorization": f"Bearer {TOKEN}", "Authorization": f"Bearer {TOKEN}"}
    )
    assert two.status == 401


async def test_no_session_opens_it(application: Application) -> None:
    small = await found_small(application)
    await small.add("方书记", "secretary", "fangshuji")
    shown = await application.sign_in("fangshuji")
    cookie = {"cookie": f"__Host-huitang={shown.cookie}"}
    assert (await application.http.request("GET", PAGE, cookie)).status == 401
    assert (await application.http.request("GET", PAGE, cookie | RIGHT)).status == 200


async def test_without_a_token_there_is_no_such_page(
    mongo_settings: MongoSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUITANG_METRICS_TOKEN", raising=False)
    async with open_application(mongo_settings, tmp_path) as off:
        for headers in ({}, RIGHT, {"authorization": "Bearer "}, {"accept": "text/html"}):
            for method in ("GET", "POST", "DELETE"):
                ours, unknown = [
                    await off.http.request(method, target, headers) for target in (PAGE, "/metricz")
                ]
                assert (ours.status, ours.content) == (unknown.status, unknown.content)
                assert [name for name, _ in ours.headers] == [name for name, _ in unknown.headers]
        assert (await off.http.request("GET", PAGE, RIGHT)).status == 404
        assert not (tmp_path / "run").exists()


async def test_both_formats_are_spoken(application: Application) -> None:
    plain = await page(application.url, RIGHT | {"accept": "text/plain"})
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    open_one = await page(application.url, RIGHT | {"accept": "application/openmetrics-text;version=1.0.0"})
    assert open_one.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    for text in (plain.text, open_one.text):
        names = {family.name for family in families_of(text)}
        assert names == {family.full_name.removesuffix("_total") for family in FAMILIES}


# -- the figures are those of what happened ----------------------------------------------------------------------------


async def test_after_some_talk_the_figures_add_up(application: Application, tmp_path: Path) -> None:
    small = await found_small(application)
    for name, login in (("方书记", "fangshuji"), ("陆监督", "lujiandu")):
        await small.add(name, "secretary" if name == "方书记" else "", login)
    room = small.branch.unit
    first, second = await application.sign_in("fangshuji"), await application.sign_in("lujiandu")
    before = await scraped(application.url)
    async with application.socket(first) as speaker, application.socket(second) as listener:
        for client in (speaker, listener):
            await client.hello()
            await client.do("subscribe", topic=f"chat:{room}")
        for number in range(3):
            await speaker.do("chat.send", room=room, cid=SystemIds().uuid7(), text=f"第{number}句")
        await listener.until(3, "chat.sent")
        during = await scraped(application.url)
    for _ in range(5):
        await application.http.request("GET", "/api/v1/session", {})
    await application.http.request("GET", "/api/v1/no/such/address", {})
    after = await scraped(application.url)

    assert total(before, "huitang_sessions") == total(before, "huitang_open_sockets") == 0
    assert total(during, "huitang_sessions") == total(during, "huitang_open_sockets") == 2
    assert total(during, "huitang_subscriptions") == 2
    assert total(during, "huitang_topics") == 1
    delivered = total(after, "huitang_deliveries_total") - total(before, "huitang_deliveries_total")
    assert delivered >= 3 * 2, "three messages for two readers"
    assert total(after, "huitang_delivery_lag_seconds_count") == total(after, "huitang_deliveries_total")
    assert total(after, "huitang_socket_writes_total") > 0
    assert total(after, "huitang_socket_written_bytes_total") > 100 * total(
        after, "huitang_socket_writes_total"
    )
    count = "huitang_http_request_duration_seconds_count"
    read = {"method": "GET", "route": "/api/v1/session", "status": "2xx"}
    assert total(after, count, **read) - total(before, count, **read) == 5
    unknown = {"route": "/api/{path:path}", "status": "4xx"}
    assert total(after, count, **unknown) - total(before, count, **unknown) == 1
    assert total(after, count, route="/metrics", status="2xx") == 2
    assert total(after, "huitang_facts_pending") == 0
    assert 10**7 < total(after, "huitang_resident_memory_bytes") < 10**10
    assert total(after, "huitang_cpu_seconds_total") >= total(before, "huitang_cpu_seconds_total") > 0
    assert total(after, "huitang_open_fds") > 10
    assert {dict(labels)["worker"] for _, labels in after} == {"0"}
    assert not (tmp_path / "run").exists()


async def test_the_page_shows_what_core_log_and_bus_counted(application: Application) -> None:
    inside = application.house
    before = await scraped(application.url)
    inside.exchange.counts.deliveries += 7
    inside.exchange.counts.resumes["memory"] += 2
    inside.exchange.counts.lag_ms.observe(3, times=4)
    inside.ground.log.counts.batch_entries.observe(64)
    inside.ground.log.counts.refused += 5
    inside.ground.bus.counts.lost += 6
    after = await scraped(application.url)
    for name, more in (
        ("huitang_deliveries_total", 7),
        ("huitang_resumes_total", 2),
        ("huitang_delivery_lag_seconds_count", 4),
        ("huitang_log_batch_entries_sum", 64),
        ("huitang_log_refused_total", 5),
        ("huitang_bus_lost_total", 6),
    ):
        assert total(after, name) - total(before, name) == more, name


async def test_a_loop_that_is_held_up_shows(application: Application) -> None:
    late = "huitang_event_loop_lag_seconds_bucket"
    await asyncio.sleep(0.3)
    blocked = asyncio.get_running_loop().time() + 0.6
    while asyncio.get_running_loop().time() < blocked:
        pass
    await asyncio.sleep(0.6)
    found = await scraped(application.url)
    assert total(found, late, le="+Inf") - total(found, late, le="0.1") >= 1


# -- when something is in the way --------------------------------------------------------------------------------------


class FullDisk(Place):
    """A place that cannot be written to for a while."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 3, 1, -1)
        self.tries = 0
        self.written = ""

    @override
    def publish(self, text: str) -> None:
        """Fail three times."""
        self.tries += 1
        if self.tries <= 3:
            raise OSError(28, "No space left on device")
        self.written = text


async def test_a_full_disk_is_logged_once_and_outlived(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "PUBLISH_EVERY_S", 0.01)
    place = FullDisk(tmp_path)
    metrics = house.Metrics(application.house.ground, application.house.exchange, place)
    with capture_logs() as logged:
        async with Tasks() as tasks, asyncio.timeout(10):
            tasks.start(metrics.publish_for_ever(), name="publish")
            while not place.written:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.01)
    assert [(entry["event"], entry["fault"]) for entry in logged] == [
        ("figures cannot be left for the siblings", "OSError")
    ]
    assert 'huitang_sessions{worker="3"} 0.0' in place.written


async def test_who_waits_too_long_is_told_to_come_back(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "LIMIT_S", 0.05)
    metrics = application.house.metrics
    assert metrics is not None
    async with metrics.scraping:
        answer = await page(application.url, RIGHT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    monkeypatch.undo()
    assert (await page(application.url, RIGHT)).status_code == 200


# -- several workers ---------------------------------------------------------------------------------------------------


def seen_workers(found: Figures) -> set[str]:
    """Whose figures these are."""
    return {dict(labels)["worker"] for _, labels in found}


async def both(url: str, start: dict[str, float] | None = None) -> Figures:
    """Scrape until two workers are shown, and not both those that were born at `start`."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await scraped(url)
            born = {w: total(found, "huitang_start_time_seconds", worker=w) for w in ("0", "1")}
            if seen_workers(found) == {"0", "1"} and born != start:
                return found
            await asyncio.sleep(0.1)


async def written_since(url: str, since_s: float) -> Figures:
    """Scrape until both workers wrote their figures after a moment: what happened before it must be in them."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await scraped(url)
            assert seen_workers(found) == {"0", "1"}
            if all(total(found, "huitang_written_time_seconds", worker=w) > since_s for w in ("0", "1")):
                return found
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_any_worker_shows_all_of_them(
    tmp_path: Path, mongo_settings: MongoSettings, redis_url: str
) -> None:
    more = {"workers": "2", "redis_url": redis_url, "metrics_token": TOKEN}
    async with served(tmp_path, mongo_settings, **more) as process:
        await process.ready()
        await eventually(process.url)
        first = await both(process.url)
        count = "huitang_http_request_duration_seconds_count"
        mine = {"route": "/api/v1/health", "status": "2xx"}
        assert total(first, count, **mine) == 0
        for _ in range(30):  # each on a connection of its own: either worker may take it
            async with httpx2.AsyncClient(trust_env=False) as client:
                assert (await client.get(f"{process.url}/api/v1/health")).status_code == 200
        done_s = SystemClock().now_ms() / 1_000
        for _ in range(6):
            found = await written_since(process.url, done_s)
            assert total(found, count, **mine) == 30
            assert total(found, "huitang_bus_linked") == 2
        folder = tmp_path / "run" / "metrics"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}

        born = {w: total(found, "huitang_start_time_seconds", worker=w) for w in ("0", "1")}
        victim, _other = workers_of(process.pid)
        victim.kill()
        later = await both(process.url, born)
        kept = [w for w in ("0", "1") if total(later, "huitang_start_time_seconds", worker=w) == born[w]]
        assert len(kept) == 1, "one worker was replaced, in the place of the dead one"
