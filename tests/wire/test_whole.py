"""The application as a whole, over a real socket: layers, pages, refusals."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from server.http.security import HEADERS
from storage.client import Mongo, MongoSettings
from tests.kit.whole import whole_server


@pytest.fixture
async def browser(
    mongo_settings: MongoSettings, mongo: Mongo, tmp_path: Path
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a whole server."""
    async with (
        whole_server(mongo_settings, tmp_path) as served,
        httpx2.AsyncClient(base_url=served.url, trust_env=False) as client,
    ):
        yield client
    assert mongo.waiting == 0


async def test_health_says_ok(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/api/v1/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_unknown_addresses_of_the_api_are_problems(browser: httpx2.AsyncClient, method: str) -> None:
    answer = await browser.request(method, "/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["key"] == "NOT_FOUND"


async def test_a_wrong_method_is_a_problem(browser: httpx2.AsyncClient) -> None:
    answer = await browser.post("/api/v1/health")
    assert (answer.status_code, answer.json()["key"]) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/nothing", "/", "/nothing.js", "/ws"])
async def test_every_answer_carries_the_security_headers(browser: httpx2.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers={"accept": "text/html"})
    missing = [name for name, _value in HEADERS if name not in answer.headers]
    assert missing == []
    assert "server" not in answer.headers


async def test_members_only_routes_ask_to_sign_in(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/api/v1/devices")
    assert (answer.status_code, answer.json()["key"]) == (401, "NOT_SIGNED_IN")
