"""The bus: tells other processes that something happened. A wake-up, never a source (realtime.md 6).

May be imported by every floor.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

Callback = Callable[[bytes], None]
"""Is given a payload. Must not block or wait; what it raises is logged and swallowed."""

Unsubscribe = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class BusCounts:
    """What one process's bus has done since its start; read by metrics.

    Attributes:
        published: Messages handed to the bus.
        heard: Messages that arrived, own ones included.
        lost: Messages that could not be handed on.
        links: Links that were made; the first one counts.
    """

    published: int = 0
    heard: int = 0
    lost: int = 0
    links: int = 0


class Bus(Protocol):
    """At most once, in order per publisher, to all who subscribe now, the publisher's own subscriptions included.

    A message may be lost at any time and without notice; whoever must not miss anything compares sequence numbers with
    the database. The message path never waits for the bus, and the bus never raises into it.

    Attributes:
        counts: What was done since the start.
    """

    counts: BusCounts

    @property
    def linked(self) -> bool:
        """True while messages arrive, as far as we know."""
        ...

    @property
    def queued_bytes(self) -> int:
        """Payload that waits to leave."""
        ...

    async def publish(self, channel: str, payload: bytes) -> None:
        """Send `payload` to all subscribers of `channel`. Returns at once (never after more than 0.5 s), never raises."""
        ...

    async def flush(self) -> None:
        """Wait until what was published has left for every subscriber that is linked now; at most 0.5 s. Never raises."""
        ...

    async def subscribe(self, channel: str, callback: Callback) -> Unsubscribe:
        """Hear `channel` from now on.

        Returns when the subscription stands, or after 0.5 s when the bus is slow or out of reach (it then stands once
        `on_reconnect` has been told). Never raises.

        Returns:
            Call it to hear no more; may be called twice.
        """
        ...

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Be told when what was sent before may be lost.

        That is: a link has been made and all its subscriptions stand, a subscription stands later than its subscriber
        waited, or a channel moved to another server.
        """
        ...

    async def close(self) -> None:
        """Send what waits, at most 0.5 s, and hear no more."""
        ...


def deliver(callback: Callable[..., None], *payload: bytes) -> None:
    """Call a subscriber, or one who wants to know of reconnects, and survive it."""
    try:
        callback(*payload)
    except Exception:
        log.exception("a subscriber of the bus failed")
