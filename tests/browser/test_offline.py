"""Without a network: open, read, write in two rooms, close the browser, open it again; nothing lost, nothing left (W2)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.hall import BRANCH, Hall
from tests.browser.people import PHONE, Person, chromium_program, person_at
from tests.kit.proxy import Proxy

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

GROUP = "第一组"
WAIT_MS = 20_000
RETURN_MS = 60_000  # the client tries again after at most 20 s
MARK = re.compile(r"【(.+?)】")

FAILED = Path(__file__).resolve().parents[2] / ".cache" / "browser"
"""Where the screens stand as they were when a test failed."""

SETTINGS = {"local/huitang.appearance", "local/huitang.locale"}
"""What belongs to the device and not to a member."""

KEPT = """async () => {
  const names = (await indexedDB.databases()).map((found) => found.name);
  const kept = {};
  for (const name of names) {
    const base = await new Promise((done, fail) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => fail(opening.error);
    });
    for (const store of base.objectStoreNames) {
      const look = base.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([look.getAllKeys(), look.getAll()].map((asked) => new Promise((done, fail) => {
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
      })));
      keys.forEach((key, at) => { kept[`${name}/${store}/${key}`] = JSON.stringify(values[at]); });
    }
    base.close();
  }
  for (const [key, value] of Object.entries(localStorage)) kept[`local/${key}`] = value;
  for (const [key, value] of Object.entries(sessionStorage)) kept[`tab/${key}`] = value;
  for (const cache of await caches.keys()) {
    for (const asked of await (await caches.open(cache)).keys()) kept[`cache/${new URL(asked.url).pathname}`] = "";
  }
  return kept;
}"""
"""Everything the browser keeps for the origin: name -> content."""


async def kept(page: Page) -> dict[str, str]:
    """What the device holds."""
    found: dict[str, str] = await page.evaluate(KEPT)
    return found


async def holds(page: Page, mark: str) -> None:
    """Wait until a message is on the device; that takes a second at most, people are slower."""
    for _ in range(WAIT_MS // 100):
        if any(mark in content for name, content in (await kept(page)).items() if "/chat:" in name):
            return
        await asyncio.sleep(0.1)
    pytest.fail("the device holds nothing of the room")


@asynccontextmanager
async def browser_of(chromium: Browser, folder: Path) -> AsyncIterator[BrowserContext]:
    """A phone's browser whose storage survives closing it."""
    context = await chromium.browser_type.launch_persistent_context(
        folder / "profile",
        executable_path=chromium_program(),
        args=["--no-sandbox"],
        viewport=PHONE,
        locale="zh-CN",
        has_touch=True,
        is_mobile=True,
    )
    try:
        yield context
    except BaseException:
        FAILED.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(context.pages):
            await page.screenshot(path=FAILED / f"offline-{number}.png")
        raise
    finally:
        await context.close()


async def at_page(context: BrowserContext, url: str) -> Person:
    """曹玉兰 at a new tab of a browser."""
    page = await context.new_page()
    person = Person("曹玉兰", page, url, "cao.yulan", phone=True)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    return person


async def opened(context: BrowserContext, url: str) -> Person:
    """The same, at the room list."""
    person = await at_page(context, url)
    await person.page.goto(f"{url}/chat")
    await expect(person.page.get_by_role("navigation", name="房间列表")).to_be_visible(timeout=WAIT_MS)
    return person


async def shows(person: Person, *wanted: str, within_ms: int = WAIT_MS) -> None:
    """Wait until messages are on the screen, each once."""
    for mark in wanted:
        await expect(person.row(f"【{mark}】")).to_have_count(1, timeout=within_ms)


async def go(person: Person, room: str) -> None:
    """From wherever one is to a room."""
    await person.page.goto(f"{person.url}/chat")
    await person.enter(room)


async def test_without_a_network_nothing_is_lost_and_after_signing_out_nothing_is_left(
    hall: Hall, chromium: Browser, tmp_path: Path
) -> None:
    async with Proxy(hall.served.port) as network:
        lin = await person_at(
            chromium, "林书远", "lin.shuyuan", f"http://localhost:{hall.served.port}", phone=False
        )
        await lin.activate(await hall.code(lin.name))
        url = f"http://localhost:{network.port}"
        await before(hall, chromium, tmp_path, (lin, url, network))
        await reopened(chromium, tmp_path, (lin, url, network))
        await signed_out(chromium, tmp_path, url)
        assert lin.complaints == []
        await lin.page.context.close()


