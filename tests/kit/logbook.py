"""Everything that servers under test log, written to .cache/logs the way a server writes it, for `tests/after` to search."""

import logging
import os
from collections.abc import Iterator

import pytest

from server.telemetry import set_up_logs
from tests.kit.secrets import LOGS


@pytest.fixture(scope="session", autouse=True)
def logbook() -> Iterator[None]:
    """One file per test process."""
    LOGS.mkdir(parents=True, exist_ok=True)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with (LOGS / f"{worker}-{os.getpid()}.jsonl").open("w") as book:
        set_up_logs("info", "json", stream=book, cached=False)
        yield
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(False)
