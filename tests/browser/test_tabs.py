"""Several tabs of one member: one of them has the connection, the others share it, and it is handed over when that one closes."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, WebSocket, expect

from tests.browser.hall import BRANCH, Hall
from tests.browser.people import Person, person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

WAIT_MS = 20_000
HANDOVER_MS = 5_000
MARK = re.compile(r"【(.+?)】")


def marks(texts: list[str]) -> list[str]:
    """The marks 【…】 of messages, in order."""
    return [mark for text in texts for mark in MARK.findall(text)]


async def tab_of(person: Person, sockets: list[WebSocket]) -> Person:
    """Another tab of the same browser, in the branch's room; notes the sockets it opens."""
    page = await person.page.context.new_page()
    tab = Person(person.name, page, person.url, person.login, person.phone, complaints=person.complaints)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    page.on("websocket", lambda socket: sockets.append(socket))
    await page.goto(f"{person.url}/chat")
    await tab.enter(BRANCH)
    return tab


async def see(people: tuple[Person, ...], mark: str, within_ms: int = WAIT_MS) -> None:
    """Wait until everybody has a message on the screen, once."""
    for person in people:
        await expect(person.row(f"【{mark}】")).to_have_count(1, timeout=within_ms)


async def connections(hall: Hall, wanted: int) -> None:
    """Wait until the server has so many connections.

    Raises:
        AssertionError: It has others after WAIT_MS.
    """
    for _ in range(WAIT_MS // 100):
        if hall.served.house.exchange.connection_count == wanted:
            return
        await asyncio.sleep(0.1)
    assert hall.served.house.exchange.connection_count == wanted


async def test_two_tabs_share_one_connection_and_the_second_takes_it_over(
    hall: Hall, chromium: Browser
) -> None:
    url = f"http://localhost:{hall.served.port}"
    lin = await person_at(chromium, "林书远", "lin.shuyuan", url, phone=False)
    await lin.activate(await hall.code(lin.name))
    await lin.enter(BRANCH)
    first = await person_at(chromium, "曹玉兰", "cao.yulan", url, phone=True)
    await first.activate(await hall.code(first.name))
    await first.enter(BRANCH)
    sockets: list[WebSocket] = []
    second = await tab_of(first, sockets)
    everybody = (lin, first, second)

    await lin.say("【林1】两个标签页都看得到吗")
    await see(everybody, "林1")
    await second.say("【曹1】第二个标签页看得到")
    await see(everybody, "曹1")
    await first.say("【曹2】第一个也看得到")
    await see(everybody, "曹2")
    await connections(hall, 2)
    assert sockets == []

    await first.page.close()
    await lin.say("【林2】关掉一个标签页之后")
    await see((lin, second), "林2", HANDOVER_MS)
    await second.say("【曹3】还在")
    await see((lin, second), "曹3")
    assert len(sockets) == 1
    await connections(hall, 2)
    for person in (lin, second):
        assert marks(await person.texts()) == ["林1", "曹1", "曹2", "林2", "曹3"]
        assert person.complaints == []
    await without_channels(hall, lin)
    for person in (lin, second):
        await person.page.context.close()


async def without_channels(hall: Hall, lin: Person) -> None:
    """The control: in a browser in which tabs cannot talk to each other, each has a connection of its own."""
    before = hall.served.house.exchange.connection_count
    await lin.page.context.add_init_script("delete globalThis.BroadcastChannel")
    sockets: list[WebSocket] = []
    tabs = [await tab_of(lin, sockets) for _ in range(2)]
    await tabs[0].say("【林3】没有频道也行")
    await see((lin, *tabs), "林3")
    assert len(sockets) == 2
    await connections(hall, before + 2)
