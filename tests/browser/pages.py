"""Every page of the client with a way to get there, and the demo to look at them in: for pictures and for checks of all pages.

Everybody in the demo is fictional. Imported by scripts/screenshots.py and the browser tests.
"""

import asyncio
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
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.people import DESKTOP, PHONE, type_size

ROOT = Path(__file__).resolve().parents[2]
DIRTY_ROLL = ROOT / "tests" / "fixtures" / "roll" / "roll-dirty.xlsx"
SCROLLS_MAX = 20
START_LIMIT_S = 60
SETTLE_MS = 600
LOAD_LIMIT_MS = 15_000


@dataclass(frozen=True)
class Look:
    """One way of looking at a page; `percent` is the size of type, as people set it on their device."""

    word: str
    size: ViewportSize
    locale: str
    dark: bool
    percent: int = 100


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
    """Enter the first thread of the room; with large type one scrolls up to it."""
    link = page.locator("a[href*='/thread/']").first
    messages = page.get_by_role("list", name=re.compile("^(消息|Messages)$")).first
    await messages.get_by_role("listitem").first.wait_for()
    await page.wait_for_timeout(SETTLE_MS)  # the list goes to its end once it is filled
    for _ in range(SCROLLS_MAX):
        if await link.count():
            break
        await messages.hover()
        await page.mouse.wheel(0, -300)
        await page.wait_for_timeout(200)
    await link.press("Enter")


async def open_menu(page: Page) -> None:
    """Open the menu of the last message."""
    await page.get_by_role("button", name=re.compile("消息操作|Message actions|actions", re.I)).last.press(
        "Enter"
    )


async def open_emoji(page: Page) -> None:
    """Open the set of emoji."""
    await page.get_by_role("button", name=re.compile("^(表情|Emoji)$")).click()


async def pick_two(page: Page) -> None:
    """Pick two messages."""
    await open_menu(page)
    await page.get_by_role("menuitem", name=re.compile("^(多选|Select several)$")).click()
    await at_rest(page)
    await page.get_by_role("checkbox").first.check()


async def ask_forward(page: Page) -> None:
    """Ask where two messages shall go."""
    await pick_two(page)
    await (
        page.get_by_role("group", name=re.compile("^(多选|Select several)$"))
        .get_by_role("button", name=re.compile("^(转发|Forward)$"))
        .click()
    )
    await page.get_by_role("radio").first.check()


async def ask_day(page: Page) -> None:
    """Ask for a day."""
    await about("查找|Find")(page)
    await page.get_by_role("button", name=re.compile("^(按日期查看|Go to a date)$")).click()


def about(tab: str) -> Walk:
    """One tab of the page about a room."""

    async def open_tab(page: Page) -> None:
        await page.get_by_role("tab", name=re.compile(tab)).click()
        if "查找" in tab:
            await page.get_by_role("searchbox").last.fill("会")

    return open_tab


async def choose_dirty_roll(page: Page) -> None:
    """Send the roll that is full of faults for a trial run."""
    await page.locator("input[type=file]").first.set_input_files(str(DIRTY_ROLL))
    await page.wait_for_timeout(2_500)


async def look_at_faults(page: Page) -> None:
    """Go on to the preview of that trial run."""
    await choose_dirty_roll(page)
    await page.get_by_role("button", name=re.compile("^(预览|Preview)$")).click()


async def choose_several(page: Page) -> None:
    """Choose everybody on the roll and ask what taking them off would mean."""
    await page.get_by_role("button", name=re.compile("选择多人|Choose several")).click()
    await page.get_by_role("button", name=re.compile("选中列出的|Choose all")).click()
    await page.get_by_role("button", name=re.compile("^(移出花名册|Take off the roll)$")).click()


async def name_a_group(page: Page) -> None:
    """Begin a new group."""
    await page.get_by_role("button", name=re.compile("^(新建党小组|New group)$")).first.click()


async def choose_a_member(page: Page) -> None:
    """Look for the record of one member."""
    await page.get_by_role("button", name=re.compile("按成员查看|By member")).click()


async def open_meeting(page: Page) -> None:
    """Open the next meeting."""
    await page.locator("a[href^='/meetings/0']").first.click()


async def open_desk(page: Page) -> None:
    """Open the console of the next meeting."""
    await open_meeting(page)
    await page.get_by_role("link", name=re.compile("^(控制台|Console)$")).click()


async def open_month(page: Page) -> None:
    """Look at the meetings by month."""
    await page.get_by_role("button", name=re.compile("^(月历|Calendar)$")).click()


