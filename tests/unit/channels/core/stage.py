"""A hub on a hand-turned event loop: nothing happens until the test turns it."""

from collections import deque
from collections.abc import Callable

from channels.core.counts import Counts
from channels.core.framing import payload_of, text_frame
from channels.core.hub import Hub
from channels.core.seats import HubLimits, Link
from channels.core.sequencer import Item
from channels.protocol.close_codes import CloseRow


class Port:
    """A socket that keeps what is written.

    Attributes:
        writes: One element per write.
        stuck: The peer does not read: written bytes stay buffered.
        closing: Its transport takes nothing any more.
        packs: It understands compression.
        closed: Row and advice of the close.
    """

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.stuck = False
        self.closing = False
        self.packs = False
        self.waiting_bytes = 0
        self.closed: tuple[CloseRow, int | None] | None = None

    @property
    def transport(self) -> "Port":
        return self

    def write(self, frames: bytes, /) -> None:
        if self.closing:
            raise RuntimeError("the handler is closed")
        self.writes.append(frames)
        if self.stuck:
            self.waiting_bytes += len(frames)

    def get_write_buffer_size(self) -> int:
        return self.waiting_bytes

    def write_frame(self, frames: bytes) -> None:
        self.write(frames)

    def buffered_bytes(self) -> int:
        return self.waiting_bytes

    def close(self, row: CloseRow, retry_after_ms: int | None = None) -> None:
        self.closed = (row, retry_after_ms)

    @property
    def payloads(self) -> list[bytes]:
        """Payloads of everything written."""
        data, found = b"".join(self.writes), []
        while data:
            payload = payload_of(data[:10]) if data[1] < 126 else b""
            head = 2 if data[1] < 126 else 4 if data[1] == 126 else 10
            size = data[1] if head == 2 else int.from_bytes(data[2:head], "big")
            payload = data[head : head + size]
            found.append(payload)
            data = data[head + size :]
        return found

    @property
    def numbers(self) -> list[int]:
        """Entries among the payloads."""
        return [int(payload) for payload in self.payloads if payload.isdigit()]


class Stage:
    """A hub, its clock and its event loop.

    Attributes:
        gaps: Topics whose gap was reported.
        counts: What the hub did.
    """

    def __init__(self, limits: HubLimits | None = None) -> None:
        self.now_ms = 0
        self._soon: deque[Callable[[], None]] = deque()
        self._later: list[tuple[int, Callable[[], None]]] = []
        self.counts = Counts()
        self.hub = Hub(self._soon.append, self._call_later, lambda: self.now_ms, limits, self.counts)
        self.gaps: list[str] = []
        self.hub.on_gap = self.gaps.append

    def _call_later(self, after_s: float, what: Callable[[], None]) -> None:
        self._later.append((self.now_ms + round(after_s * 1_000), what))

    def turn(self) -> None:
        """One turn of the event loop."""
        for _ in range(len(self._soon)):
            self._soon.popleft()()

    def pass_ms(self, by_ms: int) -> None:
        """Let time pass, running what becomes due."""
        for _ in range(by_ms // 10):
            self.now_ms += 10
            due = [entry for entry in self._later if entry[0] <= self.now_ms]
            self._later = [entry for entry in self._later if entry[0] > self.now_ms]
            for _at, what in due:
                what()
            self.turn()

    def reader(self, topic: str | None = None, at: int = 0) -> tuple[Link, Port]:
        """A reader, in a topic when one is given."""
        port = Port()
        link = Link(port)
        if topic is not None:
            seat = self.hub.attach(link, topic)
            assert self.hub.joins_at(seat, at)
            self.hub.join(seat, at)
        return link, port

    def say(self, topic: str, *seqs: int, size_bytes: int = 0) -> None:
        """Entries become known."""
        self.hub.deliver(topic, [entry(seq, size_bytes) for seq in seqs])


def entry(seq: int, size_bytes: int = 0) -> Item:
    """An entry whose payload is its number, padded with leading zeros."""
    return Item(seq, text_frame(str(seq).encode().rjust(size_bytes, b"0")), revises=False)
