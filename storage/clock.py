"""Time as an argument. Wall time in integer milliseconds since the epoch (UTC), durations from a monotonic clock.

May be imported by every floor. This is the only module that reads the system clock.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What code that needs time asks for."""

    def now_ms(self) -> int:
        """Wall time, integer milliseconds since 1970-01-01T00:00:00Z."""
        ...

    def monotonic_ms(self) -> int:
        """Monotonic time in milliseconds; only differences mean something."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Wall time in milliseconds (UTC)."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Monotonic time in milliseconds."""
        return time.monotonic_ns() // 1_000_000


class FixedClock:
    """A clock that stands until it is moved; for tests, fixtures and replays.

    Args:
        start_ms: First wall time in milliseconds.
    """

    def __init__(self, start_ms: int = 1_780_000_000_000) -> None:
        self._now_ms = start_ms
        self._monotonic_ms = 0

    def now_ms(self) -> int:
        """Wall time in milliseconds as last set."""
        return self._now_ms

    def monotonic_ms(self) -> int:
        """Sum of all forward moves in milliseconds."""
        return self._monotonic_ms

    def advance(self, by_ms: int) -> None:
        """Move both clocks forward by `by_ms` milliseconds (>= 0)."""
        self._now_ms += by_ms
        self._monotonic_ms += by_ms

    def jump(self, by_ms: int) -> None:
        """Step the wall clock only, as a wrong or corrected system clock does; may be negative."""
        self._now_ms += by_ms


def utc(ms: int) -> datetime:
    """Aware UTC datetime of a wall time in milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC)