async def edit_rules(page: Page) -> None:
    """Begin to change the words and rules."""
    await page.get_by_role("button", name=re.compile("^(提议修改|Propose a change)$")).click()


async def preview_rules(page: Page) -> None:
    """Look at a change before proposing it."""
    await edit_rules(page)
    await page.locator("summary").nth(1).click()
    await page.locator("input[type=number]").first.fill("3")
    await page.get_by_role("button", name=re.compile("^(预览并提议|Preview and propose)$")).click()


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
    Shot("files", "/chat/{room}/people", walk=about("文件|Files")),
    Shot("pins", "/chat/{room}/people", walk=about("置顶|Pinned")),
    Shot("find", "/chat/{room}/people", walk=about("查找|Find")),
    Shot("emoji", "/chat/{room}", walk=open_emoji),
    Shot("picking", "/chat/{room}", walk=pick_two),
    Shot("forward", "/chat/{room}", walk=ask_forward),
    Shot("day", "/chat/{room}/people", walk=ask_day),
    Shot("group-room", "/chat/{group}", part="member"),
    Shot("meetings", "/meetings", part="member"),
    Shot("meetings-month", "/meetings", part="member", walk=open_month),
    Shot("meeting", "/meetings", part="member", walk=open_meeting),
    Shot("meeting-desk", "/meetings", walk=open_desk),
    Shot("meeting-gone", "/meetings/01900000-0000-7000-8000-00000000dead", part="member"),
    Shot("meeting-screen-gone", "/meetings/01900000-0000-7000-8000-00000000dead/screen"),
    Shot("meeting-new", "/meetings/new"),
    Shot("me", "/me", part="member"),
    Shot("me-record", "/me/record", part="member"),
    Shot("me-views", "/me/views", part="member"),
    Shot("me-notices", "/me/notices", part="member"),
    Shot("me-devices", "/me/devices", part="member"),
    Shot("me-security", "/me/security", part="member"),
    Shot("me-preferences", "/me/preferences", part="member"),
    Shot("help", "/me/help", part="member"),
    Shot("welcome", "/welcome", part="member"),
    Shot("practice", "/practice", part="member"),
    Shot("me-about", "/me/about", part="member"),
    Shot("manage", "/manage"),
    Shot("roll", "/manage/roll"),
    Shot("roll-import", "/manage/roll/import"),
    Shot("roll-import-columns", "/manage/roll/import", walk=choose_dirty_roll),
    Shot("roll-import-faults", "/manage/roll/import", walk=look_at_faults),
    Shot("roll-bulk", "/manage/roll", walk=choose_several),
    Shot("units", "/manage/units"),
    Shot("units-new", "/manage/units", walk=name_a_group),
    Shot("rules", "/me/rules", part="member"),
    Shot("rules-edit", "/manage/rules", walk=edit_rules),
    Shot("rules-preview", "/manage/rules", walk=preview_rules),
    Shot("roles", "/manage/roles"),
    Shot("resets", "/manage/resets"),
    Shot("tokens", "/manage/tokens"),
    Shot("audit", "/manage/audit"),
    Shot("audit-member", "/manage/audit", walk=choose_a_member),
    Shot("administrator", "/me", part="sysadmin"),
    Shot("lost", "/nowhere", part=""),
)


@asynccontextmanager
async def demo_server() -> AsyncIterator[tuple[str, dict[str, dict[str, str]]]]:
    """A server with the demo; its address and log-ins by log-in name."""
    folder = Path(tempfile.mkdtemp(prefix="huitang-screenshots-"))
    environment = {**os.environ, "HUITANG_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "up", "--port", "0", env=environment, stdout=subprocess.PIPE
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
    if look.percent != 100:
        await context.add_init_script(type_size(look.percent))
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


async def at_rest(page: Page) -> None:
    """Nothing in the list of messages has moved for a quarter of a second: what is pressed is what was meant."""
    rows = page.get_by_role("list", name=re.compile("^(消息|Messages)$")).get_by_role("listitem")
    seen: list[object] = []
    for _ in range(60):
        seen.append([await rows.first.bounding_box(), await rows.last.bounding_box()])
        if len(seen) > 5 and all(place == seen[-1] for place in seen[-6:]):
            return
        await page.wait_for_timeout(50)
    raise AssertionError("the list never came to rest")


async def settled(page: Page) -> None:
    """Wait until nothing is loading or connecting any more."""
    await page.wait_for_timeout(SETTLE_MS)
    await page.wait_for_function(
        "() => document.querySelector('.animate-pulse') === null"
        " && !/正在连接|Connecting/.test(document.body.innerText)",
        timeout=LOAD_LIMIT_MS,
    )
