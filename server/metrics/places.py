"""Where the workers of one installation leave their figures for each other: a folder with a file for each.

A scrape reaches any one worker and must show all of them. Every worker takes the lowest free place in the folder: a number,
which is its label, and a lock (flock(2)) on `<place>.lock`, which the kernel gives back however the worker ends. The file
`<place>.prom` counts for as long as somebody holds that lock. So a number is used again by the worker that replaces a dead one,
no process id is ever taken for another's, and what the dead leave is removed by whoever reads next.

All calls block for some file operations: make them beside the event loop. May be imported by server and tests.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

import structlog

from server.metrics.exposition import Damaged, samples_of
from storage.errors import NotReady

log = structlog.get_logger(__name__)

PLACES_MAX = 256
"""Four times the workers a parent may have: in a rolling restart there are twice as many for a while."""

FILE_BYTES_MAX = 1_048_576
"""A worker with every series there can be writes a quarter of this."""

TRIES, PAUSE_S = 3, 0.002
"""A reader holds the lock of a free place for microseconds; who wants the place looks again."""


class Place:
    """A worker's place in the folder. Make it with `Place.take`.

    Attributes:
        number: 0, 1, 2 …
    """

    def __init__(self, folder: Path, number: int, parent: int, lock: int) -> None:
        self.number = number
        self._folder = folder
        self._mark = f"# workers of {parent}\n"
        self._lock = lock
        self._left_out: set[str] = set()

    @classmethod
    def take(cls, folder: Path, parent: int) -> Self:
        """Take the lowest free place.

        Args:
            folder: Made (mode 0700) when missing.
            parent: Process whose workers belong together; files of another one's are left alone.

        Raises:
            NotReady: The folder cannot be used, or every place is taken.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            for number in range(PLACES_MAX):
                if (lock := _locked(folder / f"{number}.lock")) is not None:
                    _path(folder, number).unlink(missing_ok=True)
                    return cls(folder, number, parent, lock)
        except OSError as fault:
            raise NotReady(f"the folder for metrics cannot be used: {fault.strerror}") from None
        raise NotReady(f"more than {PLACES_MAX} workers share one data folder")

    def publish(self, text: str) -> None:
        """Replace the own file; a reader sees the old one or the new one.

        Raises:
            OSError: It cannot be written.
        """
        draft = self._folder / f"{self.number}.draft"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        # No fsync: after a power cut nobody wants these figures.
        with os.fdopen(os.open(draft, flags, 0o600), "w") as file:
            file.write(self._mark + text)
        draft.replace(_path(self._folder, self.number))

    def others(self) -> list[dict[str, list[str]]]:
        """Samples of the living siblings by family; files of dead workers are removed, damaged ones left out."""
        found = []
        for number in range(PLACES_MAX):
            path = _path(self._folder, number)
            if number == self.number or not path.exists() or not self._lives(number):
                continue
            if samples := self._read(path):
                found.append(samples)
        return found

    def leave(self) -> None:
        """Remove the own file and give the place back."""
        _path(self._folder, self.number).unlink(missing_ok=True)
        os.close(self._lock)

    def _lives(self, number: int) -> bool:
        """Whether somebody holds the place; when nobody does, what was left there is removed."""
        lock = os.open(self._folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            _path(self._folder, number).unlink(missing_ok=True)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _read(self, path: Path) -> dict[str, list[str]] | None:
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                content = file.read(FILE_BYTES_MAX + 1)
            if len(content) > FILE_BYTES_MAX:
                raise Damaged("too large")
            text = content.decode()
            samples = samples_of(text) if text.startswith(self._mark) else None
        except FileNotFoundError:
            return None  # its worker ended this very moment
        except (Damaged, UnicodeDecodeError, OSError):
            if path.name not in self._left_out:
                self._left_out.add(path.name)
                log.warning("figures of a worker are damaged and left out", place=path.stem)
            return None
        self._left_out.discard(path.name)
        return samples


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number}.prom"


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock; None when somebody else does."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    for attempt in range(TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt + 1 < TRIES:
                time.sleep(PAUSE_S)
        else:
            return lock
    os.close(lock)
    return None
