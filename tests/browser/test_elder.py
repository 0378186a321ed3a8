"""A member of 72 with type at 200 % on a phone of 360 px: from the printed sheet to a picture in the talk (W6).

HUITANG_PICTURES=docs/screenshots pytest tests/browser/test_elder.py      keeps a picture of each step
"""

import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, expect

from tests.browser.hall import BRANCH, Hall
from tests.browser.people import Person, person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

PICTURES = os.environ.get("HUITANG_PICTURES")
WAIT_MS = 20_000
TARGET_PX = 24  # WCAG 2.2, 2.5.8

SMALL = """(least) => [...document.querySelectorAll('button, a[href], input, [role=menuitem]')].filter((one) => {
  const {width, height} = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  if (style.visibility === 'hidden' || width < 2 || height < 2 || style.display === 'inline') return false;
  return width < least || height < least;
}).map((one) => one.outerHTML.slice(0, 120))"""
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


async def look(person: Person, step: str) -> None:
    """Nothing to scroll sideways for, nothing too small for a finger; keep a picture when wanted."""
    assert await person.page.evaluate(OVERFLOW) <= 0, f"{step}: wider than the window"
    assert await person.page.evaluate(SMALL, TARGET_PX) == [], step
    if PICTURES is not None:
        await person.page.screenshot(path=Path(PICTURES) / f"elder-{step}.png", animations="disabled")


async def in_reach(person: Person, target: Locator) -> None:
    """The one thing to do next is on the screen without scrolling, whole."""
    await expect(target).to_be_visible(timeout=WAIT_MS)
    await expect(target).to_be_in_viewport(ratio=0.99)


async def test_from_the_printed_sheet_to_a_picture(hall: Hall, chromium: Browser, tmp_path: Path) -> None:
    url = f"http://localhost:{hall.served.port}"
    cao = await person_at(chromium, "曹玉兰", "cao.yulan", url, phone=True, percent=200)
    page = cao.page
    await page.goto(f"{url}/login")
    await expect(page.get_by_label("登录名、手机号或邮箱")).to_be_visible()
    await look(cao, "1-sign-in")
    await cao.activate(await hall.code(cao.name))
    await look(cao, "2-rooms")
    await cao.enter(BRANCH)
    await in_reach(cao, cao.composer)
    await look(cao, "3-room")
    await cao.say("【曹1】大家好,我会用了")
    await expect(cao.row("【曹1】")).to_have_count(1, timeout=WAIT_MS)
    await look(cao, "4-first-message")
    await cao.menu("【曹1】", "在话题中回复")
    reply = page.get_by_role("textbox", name="回复这个话题")
    await in_reach(cao, reply)
    await reply.fill("【曹线1】这是话题里的回复")
    await page.get_by_role("button", name="发送").last.click()
    await expect(page.get_by_text("【曹线1】")).to_be_visible(timeout=WAIT_MS)
    await look(cao, "5-thread")
    await page.get_by_label("关闭话题").click()
    path = tmp_path / "garden.png"
    Image.new("RGB", (640, 420), "#1a6b50").save(path)
    await cao.show_pictures("【曹2】小区的花园", [path])
    picture = cao.row("【曹2】").get_by_role("img").last
    await expect(picture).to_have_js_property("complete", True, timeout=WAIT_MS)
    await look(cao, "6-picture")
    assert cao.complaints == []
    await page.context.close()
