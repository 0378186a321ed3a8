"""A meeting in the hall: the organizer at a desktop, the big screen beside it, two members at their phones (acceptance C1)."""

import re

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.axe import violations
from tests.browser.hall import Hall
from tests.browser.in_session import at_device, call_it, keep
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

SIX = re.compile(r"^\d{6}$")


async def code_on(screen: Page) -> str:
    """The six digits on the big screen."""
    code = screen.get_by_text(SIX)
    await expect(code).to_be_visible()
    return await code.inner_text()


async def check_in(person: Person, screen: Page, title: str) -> None:
    """From the list to the big button, with the code of the moment."""
    page = person.page
    await page.get_by_role("navigation").get_by_role("link", name="会议").click()
    await page.get_by_role("link", name=title).click()
    await page.get_by_label("屏幕上的6位签到码").fill(await code_on(screen))
    await keep(page, f"meeting-{person.login}-code")
    await page.get_by_role("button", name="出示我的签到码").click()
    await expect(page.get_by_role("img", name="我的签到二维码")).to_be_visible()
    await keep(page, f"meeting-{person.login}-pass")
    await page.get_by_role("dialog").get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name="签到", exact=True).click()
    await expect(page.get_by_text(re.compile("已签到"))).to_be_visible()


async def take_over_paper(page: Page) -> None:
    """Two signed on paper, one was there already, one is nobody of this branch: looked at first, then marked."""
    table = "姓名,签名,时间\n何雨桐,何雨桐,\n曹玉兰,√,\n陆远航,√,\n路人甲,√,\n孙巧云,,\n"
    await page.locator("summary", has_text="录入纸质签到表").click()
    paper = FilePayload(name="签到表.csv", mimeType="text/csv", buffer=table.encode())
    await page.get_by_label("选择文件").set_input_files(paper)
    await expect(page.get_by_text("将登记 2 人 · 已在会 1 人 · 未签 1 人")).to_be_visible()
    await expect(page.get_by_role("list", name="请看一下")).to_contain_text("路人甲:名单中没有这个人")
    await page.get_by_role("button", name="登记 2 人").scroll_into_view_if_needed()
    await keep(page, "meeting-paper")
    found = await violations(page)
    assert found == [], "; ".join(found)
    await page.get_by_role("button", name="登记 2 人").click()
    await expect(page.get_by_text("已登记 2 人")).to_be_visible()
    rows = page.get_by_role("list", name="签到表", exact=True)
    await page.get_by_role("searchbox", name="找姓名").fill("何雨桐")
    await expect(rows.get_by_role("listitem")).to_contain_text("准时")
    await page.get_by_role("searchbox", name="找姓名").fill("孙巧云")
    await expect(rows.get_by_role("listitem")).to_contain_text("缺席")


async def test_a_meeting_with_a_screen_and_two_phones(hall: Hall, chromium: Browser) -> None:
    async with (
        at_device(hall, chromium, "宋佳宁", "song.jianing.m", phone=False) as song,
        at_device(hall, chromium, "曹玉兰", "cao.yulan.m", phone=True) as cao,
        at_device(hall, chromium, "林书远", "lin.shuyuan.m", phone=True) as lin,
    ):
        address = await call_it(song)
        screen = await song.page.context.new_page()
        await screen.goto(f"{address}/screen")
        await expect(screen.get_by_role("img", name="签到二维码")).to_be_visible()
        for person in (cao, lin):
            await check_in(person, screen, "支部党员大会")
        await expect(screen.get_by_text("已到 2 / 42")).to_be_visible()
        await expect(screen.get_by_text("一般表决:需 21 人方可表决")).to_be_visible()
        await expect(screen.get_by_text("曹玉兰")).to_have_count(0)  # no names on the wall
        await keep(screen, "meeting-screen")

        await song.page.get_by_role("button", name="一起应答").click()
        await expect(cao.page.get_by_role("alertdialog")).to_be_visible()
        await keep(cao.page, "meeting-called")
        await cao.page.get_by_role("button", name="到", exact=True).click()
        await expect(cao.page.get_by_role("alertdialog")).to_have_count(0)
        await expect(song.page.get_by_text("已应答 1 / 42")).to_be_visible()
        await lin.page.get_by_role("button", name="到", exact=True).click()
        await song.page.get_by_role("button", name="结束点名").click()

        await lin.page.get_by_role("button", name="举手发言").click()
        await song.page.get_by_role("button", name="请发言").click()
        await expect(cao.page.get_by_text("林书远 正在发言")).to_be_visible()
        await song.page.get_by_role("button", name="提出事项").click()
        await song.page.get_by_label("事项", exact=True).fill("《2027年志愿服务计划》")
        await song.page.get_by_role("button", name="提出事项").click()
        await song.page.get_by_role("button", name="开始表决").click()
        await expect(song.page.get_by_text("到会有表决权2人,需21人,暂不能表决,可继续讨论")).to_be_visible()
        await song.page.locator("summary", has_text="暂缓或撤销").click()
        await (
            song.page.get_by_role("region", name="表决事项")
            .get_by_label("原因")
            .fill("到会人数不足,下次再议")
        )
        await song.page.get_by_role("button", name="暂缓表决").click()
        await expect(cao.page.get_by_text("到会人数不足,下次再议")).to_be_visible()
        await song.page.locator("summary", has_text="添加待办").click()
        await song.page.get_by_label("做什么").fill("志愿服务排班表")
        await song.page.get_by_label("责任人").select_option(label="宋佳宁")
        await song.page.get_by_role("button", name="添加待办").click()
        await expect(song.page.get_by_text("志愿服务排班表 · 宋佳宁")).to_be_visible()
        await keep(song.page, "meeting-desk")
        await keep(cao.page, "meeting-phone")
        for page in (song.page, cao.page, screen):
            found = await violations(page)
            assert found == [], "; ".join(found)

        await song.page.get_by_role("button", name="散会").click()
        await expect(song.page.get_by_text("40 位未签到的成员记为缺席")).to_be_visible()
        await song.page.get_by_role("button", name="散会").last.click()
        await expect(cao.page.get_by_text("已散会")).to_be_visible()
        await take_over_paper(song.page)
        assert [person.complaints for person in (song, cao, lin)] == [[], [], []]
