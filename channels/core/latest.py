"""Numbers that change faster than anybody reads: of many live events only the newest of a moment is told, and the last always.

The first event of a quiet topic goes out at once, so nobody waits for a count that changes seldom. Timers are the event
loop's; there is no task. May be imported by server and tests.
"""

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Protocol

from channels.protocol.base import LiveEvent, wire_type

PLACES_MAX = 10_000
"""Topics with news under way in one process; beyond it events are told at once."""


class CallLater(Protocol):
    """`loop.call_later`."""

    def __call__(self, delay: float, callback: Callable[..., object], /, *args: object) -> TimerHandle:
        """Call back after `delay` seconds."""
        ...


class Latest:
    """Holds the newest event of each (topic, type) until its moment is over.

    Args:
        call_later: The loop's.
        tell: What is done with an event that goes out.
    """

    def __init__(self, call_later: CallLater, tell: Callable[[LiveEvent], None]) -> None:
        self._call_later = call_later
        self._tell = tell
        self._waiting: dict[tuple[str, str], LiveEvent | None] = {}
        self._timers: dict[tuple[str, str], TimerHandle] = {}

    def offer(self, event: LiveEvent) -> None:
        """Tell the event now or, when one of its kind was told just before, at the end of that moment if it is still the newest."""
        place = (event.topic, wire_type(type(event)))
        if place in self._waiting:
            self._waiting[place] = event
            return
        self._tell(event)
        if len(self._waiting) < PLACES_MAX:
            self._open(place, event.latest_ms)

    def close(self) -> None:
        """Stop all timers; what waits is not told."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._waiting.clear()

    def _open(self, place: tuple[str, str], moment_ms: int) -> None:
        self._waiting[place] = None
        self._timers[place] = self._call_later(moment_ms / 1_000, self._end, place, moment_ms)

    def _end(self, place: tuple[str, str], moment_ms: int) -> None:
        del self._timers[place]
        event = self._waiting.pop(place)
        if event is not None:
            self._tell(event)
            self._open(place, moment_ms)
