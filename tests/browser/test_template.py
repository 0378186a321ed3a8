"""Words and rules: one officer proposes on a phone, another confirms, a member is told, reads them and sees the new words."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.hall import Hall
from tests.browser.people import person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]


async def test_two_officers_and_a_member(hall: Hall, chromium: Browser) -> None:
    url = f"http://localhost:{hall.served.port}"
    lin = await person_at(chromium, "林书远", "lin.shuyuan", url, phone=True)
    song = await person_at(chromium, "宋佳宁", "song.jianing", url, phone=False)
    cao = await person_at(chromium, "曹玉兰", "cao.yulan", url, phone=True)
    for person in (lin, song, cao):
        await person.activate(await hall.code(person.name))

    page = lin.page
    await page.goto(f"{url}/manage/rules")
    await page.get_by_role("button", name="提议修改").click()
    unit = page.get_by_role("textbox", name="分支(中文)")
    await expect(unit).to_have_value("支部")
    await unit.fill("分会")
    await page.locator("summary", has_text="支部党员大会").first.click()
    days = page.get_by_role("spinbutton", name="提前通知(天)").first
    await days.fill("99")
    await expect(page.get_by_text("请填 0 到 60 之间的整数")).to_be_visible()
    await expect(page.get_by_role("button", name="预览并提议")).to_be_disabled()
    await days.fill("3")
    await page.get_by_role("button", name="预览并提议").click()
    dialog = page.get_by_role("dialog", name="提议这些修改")
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    assert await violations(page) == []
    await dialog.get_by_role("textbox", name="原因").fill("第三届大会通过")
    await dialog.get_by_role("button", name="提议", exact=True).click()
    await expect(page.get_by_role("region", name="有一项修改等待审定")).to_contain_text(
        "须由另一位负责人审定"
    )

    await song.page.goto(f"{url}/manage/units")
    await expect(song.page.get_by_role("heading", name="支部与党小组")).to_be_visible()
    await song.page.goto(f"{url}/manage/rules")
    waiting = song.page.get_by_role("region", name="有一项修改等待审定")
    await expect(waiting).to_contain_text("第三届大会通过")
    await waiting.get_by_role("button", name="通过", exact=True).click()
    await expect(song.page.get_by_text("第 2 版")).to_be_visible()
    await song.page.get_by_role("link", name="分会与党小组").click()
    await expect(song.page.get_by_role("heading", name="分会与党小组")).to_be_visible()

    await cao.page.goto(f"{url}/me/notices")
    await expect(cao.page.get_by_text("叫法和规则已修改,现为第 2 版")).to_be_visible()
    await cao.page.goto(f"{url}/me/rules")
    await expect(cao.page.get_by_text("分会 / branch").first).to_be_visible()
    await expect(cao.page.get_by_text("自定").first).to_be_visible()
    await cao.page.get_by_text("已通过").click()
    await expect(cao.page.get_by_text("宋佳宁审定")).to_be_visible()
    await expect(cao.page.get_by_role("button", name="提议修改")).to_have_count(0)
    assert await violations(cao.page) == []
    for person in (lin, song, cao):
        assert person.complaints == []
