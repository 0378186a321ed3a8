"""Between processes: JSON notes over the bus, in order per channel, own ones left out, damaged ones skipped.

A note is one line of JSON (the head), followed by lines that are JSON already (events encoded once). Nothing that must not
be lost travels here (realtime.md 6). May be imported by server and tests.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import structlog

from channels.core.refusals import place_of
from storage.bus.port import Bus, Unsubscribe
from storage.tasks import Tasks

log = structlog.get_logger(__name__)

PREFIX = "huitang."
"""Channels of ours on a Redis that others may use, too."""

QUEUE_NOTES = 10_000
"""Notes that may wait for the bus within one turn; the oldest go first, gap repair makes up for them."""

Head = dict[str, Any]
Listener = Callable[[Head, Sequence[bytes]], None]


class Relay:
    """Speaks and listens for one process.

    Args:
        bus: Carries the notes.
        node: Name of this process, unique among all.
        tasks: Owns the task that speaks.
    """

    def __init__(self, bus: Bus, node: str, tasks: Tasks) -> None:
        self.node = node
        self._bus = bus
        self._tasks = tasks
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=QUEUE_NOTES)
        self._silent = asyncio.Event()
        self._silent.set()
        self._closed = False

    def close(self) -> None:
        """Say nothing more; what waits is still sent."""
        self._closed = True

    def say(self, channel: str, head: Head, lines: Sequence[bytes] = ()) -> None:
        """Send a note to the other processes; returns at once, is never known to have arrived."""
        if self._closed:
            return
        self._waiting.append((channel, b"\n".join((orjson.dumps({"node": self.node} | head), *lines))))
        if self._silent.is_set():
            self._silent.clear()
            self._tasks.start(self._speak(), name="relay: speak")

    async def handed_over(self) -> None:
        """Wait until what was said is on its way to the other processes; at most half a second."""
        await self._silent.wait()  # putting notes on the bus takes no time
        await self._bus.flush()

    async def listen(self, channel: str, listener: Listener, *, own: bool = False) -> Unsubscribe:
        """Hear the notes of a channel; `own`: also those of this process. Returns what ends it."""

        def heard(payload: bytes) -> None:
            try:
                first, *lines = payload.split(b"\n")
                head = orjson.loads(first)
                if own or head["node"] != self.node:
                    listener(head, lines)
            except Exception as error:
                # Whatever came over the bus, the pump goes on: one line and the next note.
                log.warning("note skipped", channel=channel, fault=type(error).__name__, at=place_of(error))

        return await self._bus.subscribe(PREFIX + channel, heard)

    async def _speak(self) -> None:
        try:
            while self._waiting:
                channel, note = self._waiting.popleft()
                await self._bus.publish(PREFIX + channel, note)
        finally:
            self._silent.set()
