"""Measure the client in Chromium (P11): first load, a busy room, 10,000 messages, memory over time.

    make client-speed                     some four minutes
    make client-speed SECONDS=3600        an hour of traffic for the memory
    make client-speed THROTTLE=4          on a processor four times slower, about a phone of the middle
    make client-speed ONLY="memory"       parts of it: load, scroll, busy, memory

A real server and database, a phone's window of 360 px, real Chinese text. Figures: JavaScript that is asked for until the first
message stands (compressed bodies); long tasks (Long Tasks API) while all of the room is scrolled through; the time from a key
or tap to the next paint (Event Timing API, 95th percentile over interactions) and tasks over 50 ms (Chromium trace) at 20
messages a second; the heap after collection, at the start and the end of the traffic. Ends with `short` and code 1 when a
target is missed.
"""

import argparse
import asyncio
import itertools
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websockets
from playwright.async_api import Browser, CDPSession, Page, async_playwright
from steps import ROOT

sys.path.insert(0, str(ROOT))
from load_tests.words import Words
from server.telemetry import set_up_logs
from storage.client import MongoSettings
from storage.ids import SystemIds
from storage.managed.mongod import MongodSettings, managed_mongod
from tests.browser.hall import BRANCH, Hall, open_hall
from tests.browser.people import Person, chromium_program, person_at

OUT = ROOT / ".cache" / "client-speed"
HISTORY = 10_000
SEED = 11
RATE = 20
BUSY_S = 30
LOAD_BYTES_MAX = 170_000
LISTED = 12
LONG_MS = 50
PAINT_P95_MS_MAX = 100
GROWTH_MAX = 0.1  # of the heap, from the first to the last third of the traffic: what a flat line may tremble
LOOKS = 9
PARTS = ("load", "scroll", "busy", "memory")
CATEGORIES = ["devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline"]

WATCH = """(() => {
  window.seen = {long: [], paints: new Map()};
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.long.push(task.duration);
  }).observe({type: 'longtask', buffered: true});
  new PerformanceObserver((list) => {
    for (const event of list.getEntries()) {
      if (event.interactionId) seen.paints.set(event.interactionId, Math.max(seen.paints.get(event.interactionId) ?? 0, event.duration));
    }
  }).observe({type: 'event', durationThreshold: 16});
})()"""

FIRST_MESSAGE = """(() => {
  performance.setResourceTimingBufferSize(1000);
  const look = new MutationObserver(() => {
    if (document.querySelector('article') === null) return;
    performance.mark('first message');
    look.disconnect();
  });
  look.observe(document, {childList: true, subtree: true});
})()"""

SCRIPTS_BEFORE = """() => {
  const [mark] = performance.getEntriesByName('first message');
  const scripts = performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js') && one.startTime <= mark.startTime);
  return scripts.map((one) => ({name: one.name.split('/').pop(), bytes: one.encodedBodySize}));
}"""

SCROLL = """async (list) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  let rest = 0, frames = 0;
  for (;;) {
    const before = list.scrollTop;
    list.scrollTop = before - 400;
    await frame();
    frames += 1;
    const begins = [...list.querySelectorAll('[role=listitem] > p')].some((row) => row.textContent.trim() === '这里是最早的消息');
    if (begins) return {frames, first: list.querySelector('article').innerText, height: list.scrollHeight};
    rest = list.scrollTop >= before ? rest + 1 : 0;
    if (rest > 600) throw new Error('the list stands still before its beginning');
  }
}"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report; `most` is the target."""

    what: str
    value: float
    most: float
    unit: str

    @property
    def met(self) -> bool:
        """The target is kept."""
        return self.value <= self.most

    def __str__(self) -> str:
        return f"  {self.what:<58} {self.value:>10,.1f} {self.unit:<4} (most {self.most:,.0f})  {'met' if self.met else 'SHORT'}"


class Voice:
    """Another member, who speaks over a socket of their own."""

    def __init__(self, line: websockets.ClientConnection, room: str) -> None:
        self._line = line
        self._room = room
        self._words = Words(SEED)
        self._ids = SystemIds()
        self._refs = itertools.count(2)

    async def say(self, count: int, per_s: float | None = None, ahead: int = 24) -> None:
        """Speak so often: as fast as answers come, `ahead` unanswered, or at a rate."""
        unanswered = 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(count):
            if per_s is not None:
                await asyncio.sleep(max(0.0, began + number / per_s - loop.time()))
            frame = {
                "type": "chat.send",
                "ref": next(self._refs),
                "room": self._room,
                "cid": self._ids.uuid7(),
                "text": self._words.body(),
            }
            await self._line.send(json.dumps(frame))
            unanswered += 1
            while unanswered >= ahead or (number == count - 1 and unanswered):
                unanswered -= await self._answers()
            if per_s is not None and unanswered >= ahead // 2:
                unanswered -= await self._answers()

    async def _answers(self) -> int:
        frame = json.loads(await self._line.recv())
        if frame["type"] == "error":
            raise RuntimeError(f"refused: {frame['key']}")
        return int(frame["type"] == "reply")


