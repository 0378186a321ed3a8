"""The bus of a single process: the same contract, no Redis. May be imported by server and tests."""

import asyncio
from collections.abc import Callable

from storage.bus.port import BusCounts, Callback, Unsubscribe, deliver


class LocalBus:
    """Delivers on the next turn of the event loop. Nothing is ever lost, so `on_reconnect` never fires."""

    def __init__(self) -> None:
        self._subscribers: dict[str, dict[object, Callback]] = {}
        self.counts = BusCounts()

    @property
    def linked(self) -> bool:
        """See Bus."""
        return True

    @property
    def queued_bytes(self) -> int:
        """See Bus; nothing waits longer than a turn."""
        return 0

    async def publish(self, channel: str, payload: bytes) -> None:
        """See Bus."""
        self.counts.published += 1
        loop = asyncio.get_running_loop()
        for mark in self._subscribers.get(channel, {}):
            loop.call_soon(self._deliver, channel, mark, payload)

    async def flush(self) -> None:
        """See Bus; what was published is delivered on the next turn."""
        await asyncio.sleep(0)

    async def subscribe(self, channel: str, callback: Callback) -> Unsubscribe:
        """See Bus."""
        mark = object()
        self._subscribers.setdefault(channel, {})[mark] = callback

        async def unsubscribe() -> None:
            callbacks = self._subscribers.get(channel, {})
            callbacks.pop(mark, None)
            if not callbacks:
                self._subscribers.pop(channel, None)

        return unsubscribe

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """See Bus; there is no link that could break."""

    async def close(self) -> None:
        """See Bus."""
        self._subscribers.clear()

    def _deliver(self, channel: str, mark: object, payload: bytes) -> None:
        if (callback := self._subscribers.get(channel, {}).get(mark)) is not None:
            self.counts.heard += 1
            deliver(callback, payload)
