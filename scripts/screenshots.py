"""Draw docs/screenshots: a real server with the demo in a temporary folder, real Chromium, every page.

    make screenshots

Four pictures of each page: phone (360 px) and desktop (1280 px), both languages, light and dark between them. Everybody in
the pictures is fictional.
"""

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pyotp
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright
from steps import ROOT, venv_python

OUT = ROOT / "docs" / "screenshots"
DIRTY_ROLL = ROOT / "tests" / "fixtures" / "roll" / "roll-dirty.xlsx"
START_LIMIT_S = 60
COLOURS = 192  # enough for flat pages and faces; a fifth of the size
PHONE: ViewportSize = {"width": 360, "height": 760}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
SETTLE_MS = 600
LOAD_LIMIT_MS = 15_000


@dataclass(frozen=True)
class Look:
    """One way of looking at a page."""

    word: str
    size: ViewportSize
    locale: str
    dark: bool


LOOKS = (
    Look("phone-zh", PHONE, "zh-CN", dark=False),
    Look("phone-en", PHONE, "en", dark=True),
    Look("desktop-zh", DESKTOP, "zh-CN", dark=True),
    Look("desktop-en", DESKTOP, "en", dark=False),
)

Walk = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Shot:
    """One page.

    Attributes:
        word: Name of the file.
        path: Where it is; `{room}` and `{group}` are filled.
        part: Who looks: a word of the demo's parts, or empty for nobody.
        walk: What to do there before the picture.
    """

    word: str
    path: str
    part: str = "secretary"
    walk: Walk | None = None


async def open_thread(page: Page) -> None:
    """Enter the first thread of the room."""
    await page.locator("a[href*='/thread/']").first.click()


async def open_menu(page: Page) -> None:
    """Open the menu of the last message."""
    await page.get_by_role("button", name=re.compile("消息操作|Message actions|actions", re.I)).last.press(
        "Enter"
    )


async def choose_dirty_roll(page: Page) -> None:
    """Send the roll that is full of faults for a trial run."""
    await page.locator("input[type=file]").first.set_input_files(str(DIRTY_ROLL))
    await page.wait_for_timeout(2_500)


async def look_at_faults(page: Page) -> None:
    """Go on to the preview of that trial run."""
    await choose_dirty_roll(page)
    await page.get_by_role("button", name=re.compile("^(预览|Preview)$")).click()


async def wrong_password(page: Page) -> None:
    """Try to sign in with a wrong password."""
    fields = page.locator("input")
    await fields.nth(0).fill("linshuyuan")
    await fields.nth(1).fill("not the password")
    await page.locator("button[type=submit]").click()


SHOTS = (
    Shot("login", "/login", part=""),
    Shot("login-refused", "/login", part="", walk=wrong_password),
    Shot("activate", "/activate", part=""),
    Shot("rooms", "/chat"),
    Shot("room", "/chat/{room}"),
    Shot("message-menu", "/chat/{room}", walk=open_menu),
    Shot("thread", "/chat/{room}", walk=open_thread),
    Shot("people", "/chat/{room}/people"),
    Shot("group-room", "/chat/{group}", part="member"),
    Shot("me", "/me", part="member"),
    Shot("me-record", "/me/record", part="member"),
    Shot("me-views", "/me/views", part="member"),
    Shot("me-notices", "/me/notices", part="member"),
    Shot("me-devices", "/me/devices", part="member"),
    Shot("me-security", "/me/security", part="member"),
    Shot("me-preferences", "/me/preferences", part="member"),
    Shot("me-about", "/me/about", part="member"),
    Shot("manage", "/manage"),
    Shot("roll", "/manage/roll"),
    Shot("roll-import", "/manage/roll/import"),
    Shot("roll-import-columns", "/manage/roll/import", walk=choose_dirty_roll),
    Shot("roll-import-faults", "/manage/roll/import", walk=look_at_faults),
    Shot("roles", "/manage/roles"),
    Shot("resets", "/manage/resets"),
    Shot("tokens", "/manage/tokens"),
    Shot("administrator", "/me", part="sysadmin"),
    Shot("lost", "/nowhere", part=""),
)