@asynccontextmanager
async def voice(person: Person, room: str) -> AsyncIterator[Voice]:
    """A member's second device."""
    cookies = "; ".join(f"{c.get('name')}={c.get('value')}" for c in await person.page.context.cookies())
    address = person.url.replace("http", "ws", 1) + "/ws"
    async with websockets.connect(
        address, origin=websockets.Origin(person.url), additional_headers={"Cookie": cookies}
    ) as line:
        await line.send(
            json.dumps({"type": "hello", "ref": 1, "protocol": 1, "client": "speed/1", "locale": "zh-CN"})
        )
        welcome = json.loads(await line.recv())
        if welcome["type"] != "welcome":
            raise RuntimeError(f"not let in: {welcome}")
        yield Voice(line, room)


async def first_load(person: Person, room: str) -> Figure:
    """Compressed bodies of the scripts that were asked for before the first message stood, from an empty cache."""
    page = await person.page.context.new_page()
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await session.send("Network.setBypassServiceWorker", {"bypass": True})
    await page.add_init_script(FIRST_MESSAGE)
    await page.goto(f"{person.url}/chat/{room}")
    await page.get_by_role("list", name="消息", exact=True).get_by_role("article").first.wait_for()
    scripts: list[dict[str, Any]] = await page.evaluate(SCRIPTS_BEFORE)
    for script in sorted(scripts, key=lambda one: -one["bytes"])[:LISTED]:
        print(f"  {script['bytes'] / 1_000:6.1f} kB  {script['name']}")
    total = sum(script["bytes"] for script in scripts)
    print(f"  {len(scripts)} scripts, {total / 1_000:.1f} kB")
    await page.close()
    return Figure("JavaScript until the first chat, gzip", total / 1_000, LOAD_BYTES_MAX / 1_000, "kB")


async def scrolled(page: Page) -> list[Figure]:
    """Scroll through the whole room; what the main thread did meanwhile."""
    await page.evaluate("seen.long.length = 0")
    found = await page.get_by_role("list", name="消息", exact=True).first.evaluate(SCROLL)
    long = await page.evaluate("seen.long")
    print(f"  scrolled up through {found['height']:,} px in {found['frames']:,} frames")
    if Words(SEED).body()[:8] not in found["first"]:
        raise RuntimeError("the beginning of the room is not what was said first")
    return [
        Figure("longest task while scrolling through 10,000 messages", max(long, default=0.0), LONG_MS, "ms"),
        Figure("tasks over 50 ms meanwhile", float(len(long)), 0, ""),
    ]


