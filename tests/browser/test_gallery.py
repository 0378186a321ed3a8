"""Every component in every state: nothing axe calls a barrier, nothing wider than the window, and drawn as last agreed (W4).

The gallery (web_client/README.md) is built and served for the test; which parts there are it says itself. It takes minutes, so it has a
command of its own and is not part of `make test`:

    make gallery                                                         axe, overflow and pictures, 30 parts in four looks

After a wanted change:

    HUITANG_GALLERY=draw pytest tests/browser/test_gallery.py            draws all pictures anew
    HUITANG_GALLERY=draw:buttons,states pytest tests/browser/test_gallery.py     only these parts

Pictures that differ are left in .cache/gallery. How they are compared: tests/browser/pictures.py.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright
from typing_extensions import override

from tests.browser.axe import violations
from tests.browser.people import DESKTOP, PHONE, chromium_program
from tests.browser.pictures import difference, keep
from tests.kit.scratch import scratch_folder

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web_client"
KEPT = Path(__file__).resolve().parent / "gallery"
SEEN = ROOT / ".cache" / "gallery"
KEPT_BYTES_MAX = 3_500_000
BUILD_LIMIT_S = 120
READY_LIMIT_MS = 20_000
PAGES_AT_ONCE = 2
FONTS = {"Noto Sans CJK SC": "fonts-noto-cjk", "Noto Color Emoji": "fonts-noto-color-emoji"}
DRAWN_ALIKE = (
    "--no-sandbox",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",  # places of letters do not depend on the settings of the machine
    "--disable-lcd-text",
)
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"

OF_THE_GALLERY = "landmark-unique:"
"""What only a gallery has: the same part of a page in several states below each other. Real pages are asked about it, too."""

ASKED, _, WORDS = os.environ.get("HUITANG_GALLERY", "").partition(":")
DRAWN_ANEW = frozenset(WORDS.split(",")) if WORDS else None
"""Parts whose pictures are drawn anew; None with `draw` alone: all of them."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the gallery; `address` is what its address says."""

    word: str
    size: ViewportSize
    locale: str
    theme: str
    percent: int

    def address(self, part: str) -> str:
        look = {"locale": self.locale, "theme": self.theme, "type": str(self.percent), "part": part}
        return f"gallery.html?{urlencode(look)}"


VIEWS = (
    View("phone-zh-light", PHONE, "zh-CN", "light", 100),
    View("phone-en-dark-200", PHONE, "en", "dark", 200),
    View("desktop-en-light", DESKTOP, "en", "light", 100),
    View("desktop-zh-dark", DESKTOP, "zh-CN", "dark", 100),
)


class Files(SimpleHTTPRequestHandler):
    """Built files; the pictures in them have no suffix."""

    @override
    def guess_type(self, path: str | os.PathLike[str]) -> str:
        """By its suffix, or without one a picture."""
        return super().guess_type(path) if Path(path).suffix else "image/png"

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder on loopback; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder)))
    server.daemon_threads = False  # closing waits for them
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def build(folder: Path) -> None:
    """Build the gallery, with the Node of the virtual environment when there is one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["npm", "run", "--silent", "gallery:build", "--", "--outDir", str(folder), "--logLevel", "warn"]
    done = subprocess.run(
        command,
        cwd=WEB,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=BUILD_LIMIT_S,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"the gallery is not built:\n{done.stdout}{done.stderr}", pytrace=False)


def missing_fonts() -> list[str]:
    """Packages without which Chinese and emoji are drawn by whatever there is."""
    if shutil.which("fc-list") is None:
        return ["fontconfig", *FONTS.values()]
    return [
        package
        for family, package in FONTS.items()
        if not subprocess.run(["fc-list", family], capture_output=True, check=True).stdout.strip()
    ]


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The gallery's address."""
    if missing := missing_fonts():
        pytest.fail(
            f"the pictures need fonts that are missing: apt-get install {' '.join(missing)}", pytrace=False
        )
    with scratch_folder() as folder:
        build(folder / "gallery")
        with served(folder / "gallery") as address:
            yield address


@pytest.fixture(scope="module")
async def painter() -> AsyncIterator[Browser]:
    """A Chromium that draws letters at the same places on every machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_program(), args=[*DRAWN_ALIKE])
        yield browser
        await browser.close()


async def context_of(painter: Browser, view: View) -> BrowserContext:
    """A window as a view wants it."""
    return await painter.new_context(
        viewport=view.size,
        locale=view.locale,
        timezone_id="Asia/Shanghai",
        color_scheme="light",
        has_touch=view.size is PHONE,
        is_mobile=view.size is PHONE,
        reduced_motion="reduce",
    )


def listen(page: Page) -> list[str]:
    """What goes wrong on a page from now on."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "response",
        lambda answer: wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None,
    )
    return wrong


