"""No page of the client, in no state, language, theme or type size, has anything that axe calls a barrier (W1).

    HUITANG_AXE=all pytest tests/browser/test_accessible.py      every page in all sixteen looks, some ten minutes

By itself each page is looked at twice: light and Chinese on a phone, dark and English on a desktop.
"""

import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import violations
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
from tests.browser.people import DESKTOP, PHONE

WHOLE = os.environ.get("HUITANG_AXE") == "all"
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900 if WHOLE else 240)]

SIXTEEN = tuple(
    Look(f"{size['width']}-{locale}-{'dark' if dark else 'light'}-{percent}", size, locale, dark, percent)
    for size, locale, dark, percent in itertools.product(
        (PHONE, DESKTOP), ("zh-CN", "en"), (False, True), (100, 200)
    )
)
CHOSEN = SIXTEEN if WHOLE else (LOOKS[0], replace(LOOKS[3], word="desktop-en-dark", dark=True))


OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
"""Whoever has to scroll sideways to read a line has lost it (WCAG 1.4.10)."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo, with everybody signed in.

    Attributes:
        url: Where it is served.
        states: Part -> state of a browser.
        places: Part -> what fills the addresses.
    """

    url: str
    states: dict[str, str]
    places: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
async def demo(chromium: Browser) -> AsyncIterator[Demo]:
    """The demo of `huitang up`."""
    assert shutil.which("chromium")
    async with demo_server() as (url, logins):
        states = {part: await sign_in(chromium, url, login, logins[login]) for part, login in PARTS.items()}
        places = {part: await rooms_of(chromium, url, states[part]) for part in ("secretary", "member")}
        yield Demo(url, states, places)


async def at(page: Page, demo: Demo, shot: Shot) -> None:
    """The page of a shot, in its state."""
    await page.goto(demo.url + shot.path.format(**demo.places.get(shot.part, {})))
    await settled(page)
    if shot.walk is not None:
        await shot.walk(page)
        await settled(page)


@pytest.mark.parametrize("look", CHOSEN, ids=lambda look: look.word)
async def test_no_page_has_a_barrier(demo: Demo, chromium: Browser, look: Look) -> None:
    found: dict[str, list[str]] = {}
    for part in dict.fromkeys(shot.part for shot in SHOTS):
        context = await context_for(chromium, look, demo.states.get(part))
        page = await context.new_page()
        for shot in (shot for shot in SHOTS if shot.part == part):
            await at(page, demo, shot)
            barriers = await violations(page)
            if (over_px := await page.evaluate(OVERFLOW)) > 0:
                barriers.append(f"overflow: the page is {over_px} px wider than the window")
            if barriers:
                found[shot.word] = barriers
        await context.close()
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


async def test_the_control_planted_barriers_are_found(demo: Demo, chromium: Browser) -> None:
    context = await context_for(chromium, LOOKS[0], None)
    page = await context.new_page()
    await at(page, demo, SHOTS[0])
    assert await violations(page) == []
    await page.evaluate(
        """() => {
          const main = document.querySelector('main');
          main.append(Object.assign(document.createElement('img'), {src: '/icon.svg'}));
          main.append(Object.assign(document.createElement('button'), {type: 'button'}));
          const pale = Object.assign(document.createElement('p'), {textContent: '看不清的字'});
          pale.style.color = '#ddd';
          main.append(pale);
        }"""
    )
    rules = {found.partition(":")[0] for found in await violations(page)}
    assert {"image-alt", "button-name", "color-contrast"} <= rules
    await context.close()