async def busy(browser: Browser, page: Page, speaker: Voice) -> list[Figure]:
    """Write and react while others say 20 messages a second."""
    await page.evaluate("seen.paints.clear()")
    composer = page.get_by_role("textbox", name="说点什么")
    trace = OUT / "busy-trace.json"
    await browser.start_tracing(
        page=page,
        path=trace,
        categories=CATEGORIES,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(speaker.say(RATE * BUSY_S, RATE))
        until = asyncio.get_running_loop().time() + BUSY_S
        words = Words(5)
        while asyncio.get_running_loop().time() < until:
            await composer.press_sequentially(words.body()[:12], delay=60)
            await composer.press("Enter")
    await browser.stop_tracing()
    paints = sorted((await page.evaluate("[...seen.paints.values()]")) or [0.0])
    tasks = long_tasks(trace)
    print(f"  {len(paints)} slow enough to be timed; trace: {trace.relative_to(ROOT)}")
    return [
        Figure(
            "interaction to next paint at 20 messages/s, p95",
            p95(paints),
            PAINT_P95_MS_MAX,
            "ms",
        ),
        Figure("longest task at 20 messages/s (trace)", max(tasks, default=0.0), LONG_MS, "ms"),
    ]


def p95(ordered: Sequence[float]) -> float:
    """The 95th percentile of ordered values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def long_tasks(trace: Path) -> list[float]:
    """Durations in ms of the tasks of the page's main thread over LONG_MS, from a Chromium trace."""
    events = json.loads(trace.read_text())["traceEvents"]
    mains = {
        (e["pid"], e["tid"])
        for e in events
        if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        e["dur"] / 1_000
        for e in events
        if e.get("ph") == "X" and e["name"].endswith("RunTask") and (e["pid"], e["tid"]) in mains
    ]
    return [took for took in tasks if took > LONG_MS]


async def memory(session: CDPSession, speaker: Voice, seconds: int) -> list[Figure]:
    """The heap after collection, LOOKS times over the traffic."""
    heaps = [await heap(session)]
    for _ in range(LOOKS):
        await speaker.say(RATE * seconds // LOOKS, RATE)
        heaps.append(await heap(session))
        print(f"  heap {heaps[-1] / 1e6:,.1f} MB", flush=True)
    third = len(heaps) // 3
    before, after = sum(heaps[1 : third + 1]) / third, sum(heaps[-third:]) / third
    return [
        Figure(
            f"growth of the heap over {seconds} s of traffic",
            100 * (after / before - 1),
            100 * GROWTH_MAX,
            "%",
        )
    ]


async def heap(session: CDPSession) -> float:
    """Bytes in use after a collection."""
    await session.send("HeapProfiler.collectGarbage")
    found = await session.send("Runtime.getHeapUsage")
    return float(found["usedSize"])


@dataclass(frozen=True, slots=True)
class Wish:
    """What is measured: seconds of traffic for the memory, how much slower the processor is made, which parts."""

    seconds: int
    throttle: float
    parts: frozenset[str]


async def measure(hall: Hall, browser: Browser, wish: Wish) -> Sequence[Figure]:
    """Every part that is wished for, in one room."""
    figures: list[Figure] = []
    url = f"http://localhost:{hall.served.port}"
    lin = await person_at(browser, "林书远", "lin.shuyuan", url, phone=False)
    cao = await person_at(browser, "曹玉兰", "cao.yulan", url, phone=True)
    for person in (lin, cao):
        await person.activate(await hall.code(person.name))
    async with voice(lin, hall.branch) as speaker:
        print(f"  … {HISTORY:,} messages", flush=True)
        await speaker.say(HISTORY)
        if "load" in wish.parts:
            figures.append(await first_load(cao, hall.branch))
        page = cao.page
        await page.add_init_script(WATCH)
        await page.goto(f"{url}/chat")
        await cao.enter(re.escape(BRANCH))
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": wish.throttle})
        await page.wait_for_timeout(1_000)
        if "scroll" in wish.parts:
            figures += await scrolled(page)
        await page.goto(f"{url}/chat/{hall.branch}")
        await page.wait_for_timeout(1_500)
        if "busy" in wish.parts:
            figures += await busy(browser, page, speaker)
        if "memory" in wish.parts:
            figures += await memory(session, speaker, wish.seconds)
    if cao.complaints:
        raise RuntimeError(f"the page complained: {cao.complaints}")
    return figures


async def run(wish: Wish) -> int:
    """Set up, measure, report."""
    OUT.mkdir(parents=True, exist_ok=True)
    os.environ["HUITANG_LIMIT_FACTOR"] = "1000"
    with tempfile.TemporaryDirectory(prefix="huitang-speed-") as folder:
        async with (
            managed_mongod(MongodSettings(Path(folder) / "mongo")) as mongod,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(
                executable_path=chromium_program(), args=["--no-sandbox"]
            )
            settings = MongoSettings(mongod.access.admin_url, "speed")
            async with open_hall(settings, Path(folder)) as hall:
                figures = await measure(hall, browser, wish)
            await browser.close()
    print(f"\nP11, processor slowed {wish.throttle:g} times:" if wish.throttle > 1 else "\nP11:")
    for figure in figures:
        print(figure)
    kept = [{"what": f.what, "value": f.value, "most": f.most, "met": f.met} for f in figures]
    (OUT / "figures.json").write_text(json.dumps(kept, indent=1))
    return 0 if all(figure.met for figure in figures) else 1


def main() -> int:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=90, help="of traffic for the memory")
    parser.add_argument("--throttle", type=float, default=1.0, help="how much slower the processor is made")
    parser.add_argument("--only", default=" ".join(PARTS), help="parts, apart by spaces")
    options = parser.parse_args()
    parts = frozenset(options.only.split())
    if not parts or parts - set(PARTS):
        parser.error(f"parts are {', '.join(PARTS)}")
    set_up_logs("warning", "console")
    return asyncio.run(run(Wish(options.seconds, options.throttle, parts)))


if __name__ == "__main__":
    sys.exit(main())
