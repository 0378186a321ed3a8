"""A meeting in the browser: somebody at a device, and a meeting that was planned, announced and opened. Imported by tests."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.hall import Hall
from tests.browser.people import Person, person_at

PICTURES = os.environ.get("HUITANG_PICTURES")
"""HUITANG_PICTURES=docs/screenshots keeps a picture of each step."""

FAILED = Path(__file__).resolve().parents[2] / ".cache" / "browser"


async def keep(page: Page, step: str) -> None:
    """A picture of the page, when they are wanted."""
    if PICTURES is not None:
        await page.screenshot(path=Path(PICTURES) / f"{step}.png", animations="disabled")


@asynccontextmanager
async def seen(person: Person) -> AsyncIterator[None]:
    """A picture of their page when something fails; the device is put away at the end."""
    try:
        yield
    except BaseException:
        FAILED.mkdir(parents=True, exist_ok=True)
        await person.page.screenshot(path=FAILED / f"{person.login}.png")
        raise
    finally:
        await person.page.context.close()


@asynccontextmanager
async def at_device(
    hall: Hall, chromium: Browser, name: str, login: str, *, phone: bool
) -> AsyncIterator[Person]:
    """Somebody who is signed in."""
    person = await person_at(chromium, name, login, f"http://localhost:{hall.served.port}", phone=phone)
    async with seen(person):
        await person.activate(await hall.code(name))
        yield person


async def call_it(song: Person) -> str:
    """Plan, announce and open a meeting; returns its address."""
    page = song.page
    await page.goto(f"{song.url}/meetings/new")
    await expect(page.get_by_label("会议名称")).to_have_value("支部党员大会")
    await page.get_by_label("地点").fill("社区二楼活动室")
    await page.get_by_label("主持人").select_option(label="林书远")
    await page.get_by_label("记录人").select_option(label="林书远")
    await expect(page.get_by_role("alert")).to_have_text("记录人不能同时主持")
    await page.get_by_label("记录人").select_option(label="何雨桐")
    await page.get_by_role("button", name="添加议题").click()
    await page.get_by_label("议题 1", exact=True).fill("表决《2027年志愿服务计划》")
    await page.get_by_label("议题类型").select_option("motion")
    await page.locator("summary", has_text="列席人员").click()
    await page.get_by_label("没有账号的列席人员").fill("沈岚")
    await expect(page.get_by_text("列席人员(1)")).to_be_visible()
    await keep(page, "meeting-plan")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_role("button", name="发布通知").click()
    await page.get_by_role("button", name="开始会议").click()
    await expect(page.get_by_text("第1轮签到还有")).to_be_visible()
    return page.url.removesuffix("/desk")
