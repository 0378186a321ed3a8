"""Topics whose last reader has just left: remembered for a while, bounded in time, count and bytes.

A short drop of a room's only reader, or of a whole hall behind one access point, would otherwise throw the topic's memory
away just before everybody asks for it. Pure. Imported by channels.core.hub.
"""

from collections import OrderedDict

from channels.core.seats import HubLimits, Stream


class Lingering:
    """The topics that were left, the one left longest ago first.

    Args:
        limits: Bounds.
    """

    def __init__(self, limits: HubLimits) -> None:
        self._limits = limits
        self._left: OrderedDict[str, Stream] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._left)

    def leave(self, stream: Stream, now_ms: int) -> list[Stream]:
        """The last reader left; returns what has to be forgotten for it, maybe the stream itself."""
        stream.left_ms = max(1, now_ms)
        self._left[stream.name] = stream
        self._bytes += stream.order.memory_bytes
        return self._evict()

    def come_back(self, stream: Stream) -> None:
        """Somebody reads the topic again; nothing happens when it had not been left."""
        if stream.left_ms:
            stream.left_ms = 0
            del self._left[stream.name]
            self._bytes -= stream.order.memory_bytes

    def sweep(self, now_ms: int) -> list[Stream]:
        """Returns what was left too long ago, or has grown too large since: topics go on receiving while they linger."""
        late_ms = now_ms - self._limits.linger_ms
        gone = []
        while self._left and next(iter(self._left.values())).left_ms <= late_ms:
            gone.append(self._left.popitem(last=False)[1])
        self._bytes = sum(stream.order.memory_bytes for stream in self._left.values())
        return gone + self._evict()

    def _evict(self) -> list[Stream]:
        gone = []
        while len(self._left) > self._limits.linger_count or (
            self._bytes > self._limits.linger_bytes and self._left
        ):
            _, stream = self._left.popitem(last=False)
            self._bytes -= stream.order.memory_bytes
            gone.append(stream)
        return gone
