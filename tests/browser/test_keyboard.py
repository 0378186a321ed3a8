"""The keyboard alone: sign in, say something, import a roll; every stop shows where the focus is (W1)."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, FileChooser, Locator, Page, expect

from tests.browser.hall import BRANCH, Hall
from tests.browser.people import PASSWORD, code_at, person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

DIRTY_ROLL = Path(__file__).resolve().parents[1] / "fixtures" / "roll" / "roll-dirty.xlsx"
STOPS_MAX = 90
WAIT_MS = 20_000

SHOWN = """(stop) => [stop, stop.nextElementSibling, stop.parentElement].some((near) => {
  if (near === null) return false;
  const style = getComputedStyle(near);
  return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
})"""
"""Whether one sees that an element has the focus: on itself, on the label of a hidden field, or on the frame around it."""


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until an element has the focus, and see that this shows.

    Raises:
        AssertionError: It cannot be reached, or shows nothing.
    """
    await expect(target).to_be_attached(timeout=WAIT_MS)
    for _ in range(STOPS_MAX):
        if await target.evaluate("stop => stop === document.activeElement"):
            assert await target.evaluate(SHOWN), f"nothing shows that {target} has the focus"
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"{target} is not reached by Tab")


async def test_sign_in_talk_and_import_by_keyboard_alone(hall: Hall, chromium: Browser) -> None:
    url = f"http://localhost:{hall.served.port}"
    lin = await person_at(chromium, "林书远", "lin.shuyuan", url, phone=False)
    await lin.activate(await hall.code(lin.name))
    await lin.page.context.close()
    seed = lin.seed

    keys = await person_at(chromium, "林书远", "lin.shuyuan", url, phone=False)
    page = keys.page
    await page.goto(f"{url}/login")
    await tab_to(page, page.get_by_label("登录名、手机号或邮箱"))
    await page.keyboard.type("lin.shuyuan")
    await tab_to(page, page.get_by_label("密码", exact=True))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_label("6 位动态口令"))
    await page.keyboard.type(code_at(seed, 1))

    rooms = page.get_by_role("navigation", name="房间列表")
    await tab_to(page, rooms.get_by_role("link", name=re.compile(BRANCH)))
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("textbox", name="说点什么"))
    await page.keyboard.type("【键1】不用鼠标也能说话")
    await page.keyboard.press("Enter")
    await expect(keys.row("【键1】")).to_have_count(1, timeout=WAIT_MS)

    await import_a_roll(page)
    assert keys.complaints == []
    await page.context.close()


async def import_a_roll(page: Page) -> None:
    """From wherever one is to the last page of an import."""
    # Listening begins pages ahead of the key: Chromium may take the order to hand choosers over later than a key that follows it.
    choosers: asyncio.Queue[FileChooser] = asyncio.Queue()
    page.on("filechooser", choosers.put_nowait)
    await tab_to(page, page.get_by_role("navigation", name="主要页面").get_by_role("link", name="管理").first)
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("link", name="导入花名册"))
    await page.keyboard.press("Enter")
    choose = page.locator("input[type=file]")
    await tab_to(page, choose)
    await page.keyboard.press("Enter")
    chooser = await asyncio.wait_for(choosers.get(), WAIT_MS / 1_000)
    await chooser.set_files(str(DIRTY_ROLL))
    await tab_to(page, page.get_by_role("button", name="预览"))
    await page.keyboard.press("Enter")
    confirm = page.get_by_role("button", name=re.compile("确认写入"))
    await tab_to(page, confirm)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(re.compile("已新增 \\d+ 人"))).to_be_visible(timeout=WAIT_MS)