@asynccontextmanager
async def demo_server() -> AsyncIterator[tuple[str, dict[str, dict[str, str]]]]:
    """A server with the demo; its address and log-ins by log-in name."""
    folder = Path(tempfile.mkdtemp(prefix="huitang-screenshots-"))
    environment = {**os.environ, "HUITANG_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        str(venv_python()), "-m", "server", "up", "--port", "0", env=environment, stdout=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(START_LIMIT_S):
            url = await _address(process)
        yield url, json.loads((folder / "demo.json").read_text())
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise RuntimeError("the server has no output")
    async for line in process.stdout:
        found = re.search(r"会堂 Huitang: (http://\S+)", line.decode())
        if found:
            return found[1]
    raise RuntimeError("the server ended")


PARTS = {"secretary": "linshuyuan", "member": "caoyulan", "sysadmin": "wugong"}


async def sign_in(browser: Browser, url: str, login: str, secrets: dict[str, str]) -> str:
    """Sign in over HTTP; the state of the browser as JSON, to be used by every look."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{url}/login")
    for path, body in (
        ("login", {"login": login, "password": secrets["password"]}),
        ("login/totp", {"code": pyotp.TOTP(secrets["seed"]).now()}),
    ):
        status = await page.evaluate(
            "async ([path, body]) => (await fetch('/api/v1/' + path, {method: 'POST', body: JSON.stringify(body),"
            " headers: {'content-type': 'application/json'}})).status",
            [path, body],
        )
        if status >= 300:
            raise RuntimeError(f"{login}: {path} answered {status}")
    state = json.dumps(await context.storage_state())
    await context.close()
    return state


async def context_for(browser: Browser, look: Look, state: str | None) -> BrowserContext:
    """A browser window as one look wants it, signed in when there is a state."""
    context = await browser.new_context(
        viewport=look.size,
        locale=look.locale if look.locale != "en" else "en-GB",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if look.dark else "light",
        has_touch=look.size is PHONE,
        is_mobile=look.size is PHONE,
        reduced_motion="reduce",
        storage_state=json.loads(state) if state else None,
    )
    await context.add_init_script(f"localStorage.setItem('huitang.locale', '{look.locale}')")
    return context


async def rooms_of(browser: Browser, url: str, state: str) -> dict[str, str]:
    """Addresses of the branch's room and of the first group's."""
    context = await context_for(browser, LOOKS[2], state)
    page = await context.new_page()
    await page.goto(f"{url}/chat")
    found = {}
    for word, title in (("room", "支部"), ("group", "第一组")):
        link = page.locator("nav a[href^='/chat/']").filter(has_text=title).first
        found[word] = (await link.get_attribute("href") or "").rpartition("/")[2]
    await context.close()
    return found


async def settled(page: Page) -> None:
    """Wait until nothing is loading or connecting any more."""
    await page.wait_for_timeout(SETTLE_MS)
    await page.wait_for_function(
        "() => document.querySelector('.animate-pulse') === null"
        " && !/正在连接|Connecting/.test(document.body.innerText)",
        timeout=LOAD_LIMIT_MS,
    )


async def take(page: Page, url: str, shot: Shot, look: Look) -> None:
    """One picture."""
    await page.goto(url + shot.path)
    await settled(page)
    if shot.walk is not None:
        await shot.walk(page)
        await settled(page)
    small = Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(
        OUT / f"{shot.word}-{look.word}.png", optimize=True
    )


async def draw(only: set[str]) -> None:
    """All pictures, or those whose words were given."""
    OUT.mkdir(parents=True, exist_ok=True)
    async with demo_server() as (url, logins), async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--hide-scrollbars"]
        )
        states = {part: await sign_in(browser, url, login, logins[login]) for part, login in PARTS.items()}
        places = {part: await rooms_of(browser, url, states[part]) for part in ("secretary", "member")}
        for look in LOOKS:
            for shot in (shot for shot in SHOTS if not only or shot.word in only):
                context = await context_for(browser, look, states.get(shot.part))
                page = await context.new_page()
                place = places.get(shot.part, {})
                filled = Shot(shot.word, shot.path.format(**place), shot.part, shot.walk)
                await take(page, url, filled, look)
                await context.close()
            print(f"  ✓ {look.word}", flush=True)
        await browser.close()


def main() -> int:
    """Draw; words on the command line choose pages."""
    asyncio.run(draw(set(sys.argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
