"""The bus over the pub/sub of one Redis server. May be imported by server and tests."""

from collections.abc import Callable

from storage.bus.line import PLAIN, Ears, Line, stands
from storage.bus.port import BusCounts, Callback, Unsubscribe
from storage.bus.subscribers import Subscribers
from storage.tasks import Tasks


class RedisBus:
    """See Bus. Make it with `RedisBus.open`."""

    def __init__(self, url: str) -> None:
        self.counts = BusCounts()
        self._tasks = Tasks()
        self._subscribers = Subscribers(self.counts)
        ears = Ears(
            self._subscribers.hear,
            self._subscribers.stood,
            self._subscribers.tell,
            cut=lambda: None,
            astray=lambda: None,
        )
        self._line = Line(url, PLAIN, ears, self._tasks, self.counts)
        self._closed = False

    @classmethod
    async def open(cls, url: str) -> "RedisBus":
        """Start both pumps; waits for the first link, but not longer than 0.5 s and without complaint."""
        bus = cls(url)
        bus._line.start()
        await stands(bus._line.linked)
        return bus

    @property
    def linked(self) -> bool:
        """See Bus."""
        return self._line.linked.is_set()

    @property
    def queued_bytes(self) -> int:
        """See Bus."""
        return self._line.queued_bytes

    async def publish(self, channel: str, payload: bytes) -> None:
        """See Bus; only puts it in the queue."""
        if not self._closed:
            self._line.publish(channel, payload)

    async def flush(self) -> None:
        """See Bus: Redis has answered, so it has written to its subscribers."""
        await stands(self._line.drained)

    async def subscribe(self, channel: str, callback: Callback) -> Unsubscribe:
        """See Bus."""
        mark = self._subscribers.add(channel, callback)

        async def unsubscribe() -> None:
            if self._subscribers.remove(channel, mark):
                self._line.unwant(channel)

        try:
            if not await stands(self._line.want(channel)):
                self._subscribers.will_be_late(channel)
        except BaseException:
            await unsubscribe()
            raise
        return unsubscribe

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """See Bus."""
        self._subscribers.on_reconnect(callback)

    async def close(self) -> None:
        """See Bus."""
        self._closed = True
        if len(self._tasks):
            await stands(self._line.drained)
        await self._tasks.close()
        self._subscribers.clear()
        await self._line.close()
