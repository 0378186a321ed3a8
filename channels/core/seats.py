"""Values of the hub: readers, topics, and the seats of readers that are not simply live. No behaviour.

May be imported by the core and by tests.
"""

from dataclasses import dataclass
from enum import Enum

from channels.core.ports import SocketPort
from channels.core.sequencer import UNKNOWN, Item, Sequencer


@dataclass(frozen=True, slots=True)
class HubLimits:
    """Bounds of the hub.

    Attributes:
        soft_bytes: Unsent bytes of one reader above which it gets no pushes: some hundred messages.
        hard_bytes: Unsent bytes above which it is closed at once; answers to its own commands count too.
        lag_ms: Time to drain to a quarter of soft_bytes before it is closed.
        watch_ms: How often lagging readers are looked at.
        seat_bytes: Entries kept for one seated reader; beyond it the log is read again.
        linger_ms: A topic whose last reader has left is remembered so long: readers that come back after a short drop
            are served from memory.
        linger_count: Most such topics; the one left longest ago goes first.
        linger_bytes: Most bytes of entries kept for all of them.
    """

    soft_bytes: int = 262_144
    hard_bytes: int = 4_194_304
    lag_ms: int = 10_000
    watch_ms: int = 100
    seat_bytes: int = 262_144
    linger_ms: int = 30_000
    linger_count: int = 10_000
    linger_bytes: int = 33_554_432


class Mode(Enum):
    """Why a reader is not simply live."""

    JOIN = "join"
    """Subscribing: entries are buffered until the backlog was read."""
    PASS = "pass"  # noqa: S105 - a word, not a secret
    """It read ahead of the cursor: entries up to `at` are skipped."""
    HOLD = "hold"
    """Its rights are being judged: entries are buffered."""
    LAG = "lag"
    """It reads too slowly: entries are left out."""


class Link:
    """One connection as the hub sees it.

    Attributes:
        port: The socket.
        packs: It understands compressed frames that take over no context.
        transport: Its transport, for the hot path; writing may raise RuntimeError once it closes.
        out: Frames of its own in this turn; None while there are none, so that the hot path touches no list.
        seats: Topic -> seat; None where it is live.
        lag_since_ms: Since when it reads too slowly; None when it keeps up.
        holds: How many judgements of its rights are under way.
        open: False once it is closed or lost.
        ended_by: Key of the close code we sent; `lost` when we sent none.
    """

    __slots__ = ("ended_by", "holds", "lag_since_ms", "open", "out", "packs", "port", "seats", "transport")

    def __init__(self, port: SocketPort) -> None:
        self.port = port
        self.transport = port.transport
        self.packs = port.packs
        self.out: list[bytes] | None = None
        self.seats: dict[str, Seat | None] = {}
        self.lag_since_ms: int | None = None
        self.holds = 0
        self.open = True
        self.ended_by = "lost"


class Stream:
    """One topic that has readers here, or had some a moment ago.

    Attributes:
        name: Topic.
        order: Puts its entries in order.
        live: Readers that get everything.
        seats: Readers that do not, and why.
        out: Frames of this turn.
        left_ms: Monotonic time when the last reader left; 0 while there are readers.
    """

    __slots__ = ("left_ms", "live", "name", "order", "out", "seats")

    def __init__(self, name: str) -> None:
        self.name = name
        self.order = Sequencer()
        self.live: set[Link] = set()
        self.seats: dict[Link, Seat] = {}
        self.out: list[bytes] = []
        self.left_ms = 0


class Seat:
    """A reader's place in a topic while it is not live.

    Attributes:
        link: The reader.
        stream: The topic.
        mode: Why.
        at: The last entry the reader has or will have from elsewhere.
        buffer: Entries for later, oldest first, without holes (JOIN and HOLD).
        size_bytes: Of the buffer.
        lost: The buffer overflowed and was emptied.
    """

    __slots__ = ("at", "buffer", "link", "lost", "mode", "size_bytes", "stream")

    def __init__(self, link: Link, stream: Stream, mode: Mode, at: int = UNKNOWN) -> None:
        self.link = link
        self.stream = stream
        self.mode = mode
        self.at = at
        self.buffer: list[Item] = []
        self.size_bytes = 0
        self.lost = False

    def restart(self) -> None:
        """Begin to buffer anew: the log is about to be read."""
        self.buffer, self.size_bytes, self.lost = [], 0, False

    def keep(self, item: Item, most_bytes: int) -> None:
        """Buffer an entry; beyond `most_bytes` the buffer is given up."""
        if self.lost:
            return
        self.buffer.append(item)
        self.size_bytes += len(item.frame)
        if self.size_bytes > most_bytes:
            self.lost, self.buffer = True, []
