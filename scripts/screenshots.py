"""Draw docs/screenshots: a real server with the demo in a temporary folder, real Chromium, every page.

    make screenshots

Four pictures of each page: phone (360 px) and desktop (1280 px), both languages, light and dark between them. Everybody in
the pictures is fictional.
"""

import asyncio
import io
import shutil
import sys

from PIL import Image
from playwright.async_api import Page, async_playwright
from steps import ROOT

sys.path.insert(0, str(ROOT))
from tests.browser.pages import (
    LOOKS,
    PARTS,
    SHOTS,
    Look,
    Shot,
    context_for,
    demo_server,
    rooms_of,
    settled,
    sign_in,
)

OUT = ROOT / "docs" / "screenshots"
COLOURS = 192  # enough for flat pages and faces; a fifth of the size


async def take(page: Page, url: str, shot: Shot, look: Look) -> None:
    """One picture."""
    await page.goto(url + shot.path)
    await settled(page)
    if shot.walk is not None:
        await shot.walk(page)
        await settled(page)
    small = Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(
        OUT / f"{shot.word}-{look.word}.png", optimize=True
    )


async def draw(only: set[str]) -> None:
    """All pictures, or those whose words were given."""
    OUT.mkdir(parents=True, exist_ok=True)
    async with demo_server() as (url, logins), async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--hide-scrollbars"]
        )
        states = {part: await sign_in(browser, url, login, logins[login]) for part, login in PARTS.items()}
        places = {part: await rooms_of(browser, url, states[part]) for part in ("secretary", "member")}
        for look in LOOKS:
            for shot in (shot for shot in SHOTS if not only or shot.word in only):
                context = await context_for(browser, look, states.get(shot.part))
                page = await context.new_page()
                place = places.get(shot.part, {})
                filled = Shot(shot.word, shot.path.format(**place), shot.part, shot.walk)
                await take(page, url, filled, look)
                await context.close()
            print(f"  ✓ {look.word}", flush=True)
        await browser.close()


def main() -> int:
    """Draw; words on the command line choose pages."""
    asyncio.run(draw(set(sys.argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
