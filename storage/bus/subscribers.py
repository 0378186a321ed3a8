"""Who hears what: callbacks per channel, and those who want to know of reconnects. Imported by storage.bus only."""

from collections.abc import Callable

from storage.bus.port import BusCounts, Callback, deliver


class Subscribers:
    """Callbacks of one bus.

    Args:
        counts: Of the bus.
    """

    def __init__(self, counts: BusCounts) -> None:
        self._counts = counts
        self._callbacks: dict[str, dict[object, Callback]] = {}
        self._told: list[Callable[[], None]] = []
        self._late: set[str] = set()

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels somebody hears."""
        return tuple(self._callbacks)

    def add(self, channel: str, callback: Callback) -> object:
        """One more for a channel; returns the mark to remove it by."""
        mark = object()
        self._callbacks.setdefault(channel, {})[mark] = callback
        return mark

    def remove(self, channel: str, mark: object) -> bool:
        """One less; True when it was the last of the channel. A second call changes nothing."""
        callbacks = self._callbacks.get(channel, {})
        if callbacks.pop(mark, None) is None or callbacks:
            return False
        del self._callbacks[channel]
        self._late.discard(channel)
        return True

    def hear(self, channel: str, payload: bytes) -> None:
        """A message came."""
        self._counts.heard += 1
        for callback in tuple(self._callbacks.get(channel, {}).values()):
            deliver(callback, payload)

    # -- reconnects ------------------------------------------------------------------------------------------------

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """See Bus."""
        self._told.append(callback)

    def will_be_late(self, channel: str) -> None:
        """Nobody waits for the subscription any more: when it stands, say so as after a reconnect."""
        if channel in self._callbacks:
            self._late.add(channel)

    def stood(self, channel: str) -> None:
        """A subscription stands."""
        if channel in self._late:
            self._late.discard(channel)
            self.tell()

    def tell(self) -> None:
        """What was sent before now may be lost."""
        for callback in tuple(self._told):
            deliver(callback)

    def clear(self) -> None:
        """Nobody hears anything any more."""
        self._callbacks.clear()
        self._told.clear()
