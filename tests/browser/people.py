"""People at their devices: what a member does with the client, in the words of its labels (zh-CN)."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from storage.clock import SystemClock
from tests.kit.secrets import Secret

PHONE: ViewportSize = {"width": 360, "height": 760}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PASSWORD = "青禾的第一个夜晚很长 2026"
STEP_S = 30

COLLECT = """async (list) => {
  const seen = new Map();
  const turn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  list.scrollTop = 0;
  await turn();
  for (;;) {
    for (const row of list.querySelectorAll('article')) {
      const top = Math.round(row.getBoundingClientRect().top + list.scrollTop);
      seen.set(top, row.innerText);
    }
    if (list.scrollTop + list.clientHeight >= list.scrollHeight - 2) break;
    list.scrollTop += Math.floor(list.clientHeight / 2);
    await turn();
  }
  return [...seen.entries()].sort((a, b) => a[0] - b[0]).map((entry) => entry[1]);
}"""


@dataclass
class Person:
    """One member at one device.

    Attributes:
        name: Display name.
        page: The browser's page.
        url: Where this device finds the server.
        login: Log-in name.
        seed: TOTP seed, once enrolled.
        code_used: The one-time code of the last log-in.
        recovery_codes: Shown at enrolment.
        phone: A phone, else a desktop.
        complaints: Errors of the page.
        secrets: What was made for this person and must never stand anywhere in clear.
    """

    name: str
    page: Page
    url: str
    login: str
    phone: bool
    seed: str = ""
    code_used: str = ""
    recovery_codes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list, repr=False)

    async def activate(self, code: str) -> None:
        """From the printed link to the room list: password, second factor, recovery codes."""
        page = self.page
        self.secrets += [Secret("activation code", code), Secret("password", PASSWORD)]
        await page.goto(f"{self.url}/activate#{code}")
        await page.get_by_label("登录名").fill(self.login)
        await page.get_by_label("设置密码").fill(PASSWORD)
        await page.get_by_role("button", name="下一步").click()
        link = await page.locator("a[href^='otpauth:']").get_attribute("href") or ""
        found = re.search(r"secret=([A-Z2-7]+)", link)
        assert found is not None
        self.seed = found[1]
        await self._type_code(code_at(self.seed, 0))
        await expect(page.get_by_role("heading", name="保存恢复码")).to_be_visible()
        text = await page.get_by_role("listitem").all_inner_texts()
        self.recovery_codes = ["-".join(re.findall(r"[0-9A-Z]{4}", item)) for item in text]
        self.secrets += [
            Secret("seed", self.seed),
            *(Secret("recovery code", code) for code in self.recovery_codes),
        ]
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="进入会堂").click()
        await self._look_around()
        await expect(page.get_by_role("navigation", name="房间列表")).to_be_visible()
        cookies = await page.context.cookies()
        self.secrets += [Secret("token", cookie.get("value", "")) for cookie in cookies]

    async def _look_around(self) -> None:
        """The three steps that whoever is new is shown."""
        page = self.page
        begin, rooms = (
            page.get_by_role("button", name="下一步"),
            page.get_by_role("navigation", name="房间列表"),
        )
        await expect(begin.or_(rooms).first).to_be_visible()
        if await begin.is_visible():
            await begin.click()
            await begin.click()
            await page.get_by_role("button", name="开始使用").click()

    async def begin_sign_in(self) -> None:
        """Log-in name and password."""
        page = self.page
        await page.goto(f"{self.url}/login")
        await page.get_by_label("登录名、手机号或邮箱").fill(self.login)
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()

    async def sign_in(self) -> None:
        """Password and one-time code; the code of the next step, for this one was used at the enrolment."""
        await self.begin_sign_in()
        self.code_used = code_at(self.seed, 1)
        await self._type_code(self.code_used)
        await expect(self.page.get_by_role("navigation", name="房间列表")).to_be_visible()

    async def _type_code(self, code: str) -> None:
        """The sixth digit sends the code; there is nothing to press."""
        await self.page.get_by_label("6 位动态口令").fill(code)

    async def enter(self, room: str) -> None:
        """Open a room from the list."""
        await (
            self.page.get_by_role("navigation", name="房间列表")
            .get_by_role("link", name=re.compile(room))
            .click()
        )
        await expect(self.composer).to_be_visible()

    @property
    def composer(self) -> Locator:
        """Where messages to the room are typed."""
        return self.page.get_by_role("textbox", name="说点什么")

    async def say(self, text: str) -> None:
        """Send a message with Enter (the desktop) or the button (a phone)."""
        await self.composer.fill(text)
        if self.phone:
            await self.page.get_by_role("button", name="发送").last.click()
        else:
            await self.composer.press("Enter")
        await expect(self.composer).to_have_value("")

    async def show_pictures(self, text: str, files: Sequence[Path]) -> None:
        """Send pictures with a text."""
        await self.page.locator("input[type=file]").first.set_input_files([str(file) for file in files])
        await self.composer.fill(text)
        send = self.page.get_by_role("button", name="发送").last
        await expect(send).to_be_enabled()
        await send.click()

    def row(self, text: str) -> Locator:
        """A message in the room by its text."""
        return (
            self.page.get_by_role("list", name="消息", exact=True)
            .last.get_by_role("article")
            .filter(has_text=text)
        )

    async def menu(self, text: str, action: str) -> None:
        """Choose from a message's menu: a long press on a phone, the button elsewhere."""
        row = self.row(text)
        await row.get_by_role("button", name="消息操作").press("Enter")
        await self.page.get_by_role("menuitem", name=action, exact=True).click()

    async def go_to_newest(self) -> None:
        """Press the button that leads down to the newest message, when the room shows an older place."""
        button = self.page.get_by_role("button", name=re.compile("条新消息|回到最新"))
        if await button.is_visible():
            await button.click()

    async def texts(self) -> list[str]:
        """Everything the room shows, from its first message to its last, in order."""
        found: list[str] = await self.page.get_by_role("list", name="消息", exact=True).first.evaluate(
            COLLECT
        )
        return found


def chromium_program() -> str:
    """The system's Chromium."""
    program = shutil.which("chromium")
    assert program is not None, "chromium is missing: make test says how to get it"
    return program


def code_at(seed: str, ahead: int) -> str:
    """The one-time code of the current step, or of one ahead (the server accepts one)."""
    return pyotp.TOTP(seed).at(SystemClock().now_ms() // 1_000 + ahead * STEP_S)


async def person_at(
    browser: Browser, name: str, login: str, url: str, *, phone: bool, percent: int = 100
) -> Person:
    """Give somebody a device: a phone of 360 px with touch, or a desktop; `percent` is the size of type set on it."""
    context = await browser.new_context(
        viewport=PHONE if phone else DESKTOP, locale="zh-CN", has_touch=phone, is_mobile=phone
    )
    if percent != 100:
        await context.add_init_script(type_size(percent))
    page = await context.new_page()
    person = Person(name, page, url, login, phone)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    return person


def type_size(percent: int) -> str:
    """A script that sets the size of type on a device before a page is drawn."""
    style = f"document.documentElement.style.fontSize = '{percent}%'"
    return f"addEventListener('DOMContentLoaded', () => {{ {style} }})"
