"""Two phones and a desktop: from the printed code to a talk that survives a cut network (acceptance A4)."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.browser.hall import BRANCH, Hall
from tests.browser.in_session import seen
from tests.browser.people import Person, person_at
from tests.kit.proxy import Proxy
from tests.kit.secrets import dump, in_clear, remember, secrets_of_the_roll

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

MARK = re.compile(r"【(.+?)】")
WAIT_MS = 20_000
RETURN_MS = (
    60_000  # the client tries again after at most 20 s, the message it kept may wait as long once more
)


@asynccontextmanager
async def device(
    hall: Hall, chromium: Browser, name: str, login: str, *, phone: bool
) -> AsyncIterator[tuple[Person, Proxy]]:
    """A person behind a network of their own."""
    async with Proxy(hall.served.port) as network:
        person = await person_at(chromium, name, login, f"http://localhost:{network.port}", phone=phone)
        async with seen(person):
            yield person, network


def marks(texts: list[str]) -> list[str]:
    """The marks 【…】 of messages, in order."""
    return [mark for text in texts for mark in MARK.findall(text)]


async def sees(person: Person, *wanted: str, within_ms: int = WAIT_MS) -> None:
    """Wait until messages are on the screen."""
    for mark in wanted:
        await expect(person.row(f"【{mark}】")).to_have_count(1, timeout=within_ms)


def picture(folder: Path, name: str, colour: str) -> Path:
    """A small picture with a place in its metadata."""
    path = folder / name
    image = Image.new("RGB", (640, 420), colour)
    exif = image.getexif()
    exif[0x010E] = "taken at home"
    image.save(path, exif=exif)
    return path


async def test_a_talk_survives_a_cut_network(hall: Hall, chromium: Browser, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        lin, _ = await stack.enter_async_context(device(hall, chromium, "林书远", "lin.shuyuan", phone=True))
        cao, network = await stack.enter_async_context(
            device(hall, chromium, "曹玉兰", "cao.yulan", phone=True)
        )
        song, _ = await stack.enter_async_context(
            device(hall, chromium, "宋佳宁", "song.jianing", phone=False)
        )
        people = (lin, cao, song)
        for person in people:
            await person.activate(await hall.code(person.name))
            assert len(person.recovery_codes) == 10
            await person.enter(BRANCH)

        await lin.say("【林1】大家晚上好")
        await cao.say("【曹1】书记好")
        await song.show_pictures(
            "【宋1】活动照片",
            [picture(tmp_path, "hall.jpg", "#b63a2b"), picture(tmp_path, "garden.png", "#1a6b50")],
        )
        for person in people:
            await sees(person, "林1", "曹1", "宋1")
            shown = person.row("【宋1】").get_by_role("img")
            await expect(shown).to_have_count(2, timeout=WAIT_MS)
            await expect(shown.first).to_have_js_property("complete", True)
            assert await shown.first.evaluate("image => image.naturalWidth") > 0

        await talk_in_a_thread(lin, song)
        await recall(cao, (lin, song))
        await cut_and_return(people, network)
        assert [person.complaints for person in people] == [[], [], []]
        await nothing_in_clear(hall, people)


async def talk_in_a_thread(lin: Person, song: Person) -> None:
    """Replies stand in their thread and are counted at its root."""
    await lin.menu("【宋1】", "在话题中回复")
    reply = lin.page.get_by_role("textbox", name="回复这个话题")
    await reply.fill("【林线1】照片很清楚")
    await lin.page.get_by_role("button", name="发送").last.click()
    await expect(reply).to_have_value("")
    link = song.row("【宋1】").get_by_role("link", name="1 条回复")
    await link.click(timeout=WAIT_MS)
    await expect(song.row("【林线1】")).to_be_visible(timeout=WAIT_MS)
    answer = song.page.get_by_role("textbox", name="回复这个话题")
    await answer.fill("【宋线1】谢谢")
    await answer.press("Enter")
    await expect(lin.row("【宋线1】")).to_be_visible(timeout=WAIT_MS)
    await song.page.get_by_label("关闭话题").click()
    await lin.page.get_by_label("关闭话题").click()
    await expect(lin.row("【宋1】").get_by_role("link", name="2 条回复")).to_be_visible(timeout=WAIT_MS)


async def recall(author: Person, others: tuple[Person, ...]) -> None:
    """What was taken back is gone everywhere, and says so."""
    await author.say("【曹误】发错了")
    for person in others:
        await sees(person, "曹误")
    await author.menu("【曹误】", "撤回")
    for person in others:
        await expect(person.row("【曹误】")).to_have_count(0, timeout=WAIT_MS)
        await expect(person.page.get_by_text("曹玉兰 撤回了一条消息").first).to_be_visible()


async def cut_and_return(people: tuple[Person, ...], network: Proxy) -> None:
    """One phone loses its network, writes and misses; after its return all three show the same talk."""
    lin, cao, song = people
    await lin.say("【林撤】等一下撤回")
    await sees(cao, "林撤")
    await network.refuse()
    await cao.say("【曹2】断网时写的第一条")
    await cao.say("【曹3】断网时写的第二条")
    await expect(cao.page.get_by_text("等待网络").first).to_be_visible(timeout=WAIT_MS)
    await lin.menu("【林撤】", "撤回")
    for number in range(2, 7):
        await lin.say(f"【林{number}】")
        await song.say(f"【宋{number}】")
    await sees(song, "林6")
    await network.accept()
    await expect(cao.page.get_by_text("等待网络")).to_have_count(0, timeout=RETURN_MS)
    for person in people:
        await person.go_to_newest()
        await sees(person, "曹3", "林6", "宋6", within_ms=RETURN_MS)
        await expect(person.page.get_by_text("等待网络")).to_have_count(0)
        await expect(person.row("【林撤】")).to_have_count(0, timeout=WAIT_MS)
    shown = [marks(await person.texts()) for person in people]
    said = {"林1", "曹1", "宋1", "曹2", "曹3", *(f"{who}{n}" for who in "林宋" for n in range(2, 7))}
    assert shown[0] == shown[1] == shown[2]
    assert sorted(shown[0]) == sorted(said)
    assert shown[0].index("曹2") < shown[0].index("曹3")


async def nothing_in_clear(hall: Hall, people: tuple[Person, ...]) -> None:
    """A dump of the database holds no personal value and no secret of anybody; one that was planted is found (A9)."""
    made = [secret for person in people for secret in person.secrets]
    remember(made)
    wanted = [*secrets_of_the_roll(), *made]
    dumped = await dump(hall.mongo)
    assert "【林1】大家晚上好".encode() in dumped, "the dump is of another database"
    assert in_clear(dumped, wanted) == []
    kinds = {secret.kind for secret in in_clear(dumped + b" 19900000001 " + made[2].text.encode(), wanted)}
    assert kinds == {"phone", made[2].kind}


async def test_signing_in_again_and_a_code_only_once(hall: Hall, chromium: Browser) -> None:
    async with device(hall, chromium, "田甜", "tian.tian", phone=True) as (first, _):
        await first.activate(await hall.code("田甜"))
    async with device(hall, chromium, "田甜", "tian.tian", phone=False) as (second, _):
        second.seed = first.seed
        await second.sign_in()
        await second.enter(BRANCH)
    async with device(hall, chromium, "田甜", "tian.tian", phone=True) as (third, _):
        await third.begin_sign_in()
        await third.page.get_by_label("6 位动态口令").fill(second.code_used)
        await expect(third.page.get_by_role("alert")).to_be_visible(timeout=WAIT_MS)
        await expect(third.page.get_by_role("navigation", name="房间列表")).to_have_count(0)