async def opened(page: Page, gallery: str, view: View, part: str) -> None:
    """Show a part and wait until nothing is still to come."""
    await page.goto(f"{gallery}/{view.address(part)}")
    await page.locator("html[data-gallery=ready]").wait_for(state="attached", timeout=READY_LIMIT_MS)


async def picture_of(page: Page, view: View) -> bytes:
    """The whole page, in a window as high as that; `full_page` would take the finger of a phone for a mouse."""
    high: int = await page.evaluate("document.scrollingElement.scrollHeight")
    if high > view.size["height"]:
        await page.set_viewport_size({"width": view.size["width"], "height": high})
    return await page.screenshot(animations="disabled")


async def parts_of(painter: Browser, gallery: str) -> list[str]:
    """The parts the gallery lists."""
    context = await context_of(painter, VIEWS[0])
    page = await context.new_page()
    await opened(page, gallery, VIEWS[0], "")
    found: list[str] = await page.locator("[data-part]").evaluate_all(
        "links => links.map(link => link.dataset.part)"
    )
    await context.close()
    assert len(found) > 20
    return found


def judged(png: bytes, part: str, view: View) -> list[str]:
    """What is wrong with a picture; draws it anew instead when that is asked for."""
    kept = KEPT / f"{part}-{view.word}.png"
    if ASKED == "draw" and (DRAWN_ANEW is None or part in DRAWN_ANEW):
        keep(png, kept)
        return []
    if not kept.is_file():
        return [f"picture: there is none; HUITANG_GALLERY=draw:{part} draws it"]
    found = difference(kept, png)
    if not found.seen:
        return []
    keep(png, SEEN / kept.name)
    return [f"picture: {found}; seen: {SEEN / kept.name}; wanted so: HUITANG_GALLERY=draw:{part}"]


async def faults_of(page: Page, gallery: str, view: View, part: str) -> list[str]:
    """What is wrong with a part as it is seen so."""
    wrong = listen(page)
    await opened(page, gallery, view, part)
    found = judged(await picture_of(page, view), part, view)
    if (over_px := await page.evaluate(OVERFLOW)) > 0:
        found.append(f"overflow: the page is {over_px} px wider than the window")
    barriers = [one for one in await violations(page) if not one.startswith(OF_THE_GALLERY)]
    return [*found, *barriers, *wrong]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.word)
async def test_every_part_is_whole(gallery: str, painter: Browser, view: View) -> None:
    parts = await parts_of(painter, gallery)
    waiting = iter(parts)
    found: dict[str, list[str]] = {}

    async def work() -> None:
        context = await context_of(painter, view)
        for part in waiting:
            page = await context.new_page()
            if faults := await faults_of(page, gallery, view, part):
                found[part] = faults
            await page.close()
        await context.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(PAGES_AT_ONCE):
            group.create_task(work())
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


async def test_there_is_a_picture_for_each_part_and_no_other(gallery: str, painter: Browser) -> None:
    parts = await parts_of(painter, gallery)
    wanted = {f"{part}-{view.word}.png" for part in parts for view in VIEWS}
    if ASKED == "draw" and DRAWN_ANEW is None:
        for left in KEPT.glob("*.png"):
            if left.name not in wanted:
                left.unlink()
    assert {path.name for path in KEPT.iterdir()} == wanted
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < KEPT_BYTES_MAX


PLANTED = {
    "accent": "--accent: #8a2f6b",
    "paper": "--paper: #f2ead8",
    "radius": "--radius-m: 4px",
    "space": "--spacing: 0.26rem",
}


@pytest.mark.parametrize("token", PLANTED)
async def test_the_control_one_changed_token_is_seen(gallery: str, painter: Browser, token: str) -> None:
    view = VIEWS[0]
    context = await context_of(painter, view)
    page = await context.new_page()
    await opened(page, gallery, view, "buttons")
    kept = KEPT / f"buttons-{view.word}.png"
    assert not difference(kept, await picture_of(page, view)).seen
    await page.add_style_tag(content=f":root {{ {PLANTED[token]} !important }}")
    found = difference(kept, await picture_of(page, view))
    assert found.seen, f"{PLANTED[token]}: {found}"
    await context.close()


def test_nothing_of_the_gallery_is_in_the_product() -> None:
    built = [path for path in (WEB / "dist").rglob("*") if path.is_file()]
    assert (WEB / "dist" / "index.html") in built
    assert [path.name for path in built if "gallery" in path.name] == []
    words = (b"data-gallery", b"gallery-sample", b"gallery.html")
    texts = {path.name: path.read_bytes() for path in built if path.suffix in {".js", ".css", ".html"}}
    assert [name for name, text in texts.items() if any(word in text for word in words)] == []
