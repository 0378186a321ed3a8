"""The client is served from memory: cached where it may be, compressed where it pays, with the page as fall-back."""

import gzip
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from server.static import FRESH, IMMUTABLE, Client

SCRIPT = "console.log('会堂');\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small built client."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/app-abc123.js").write_text(SCRIPT)
    (tmp_path / "index.html").write_text("<!doctype html><title>会堂</title>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / ".huitang").write_text("stamp")
    return tmp_path


def browser(folder: Path) -> httpx2.AsyncClient:
    """A client of an application that serves only the folder."""
    app = Starlette(routes=[Route("/{path:path}", Client(folder).serve)])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


async def test_hashed_files_are_cached_for_ever_and_compressed(folder: Path) -> None:
    async with browser(folder) as client:
        answer = await client.get("/assets/app-abc123.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["cache-control"] == IMMUTABLE
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text == SCRIPT
    assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT.encode(), 9, mtime=0))


async def test_without_gzip_the_bytes_are_plain(folder: Path) -> None:
    async with browser(folder) as client:
        answer = await client.get("/assets/app-abc123.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.text == SCRIPT


@pytest.mark.parametrize("path", ["/", "/chat/0198", "/login"])
async def test_pages_give_the_page(folder: Path, path: str) -> None:
    async with browser(folder) as client:
        answer = await client.get(path, headers={"accept": "text/html,*/*"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == FRESH
    assert "会堂" in answer.text


@pytest.mark.parametrize(
    "path", ["/api/v1/none", "/ws", "/assets/gone.js", "/.huitang", "/../pyproject.toml"]
)
async def test_what_is_no_page_is_not_found(folder: Path, path: str) -> None:
    async with browser(folder) as client:
        answer = await client.get(path, headers={"accept": "*/*"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_an_unchanged_file_is_not_sent_again(folder: Path) -> None:
    async with browser(folder) as client:
        first = await client.get("/icon.svg")
        again = await client.get("/icon.svg", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_client_that_is_not_built_says_so(tmp_path: Path) -> None:
    async with browser(tmp_path) as client:
        answer = await client.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 503
    assert "make setup" in answer.text
