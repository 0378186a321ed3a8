"""Folders for servers under test: in memory when the machine has /dev/shm, and swept when a run was killed."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "huitang-test-"
OWNER = re.compile(rf"{PREFIX}(\d+)-")


def _root() -> Path:
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it has a random name and mode 0700
    return memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


def sweep() -> None:
    """Remove what runs that were killed have left."""
    for left in _root().glob(f"{PREFIX}*"):
        owner = OWNER.match(left.name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A fresh folder, removed at the end."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_root()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