async def before(hall: Hall, chromium: Browser, folder: Path, cast: tuple[Person, str, Proxy]) -> None:
    """First life of the browser: signed in, both rooms read, then cut off and written in."""
    lin, url, network = cast
    async with browser_of(chromium, folder) as context:
        cao = await at_page(context, url)
        await cao.activate(await hall.code(cao.name))
        await cao.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        for room, mark in ((BRANCH, "支1"), (GROUP, "组1")):
            await lin.enter(room)
            await lin.say(f"【{mark}】今晚七点开会")
            await go(cao, room)
            await shows(cao, mark)
            await holds(cao.page, mark)
        await network.refuse()
        await expect(
            cao.page.get_by_text("重连中").or_(cao.page.get_by_text("网络已断开")).first
        ).to_be_visible(timeout=WAIT_MS)
        for mark in ("离4", "离5"):
            await cao.say(f"【{mark}】断网时写在小组里")
        await go(cao, BRANCH)  # the page is loaded anew, from the device alone
        await shows(cao, "支1")
        for mark in ("离1", "离2", "离3"):
            await cao.say(f"【{mark}】断网时写在支部里")
        second = await opened(context, url)
        await second.enter(GROUP)
        await shows(second, "组1", "离4", "离5")
        assert [cao.complaints, second.complaints] == [[], []]


async def reopened(chromium: Browser, folder: Path, cast: tuple[Person, str, Proxy]) -> None:
    """Second life: opened without a network, then the network comes back."""
    lin, url, network = cast
    async with browser_of(chromium, folder) as context:
        cao = await opened(context, url)
        await cao.enter(BRANCH)
        await shows(cao, "支1", "离1", "离2", "离3")
        await expect(cao.page.get_by_role("article", name=re.compile("林书远"))).to_be_visible()
        second = await opened(context, url)
        await second.enter(GROUP)
        await cao.composer.fill("写了一半的话")
        await lin.enter(BRANCH)
        await lin.say("【支2】您不在时说的")
        await network.accept()
        await shows(lin, "离1", "离2", "离3", within_ms=RETURN_MS)
        await shows(cao, "支2", within_ms=RETURN_MS)
        for person in (cao, second):
            await expect(person.page.get_by_text("等待网络")).to_have_count(0, timeout=RETURN_MS)
        shown = [
            [mark for text in await person.texts() for mark in MARK.findall(text)] for person in (lin, cao)
        ]
        assert shown[0] == shown[1] == ["支1", "支2", "离1", "离2", "离3"]
        await shows(second, "组1", "离4", "离5", within_ms=RETURN_MS)
        await lin.enter(GROUP)
        await shows(lin, "组1", "离4", "离5")
        marks = [mark for text in await lin.texts() for mark in MARK.findall(text)]
        assert marks == ["组1", "离4", "离5"]
        await cao.page.reload()
        await expect(cao.composer).to_have_value("写了一半的话", timeout=WAIT_MS)
        assert [cao.complaints, second.complaints] == [[], []]


async def signed_out(chromium: Browser, folder: Path, url: str) -> None:
    """Third life: there is something on the device, and after signing out there is nothing."""
    async with browser_of(chromium, folder) as context:
        cao = await opened(context, url)
        await cao.enter(BRANCH)
        await shows(cao, "支2", "离3")
        found = await kept(cao.page)
        assert any("支1" in content for content in found.values()), (
            "the control: messages are kept until then"
        )
        await cao.page.goto(f"{url}/me")
        await cao.page.get_by_role("button", name="退出登录").click()
        await cao.page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
        await expect(cao.page.get_by_label("登录名、手机号或邮箱")).to_be_visible(timeout=WAIT_MS)
        left = await kept(cao.page)
        words = " ".join(left.values())
        for trace in ("支1", "离1", "曹玉兰", "林书远", "写了一半"):
            assert trace not in words
        assert {name for name in left if not name.startswith("cache/")} <= SETTINGS
        assert not [name for name in left if name.startswith(("cache//api/", "cache//ws"))]
        await cao.page.reload()
        await expect(cao.page.get_by_label("登录名、手机号或邮箱")).to_be_visible(timeout=WAIT_MS)
