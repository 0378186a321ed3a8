"""The set of emoji: picked into the text on a phone, searched for a reaction on a desktop, seen by the other at once."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.hall import BRANCH, Hall
from tests.browser.people import person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


async def test_pick_into_the_text_and_react(hall: Hall, chromium: Browser) -> None:
    url = f"http://localhost:{hall.served.port}"
    cao = await person_at(chromium, "曹玉兰", "cao.yulan", url, phone=True)
    lin = await person_at(chromium, "林书远", "lin.shuyuan", url, phone=False)
    for person in (cao, lin):
        await person.activate(await hall.code(person.name))
        await person.enter(BRANCH)

    page = cao.page
    await cao.composer.fill("辛苦大家")
    await cao.composer.evaluate("field => field.setSelectionRange(2, 2)")
    await page.get_by_role("button", name="表情", exact=True).click()
    picker = page.get_by_role("dialog", name="表情")
    await picker.get_by_role("button", name="鼓掌", exact=True).click()
    await expect(picker).to_have_count(0)
    await expect(cao.composer).to_have_value("辛苦👏大家")
    await expect(cao.composer).to_be_focused()
    await page.keyboard.type("了")
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(lin.row("辛苦👏了大家")).to_be_visible()

    await lin.row("辛苦👏了大家").hover()
    await lin.row("辛苦👏了大家").get_by_role("button", name="消息操作").press("Enter")
    await lin.page.get_by_role("menuitem", name="更多表情").click()
    search = lin.page.get_by_role("searchbox", name="查找")
    await search.fill("hb")
    await expect(lin.page.get_by_role("button", name="红包", exact=True)).to_be_visible()
    assert await violations(lin.page) == []
    await search.fill("红包")
    await search.press("Enter")
    await expect(cao.row("辛苦👏了大家").get_by_role("button", name="🧧 1")).to_be_visible()

    await page.get_by_role("button", name="表情", exact=True).click()
    await expect(
        picker.get_by_role("region", name="最近用过").get_by_role("button", name="鼓掌")
    ).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(cao.composer).to_be_focused()
    for person in (cao, lin):
        assert person.complaints == []
