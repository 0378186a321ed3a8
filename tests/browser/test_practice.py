"""The sample branch: every task on a phone, and nothing of it leaves the page."""

import re

import pytest
from playwright.async_api import Browser, Request, WebSocket, expect

from tests.browser.axe import violations
from tests.browser.hall import BRANCH, Hall
from tests.browser.people import person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

HARMLESS = re.compile(
    r'"type":"(heartbeat|hello|subscribe|resume|unsubscribe|replay|me\.|chat\.people|branch\.)'
)
"""What a page says by itself; nothing of it speaks of what is practised."""


async def test_every_task_and_nothing_is_sent(hall: Hall, chromium: Browser) -> None:
    url = f"http://localhost:{hall.served.port}"
    cao = await person_at(chromium, "曹玉兰", "cao.yulan", url, phone=True)
    page, frames, requests = cao.page, list[str](), list[str]()

    def heard(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(str(frame)))

    def asked(request: Request) -> None:
        if request.method != "GET":
            requests.append(request.url)

    page.on("websocket", heard)
    await cao.activate(await hall.code(cao.name))
    await cao.enter(BRANCH)
    await cao.say("真的一句")
    assert any("真的一句" in frame for frame in frames), "the control: what is really sent is heard here"
    before = hall.served.house.ground.log

    await page.goto(f"{url}/practice")
    await expect(page.get_by_text("这里只是练习")).to_be_visible()
    await page.wait_for_timeout(1_000)
    page.on("request", asked)
    frames.clear()
    tasks = page.get_by_role("region", name="要练的")
    status = tasks.get_by_role("status")
    await expect(status).to_contain_text("完成 0 / 4")
    await cao.say("练一句")
    await expect(status).to_contain_text("完成 1 / 4")
    await expect(cao.row("收到,谢谢您")).to_be_visible()
    await cao.menu("明天下午三点", "回复")
    await cao.say("我参加")
    await expect(status).to_contain_text("完成 2 / 4")
    await cao.row("请大家回复").first.get_by_role("button", name="消息操作").press("Enter")
    await page.get_by_role("menuitem", name="收到", exact=True).click()
    await expect(status).to_contain_text("完成 3 / 4")
    await cao.menu("练一句", "撤回")
    await expect(status).to_contain_text("都会了")
    assert await violations(page) == []
    await page.wait_for_timeout(500)
    assert requests == []
    assert [frame for frame in frames if not HARMLESS.search(frame)] == []
    stored = [str(entry.body) for entry in await before.newest(f"chat:{hall.branch}", 20)]
    assert any("真的一句" in body for body in stored)
    assert not any("练一句" in body for body in stored)

    await page.get_by_role("button", name="重新练习").click()
    await expect(status).to_contain_text("完成 0 / 4")
    await expect(cao.row("练一句")).to_have_count(0)
    await cao.composer.fill("练一半")
    await page.wait_for_timeout(1_000)  # a draft of a real room would be kept by now
    await page.reload()
    await expect(status).to_contain_text("完成 0 / 4")
    await expect(cao.composer).to_have_value("")
    assert cao.complaints == []
