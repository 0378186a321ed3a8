"""The organizer's camera reads a member's own rotating code: a real picture of it, shown to a camera that Chromium plays from a file."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect
from playwright.async_api import TimeoutError as TooLate

from tests.browser.hall import Hall
from tests.browser.in_session import at_device, call_it
from tests.browser.people import chromium_program

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

FRAME = (640, 480)
FRAMES = 10
SCANS = 4
"""The code lives 35 s at most: a picture may have been taken at its end."""

LOOK_MS = 8_000


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """What the camera sees; nothing yet."""
    path = tmp_path / "camera.mjpeg"
    show(path, Image.new("RGB", FRAME, "#7a6a58"))
    return path


@pytest.fixture
async def with_camera(film: Path) -> AsyncIterator[Browser]:
    """A Chromium whose camera plays the film. It has no barcode detector of its own on Linux, as on many phones."""
    flags = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_program(), args=flags)
        yield browser
        await browser.close()


def show(film: Path, picture: Image.Image) -> None:
    """Let the camera see a picture, a bit turned and with a border, as a hand holds a phone."""
    held = picture.rotate(4, expand=True, fillcolor="#7a6a58", resample=Image.Resampling.BICUBIC)
    held.thumbnail((420, 420))
    frame = Image.new("RGB", FRAME, "#7a6a58")
    frame.paste(held, ((FRAME[0] - held.width) // 2, (FRAME[1] - held.height) // 2))
    one = io.BytesIO()
    frame.save(one, "JPEG", quality=85)
    film.write_bytes(one.getvalue() * FRAMES)


async def scan(page: Page, said: str) -> bool:
    """Open the camera; True when it said that within a moment."""
    await page.get_by_role("button", name="扫成员的签到码").click()
    dialog = page.get_by_role("dialog")
    try:
        await dialog.get_by_text(said).wait_for(timeout=LOOK_MS)
    except TooLate:
        return False
    finally:
        await dialog.get_by_role("button", name="关闭").click()
    return True


async def test_a_members_pass_is_read_by_the_camera(
    hall: Hall, chromium: Browser, with_camera: Browser, film: Path
) -> None:
    async with (
        at_device(hall, with_camera, "宋佳宁", "song.jianing.s", phone=False) as song,
        at_device(hall, chromium, "曹玉兰", "cao.yulan.s", phone=True) as cao,
    ):
        await call_it(song)
        assert not await scan(song.page, "曹玉兰 已签到"), "nothing was shown to the camera"
        await cao.page.get_by_role("navigation").get_by_role("link", name="会议").click()
        await cao.page.get_by_role("link", name="支部党员大会").click()
        await cao.page.get_by_role("button", name="出示我的签到码").click()
        code = cao.page.get_by_role("img", name="我的签到二维码")
        for _ in range(SCANS):
            await expect(code).to_be_visible()
            show(film, Image.open(io.BytesIO(await code.screenshot())).convert("RGB"))
            if await scan(song.page, "曹玉兰 已签到"):
                break
        else:
            pytest.fail("the camera never read the code")
        await expect(code).to_have_count(0)  # it has served
        await expect(cao.page.get_by_text("已签到")).to_be_visible()
        assert [person.complaints for person in (song, cao)] == [[], []]
