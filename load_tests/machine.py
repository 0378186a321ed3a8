"""What was measured on: facts of the machine and versions of what ran. Linux only (/proc)."""

import asyncio
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from load_tests.house import House

PACKAGES = (
    "uvloop",
    "uvicorn",
    "websockets",
    "starlette",
    "python-socketio",
    "pymongo",
    "motor",
    "redis",
    "picows",
    "orjson",
)
ANSWER_S = 20.0


def machine() -> dict[str, str]:
    """Cores, memory, kernel, load, Python and packages."""
    one, five, fifteen = os.getloadavg()
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load average before": f"{one:.2f} {five:.2f} {fifteen:.2f}",
        "Python": f"{platform.python_implementation()} {sys.version.split()[0]}",
        **{name: found for name in PACKAGES if (found := _version(name))},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


async def databases(house: House) -> Mapping[str, str]:
    """Versions of the MongoDB and Redis that a house runs."""
    pids = house.pids()
    found = {"MongoDB": await _says(pids.mongod), "Redis": await _says(pids.redis)}
    return {name: words for name, words in found.items() if words}


async def _says(pid: int | None) -> str:
    """The first line that a running program's binary says of its version."""
    if pid is None:
        return ""
    binary = os.readlink(f"/proc/{pid}/exe")
    asked = await asyncio.create_subprocess_exec(
        binary, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(ANSWER_S):
            said, _ = await asked.communicate()
    except TimeoutError:
        asked.kill()
        await asked.wait()
        return ""
    return said.decode(errors="replace").partition("\n")[0].strip()
