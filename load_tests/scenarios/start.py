"""From the server command of `make run` to the first page that is answered, everything installed: the second start.

The first start makes the demo organisation and is measured, too. Both start their MongoDB.
"""

import asyncio
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.house import HOST, HouseFault
from load_tests.outcome import Outcome
from load_tests.programs import ROOT, start, stop
from load_tests.screen import Screen

LIMIT_S = 60.0
LOOK_S = 0.01
_PLACE = re.compile(r"会堂 Huitang: http://[^ ]*?:(\d+)")


@dataclass(frozen=True, slots=True)
class Start:
    """Options."""

    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})


async def run(options: Start, screen: Screen) -> Outcome:
    """Start twice.

    Raises:
        HouseFault: It does not start, or has no page (the web client is not built).
    """
    place = tempfile.mkdtemp(prefix=f"huitang-load-{os.getpid()}-", dir=options.folder)
    folder, figures = Path(place), dict[str, float]()
    try:
        for word in ("first", "second"):
            with screen.step(f"the {word} start"):
                figures[f"{word}_start_s"] = await _start(folder, word)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return Outcome(options, figures)


def _environment(folder: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUITANG_")}
    web = os.environ.get("HUITANG_WEB_DIR", str(ROOT / "web_client" / "dist"))
    return kept | {
        "HUITANG_DATA_DIR": str(folder / "var"),
        "HUITANG_HOST": HOST,
        "HUITANG_PORT": "0",
        "HUITANG_WEB_DIR": web,
        "PYTHONUNBUFFERED": "1",
    }


async def _start(folder: Path, word: str) -> float:
    """Seconds from the command to the first page."""
    log = folder / f"{word}.log"
    with log.open("wb") as output:
        began = time.monotonic()
        program = await start(("-m", "server", "up"), _environment(folder), output)
        try:
            async with asyncio.timeout(LIMIT_S):
                while not (found := _PLACE.search(log.read_text(errors="replace"))):
                    if program.returncode is not None:
                        raise HouseFault(f"the server ended at its {word} start")
                    await asyncio.sleep(LOOK_S)
                status = await _page(int(found[1]))
                took_s = time.monotonic() - began
        except TimeoutError:
            raise HouseFault(f"no page within {LIMIT_S:.0f} s") from None
        finally:
            await stop(program)
    if b" 200 " not in status:
        raise HouseFault("the server has no page: the web client is not built (make setup)")
    return took_s


async def _page(port: int) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept: text/html\r\n\r\n".encode())
        return await reader.readline()
    finally:
        writer.close()
