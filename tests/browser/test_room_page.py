"""Several messages into another room with their picture, and what the page about a room leads to."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from storage.clock import SystemClock, utc
from storage.entries import Entry, to_document
from tests.browser.hall import BRANCH, Hall
from tests.browser.pages import at_rest
from tests.browser.people import Person, person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

WAIT_MS = 20_000


OLD_COUNT = 200
APART_MS = 6 * 3_600_000


async def older(hall: Hall, now_ms: int) -> tuple[str, str]:
    """Put fifty days of messages into the room, four a day; a day far behind what a page loads, and its first message."""
    house = hall.served.house
    member = await house.ground.mongo["members"].find_one({"name": "曹玉兰"})
    assert member is not None
    times = [now_ms - (OLD_COUNT - n) * APART_MS for n in range(OLD_COUNT)]
    entries = [
        Entry(
            f"chat:{hall.branch}",
            n + 1,
            "chat.sent",
            at_ms,
            member["_id"],
            None,
            "main",
            n + 1,
            {"text": f"【旧{n}】"},
        )
        for n, at_ms in enumerate(times)
    ]
    await house.ground.mongo["log"].insert_many([to_document(entry, ()) for entry in entries])
    zone = (await house.ground.mongo["orgs"].find_one({}) or {})["time_zone"]
    days = [utc(at_ms).astimezone(ZoneInfo(zone)).date().isoformat() for at_ms in times]
    return days[40], f"【旧{days.index(days[40])}】"


async def test_pick_forward_and_find_again(hall: Hall, chromium: Browser, tmp_path: Path) -> None:
    url = f"http://localhost:{hall.served.port}"
    day, first = await older(hall, SystemClock().now_ms())
    lin = await person_at(chromium, "林书远", "lin.shuyuan", url, phone=False)
    await lin.activate(await hall.code(lin.name))
    await lin.enter(BRANCH)
    await lin.say("【林1】今晚七点开会")
    path = tmp_path / "garden.png"
    Image.new("RGB", (640, 420), "#1a6b50").save(path)
    await lin.show_pictures("【林2】会场的花园", [path])
    await expect(lin.row("【林2】").get_by_role("img")).to_have_count(1, timeout=WAIT_MS)
    await lin.say("【林3】别的事")
    await pick(lin)
    await forward(lin)
    await find_again(lin)
    await go_to_day(lin, "2020-01-01", "【旧0】")
    await expect(lin.page.get_by_text("这一天没有消息")).to_be_visible()
    await go_to_day(lin, day, first)
    assert lin.complaints == []
    await lin.page.context.close()


async def pick(lin: Person) -> None:
    """Begin by the menu, go on by the keyboard; Escape ends it, and nothing stays picked."""
    page = lin.page
    bar = page.get_by_role("group", name="多选")
    await lin.menu("【林1】", "多选")
    await expect(page.get_by_role("checkbox", name=re.compile("【林1】"))).to_be_focused()
    await expect(bar.get_by_role("status")).to_have_text("已选 1 条")
    await page.keyboard.press("Escape")
    await expect(bar).to_have_count(0)
    await expect(lin.composer).to_be_visible()
    await lin.menu("【林1】", "多选")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(bar.get_by_role("status")).to_have_text("已选 2 条")
    await expect(page.get_by_role("checkbox", name=re.compile("【林2】"))).to_be_checked()


async def forward(lin: Person) -> None:
    """Both messages stand in the group, with who said them, and the picture can be seen there."""
    page = lin.page
    await page.get_by_role("group", name="多选").get_by_role("button", name="转发").click()
    dialog = page.get_by_role("dialog", name="转发 2 条消息")
    await dialog.get_by_label("转发到").fill("diyizu")
    await dialog.get_by_role("radio", name="第一组").check()
    await expect(dialog.get_by_role("checkbox", name="连同 1 个附件")).to_be_checked()
    await dialog.get_by_label("附言").fill("【附言】请看")
    await dialog.get_by_role("button", name="转发").click()
    await expect(dialog).to_have_count(0, timeout=WAIT_MS)
    await expect(page.get_by_text("已转发到第一组")).to_be_visible()
    await lin.enter("第一组")
    row = lin.row("【附言】")
    await expect(row).to_have_count(1, timeout=WAIT_MS)
    quote = row.locator("blockquote")
    await expect(quote).to_contain_text("【林1】今晚七点开会")
    await expect(quote).to_contain_text("林书远")
    picture = row.get_by_role("img")
    await expect(picture).to_have_js_property("complete", True, timeout=WAIT_MS)
    assert await picture.evaluate("image => image.naturalWidth") > 0
    await lin.enter(BRANCH)


async def find_again(lin: Person) -> None:
    """Files, matches and days lead to messages; people stand by group."""
    page = lin.page
    await page.get_by_role("link", name="房间资料").click()
    await expect(page.get_by_role("heading", name=re.compile("第一组"))).to_be_visible(timeout=WAIT_MS)
    await page.get_by_role("tab", name="文件").click()
    await expect(page.get_by_role("link", name="garden.webp")).to_have_count(1, timeout=WAIT_MS)
    await page.get_by_role("tab", name="查找").click()
    search = page.get_by_role("searchbox", name="在已载入的消息中查找")
    await search.fill("林1")
    await expect(page.locator("mark")).to_have_text("林1")
    await search.press("Enter")
    await expect(lin.row("【林1】")).to_have_class(re.compile("bg-late-soft"))


async def go_to_day(lin: Person, day: str, first: str) -> None:
    """From any time in the room to the first message of a day, which is in view and marked."""
    page = lin.page
    times = page.get_by_role("list", name="消息", exact=True).get_by_role(
        "button", name=re.compile("按日期查看")
    )
    await at_rest(lin.page)
    await times.first.click()
    field = page.get_by_role("dialog", name="按日期查看").get_by_label("日期")
    await field.fill(day)
    await field.press("Enter")
    row = lin.row(first)
    await expect(row).to_have_class(re.compile("bg-late-soft"), timeout=WAIT_MS)
    await expect(row).to_be_in_viewport()
