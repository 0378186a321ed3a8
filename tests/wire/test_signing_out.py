"""Real accounts on real sockets: who is signed out anywhere is out everywhere within a second; half a log-in opens nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from server.accounts.totp import code_at, step_of
from storage.bus.local import LocalBus
from storage.client import MongoSettings
from storage.clock import FixedClock, SystemClock
from storage.ids import OrgId, SystemIds, UnitId
from storage.managed.redis import managed_redis
from tests.kit.accounts import PASSWORD, SilentHub, Village, settle
from tests.kit.proxy import Proxy
from tests.kit.scratch import scratch_folder
from tests.kit.whole import Served, whole_server
from tests.wire.client import Client, calling
from tests.wire.test_process import served

SOON_S = 1.0
DEAF_S = 5.0
SESSION_ENDED = 4500
NOT_AUTHENTICATED = 4501


async def people_of(served: Served) -> Village:
    """The branch of fixture B42 on a running server."""
    ground, ids = served.house.ground, SystemIds()
    village = Village(
        ground.mongo, FixedClock(), ground.cipher, served.house.accounts, served.house.services, OrgId(ids.uuid7()),
        UnitId(ids.uuid7()), {}, SilentHub(), LocalBus(),
    )  # fmt: skip
    await settle(village)
    return village


class Phone:
    """HTTP with cookies kept by hand: a cookie jar does not send Secure cookies to http://localhost."""

    def __init__(self, served: Served) -> None:
        self.url = served.url
        self.cookies: dict[str, str] = {}

    async def send(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx2.Response:
        """One request below /api/v1."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with httpx2.AsyncClient(
            base_url=self.url, headers={"origin": self.url, "cookie": cookie}
        ) as http:
            answer = await http.request(method, f"/api/v1{path}", json=body or {})
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    @property
    def token(self) -> str:
        """The session."""
        return self.cookies["__Host-huitang"]

    async def sign_in(self, village: Village, login: str, ahead: int) -> None:
        """A whole log-in; `ahead` picks this code or the next one, both good now."""
        assert (await self.send("POST", "/login", {"login": login, "password": PASSWORD})).status_code == 200
        code = code_at(village.seeds[login], step_of(SystemClock().now_ms()) + ahead)
        assert (await self.send("POST", "/login/totp", {"code": code})).json() == {"step": "done"}


@asynccontextmanager
async def socket_of(server: Served, token: str) -> AsyncIterator[Client]:
    """An open, welcomed socket of a session."""
    async with socket_at(server.url, token) as client:
        yield client


@asynccontextmanager
async def socket_at(address: str, token: str) -> AsyncIterator[Client]:
    """The same, at an address."""
    url = address.replace("http://", "ws://") + "/ws"
    async with calling(url, origin=address, cookie=token) as client:
        assert (await client.hello())["type"] == "welcome"
        yield client


async def check_ends(client: Client, cause: Callable[[], Awaitable[httpx2.Response]]) -> None:
    """The socket ends within a second of its cause."""
    answer = await cause()
    start = time.perf_counter()
    assert answer.status_code < 300, answer.text
    assert (await client.closed())[0] == SESSION_ENDED
    assert time.perf_counter() - start < SOON_S


@pytest.mark.slow
async def test_a_session_that_ends_on_one_server_closes_its_socket_on_the_other(
    mongo_settings: MongoSettings, redis_url: str, tmp_path: Path
) -> None:
    async with (
        whole_server(mongo_settings, tmp_path, redis_url=redis_url) as left,
        whole_server(mongo_settings, tmp_path, redis_url=redis_url) as right,
    ):
        village = await people_of(left)
        for name, login in (
            ("郑凯", "zhengk"),
            ("熊芳", "xiongf"),
            ("曹玉兰", "caoyl"),
            ("龙海生", "longhs"),
        ):
            await village.account(name, login)
        phone = Phone(left)
        await phone.sign_in(village, "zhengk", 0)
        async with socket_of(right, phone.token) as client:
            await check_ends(client, lambda: phone.send("POST", "/logout"))
        desk, phone = Phone(left), Phone(left)
        await desk.sign_in(village, "xiongf", 0)
        await phone.sign_in(village, "xiongf", 1)
        async with socket_of(right, desk.token) as client:
            await check_ends(client, lambda: phone.send("POST", "/devices/end-others"))
        desk, phone = Phone(left), Phone(left)
        await desk.sign_in(village, "caoyl", 0)
        await phone.sign_in(village, "caoyl", 1)
        body = {"current": PASSWORD, "new": "winter-lamp-77-at-noon"}
        async with socket_of(right, desk.token) as client:
            await check_ends(client, lambda: phone.send("POST", "/password", body))
        phone = Phone(left)
        await phone.sign_in(village, "longhs", 0)
        async with socket_of(right, phone.token) as client:
            await village.leave("龙海生")
            await left.house.services.hub.access_changed(village.people["龙海生"])
            assert (await client.closed(SOON_S))[0] == SESSION_ENDED


@pytest.mark.slow
async def test_a_session_that_ends_in_one_process_closes_its_socket_in_another_with_and_without_redis(
    mongo_settings: MongoSettings, tmp_path: Path
) -> None:
    with scratch_folder() as folder:
        async with managed_redis(folder) as redis:
            socket, _, password = redis.url.removeprefix("unix://").partition("?password=")
            async with (
                Proxy(socket) as proxy,
                whole_server(
                    mongo_settings, tmp_path, redis_url=f"redis://:{password}@127.0.0.1:{proxy.port}/0"
                ) as here,
                served(
                    tmp_path, mongo_settings, redis_url=f"redis://:{password}@127.0.0.1:{proxy.port}/0"
                ) as there,
            ):
                await there.ready()
                village = await people_of(here)
                for name, login in (("郑凯", "zhengk"), ("熊芳", "xiongf")):
                    await village.account(name, login)
                first, second = Phone(here), Phone(here)
                await first.sign_in(village, "zhengk", 0)
                await second.sign_in(village, "xiongf", 0)
                async with (
                    socket_at(there.url, first.token) as one,
                    socket_at(there.url, second.token) as two,
                ):
                    await check_ends(one, lambda: first.send("POST", "/logout"))
                    await proxy.refuse()
                    await asyncio.sleep(0.1)
                    began = time.perf_counter()
                    assert (await second.send("POST", "/logout")).status_code < 300
                    assert (await two.closed(DEAF_S))[0] == SESSION_ENDED
                    print(
                        f"\nwithout Redis an ended session's socket closed after {time.perf_counter() - began:.1f} s"
                    )


async def test_half_a_log_in_opens_no_socket(mongo_settings: MongoSettings, tmp_path: Path) -> None:
    async with whole_server(mongo_settings, tmp_path) as served:
        village = await people_of(served)
        await village.account("郑凯", "zhengk")
        await village.account("熊芳", "xiongf", factor=False)
        url = served.url.replace("http://", "ws://") + "/ws"
        for login, step in (("zhengk", "totp"), ("xiongf", "enrol")):
            phone = Phone(served)
            answer = await phone.send("POST", "/login", {"login": login, "password": PASSWORD})
            assert answer.json() == {"step": step}
            async with calling(url, origin=served.url, cookie=phone.token) as client:
                with pytest.raises((AssertionError, ConnectionError)):
                    assert (await client.hello())["type"] == "welcome"
                assert (await client.closed())[0] == NOT_AUTHENTICATED
