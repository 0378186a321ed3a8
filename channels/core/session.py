"""One connection as a state machine without I/O: bytes and time go in, actions come out.

    NEW --hello--> AUTHENTICATING --admitted--> OPEN --close--> CLOSED
     |                  |                         |
     +-- hello too late +-- not known             +-- silence, too many errors, flood, server's wish

Times are monotonic milliseconds. Deadlines are values: the owner calls `tick` when `deadline_ms` has passed. The owner
carries out the actions in order. May be imported by server and tests.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from channels.protocol.base import PROTOCOL_VERSION, Command
from channels.protocol.close_codes import (
    HEARTBEAT_MISSED,
    HELLO_TIMEOUT,
    TOO_MANY_ERRORS,
    TRY_LATER,
    VERSION_UNKNOWN,
    CloseRow,
)
from channels.protocol.codec import Decoder, Undecodable, encode, encode_error
from channels.protocol.errors import (
    BAD_FIELD,
    BAD_FRAME,
    BUSY,
    HELLO_FIRST,
    PROTOCOL_VERSION_UNKNOWN,
    TOO_MANY_REQUESTS,
    Refused,
)
from channels.protocol.frames import Heartbeat, Hello, Welcome
from moderation.limits import Bucket, take


class Phase(Enum):
    """Where a connection stands."""

    NEW = "new"
    AUTHENTICATING = "authenticating"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Bounds of one connection.

    Attributes:
        hello_ms: Time for the hello after the handshake (realtime.md: hello/auth message <= 5 s).
        admission_ms: Time for the store to know the caller, after which the server calls itself overloaded.
        heartbeat_ms: Told to clients.
        silence_ms: Nothing heard for so long ends the connection. Browsers run timers of hidden pages once a minute: two
            of those and some air. Dead peers are found much sooner by the pings below.
        errors_max: Malformed frames within errors_window_ms that end the connection.
        errors_window_ms: See errors_max.
        commands_max: Commands under way at once.
        burst: Frames at once.
        per_minute: Frames per minute after the burst; 0 for no limit (load tests).
        floods_max: Frames refused for the rate within errors_window_ms that end the connection.
        flood_pause_ms: When a flooding client may come back.
    """

    hello_ms: int = 5_000
    admission_ms: int = 10_000
    heartbeat_ms: int = 25_000
    silence_ms: int = 135_000
    errors_max: int = 20
    errors_window_ms: int = 60_000
    commands_max: int = 32
    burst: int = 300
    per_minute: int = 1_800
    floods_max: int = 200
    flood_pause_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class Send:
    """Send one server frame; `payload` is its JSON."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket."""

    row: CloseRow
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Find out who says hello, then call `admitted` or `close`."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a command; call `finished` with its ref at the end (heartbeats excepted)."""

    command: Command


Action = Send | Close | Authenticate | Start


class Session:
    """State of one connection.

    Args:
        decoder: Knows every command.
        limits: Bounds.
        now_ms: Time of the handshake.
    """

    __slots__ = (
        "_bucket", "_decoder", "_errors_ms", "_floods_ms", "_heard_ms", "_limits", "_opened_ms", "_under_way",
        "hello_ref", "phase",
    )  # fmt: skip

    def __init__(self, decoder: Decoder, limits: SessionLimits, now_ms: int) -> None:
        self._decoder = decoder
        self._limits = limits
        self._opened_ms = now_ms
        self._heard_ms = now_ms
        self._bucket: Bucket | None = None
        self._errors_ms: deque[int] | None = None
        self._floods_ms: deque[int] | None = None
        self._under_way: set[int] = set()
        self.phase = Phase.NEW
        self.hello_ref = 1

    @property
    def deadline_ms(self) -> int:
        """When `tick` has something to say, unless something is heard before."""
        if self.phase is Phase.OPEN:
            return self._heard_ms + self._limits.silence_ms
        extra_ms = self._limits.admission_ms if self.phase is Phase.AUTHENTICATING else 0
        return self._opened_ms + self._limits.hello_ms + extra_ms

    @property
    def heard_ms(self) -> int:
        """When the client was last heard."""
        return self._heard_ms

    @property
    def commands_under_way_count(self) -> int:
        """Commands that were started and have not finished."""
        return len(self._under_way)

    def received(self, raw: bytes, now_ms: int) -> list[Action]:
        """A text message came in."""
        if self.phase is Phase.CLOSED:
            return []
        self._heard_ms = now_ms
        wait_ms = self._take(now_ms)
        try:
            command = self._decoder.decode(raw)
        except Undecodable as bad:
            return self._malformed(bad.refused, bad.ref, now_ms)
        if wait_ms:
            return self._flooded(command.ref, wait_ms, now_ms)
        if isinstance(command, Hello):
            return self._hello(command, now_ms)
        if self.phase is not Phase.OPEN:
            return self._malformed(Refused(HELLO_FIRST), command.ref, now_ms)
        return self._start(command, now_ms)

    def received_binary(self, now_ms: int) -> list[Action]:
        """A binary message came in: the wire is text."""
        if self.phase is Phase.CLOSED:
            return []
        self._heard_ms = now_ms
        return self._malformed(Refused(BAD_FRAME), None, now_ms)

    def admitted(self, welcome: Welcome, now_ms: int) -> list[Action]:
        """The caller is known; nothing happens when the connection closed meanwhile."""
        if self.phase is not Phase.AUTHENTICATING:
            return []
        self.phase = Phase.OPEN
        self._heard_ms = now_ms
        return [Send(encode(welcome))]

    def finished(self, ref: int) -> None:
        """A started command is answered."""
        self._under_way.discard(ref)

    def tick(self, now_ms: int) -> list[Action]:
        """Time has passed."""
        if self.phase is Phase.CLOSED or now_ms < self.deadline_ms:
            return []
        if self.phase is Phase.NEW:
            return self.close(HELLO_TIMEOUT)
        if self.phase is Phase.AUTHENTICATING:
            return self.close(TRY_LATER, self._limits.flood_pause_ms)
        return self.close(HEARTBEAT_MISSED)

    def close(self, row: CloseRow, retry_after_ms: int | None = None) -> list[Action]:
        """End the connection; a second call says nothing."""
        if self.phase is Phase.CLOSED:
            return []
        self.phase = Phase.CLOSED
        return [Close(row, retry_after_ms)]

    def _hello(self, hello: Hello, now_ms: int) -> list[Action]:
        if self.phase is not Phase.NEW:
            return self._malformed(Refused(BAD_FRAME), hello.ref, now_ms)
        if hello.protocol != PROTOCOL_VERSION:
            answer = Send(encode_error(hello.ref, Refused(PROTOCOL_VERSION_UNKNOWN)))
            return [answer, *self.close(VERSION_UNKNOWN)]
        self.phase = Phase.AUTHENTICATING
        self.hello_ref = hello.ref
        return [Authenticate(hello)]

    def _start(self, command: Command, now_ms: int) -> list[Action]:
        if isinstance(command, Heartbeat):
            return [Start(command)]
        if command.ref in self._under_way:
            # Answering would settle the other command of that number: say it without a ref.
            return self._malformed(Refused(BAD_FIELD, field="ref"), None, now_ms)
        if len(self._under_way) >= self._limits.commands_max:
            return [Send(encode_error(command.ref, Refused(BUSY, retry_after_ms=1_000)))]
        self._under_way.add(command.ref)
        return [Start(command)]

    def _take(self, now_ms: int) -> int:
        if not self._limits.per_minute:
            return 0
        self._bucket, wait_ms = take(self._bucket, self._limits.burst, self._limits.per_minute, now_ms)
        return wait_ms

    def _malformed(self, refused: Refused, ref: int | None, now_ms: int) -> list[Action]:
        self._errors_ms = self._errors_ms or deque()
        answer = Send(encode_error(ref, refused))
        if self._too_many(self._errors_ms, self._limits.errors_max, now_ms):
            return [answer, *self.close(TOO_MANY_ERRORS)]
        return [answer]

    def _flooded(self, ref: int, wait_ms: int, now_ms: int) -> list[Action]:
        self._floods_ms = self._floods_ms or deque()
        if self._too_many(self._floods_ms, self._limits.floods_max, now_ms):
            return self.close(TRY_LATER, self._limits.flood_pause_ms)
        refused = Refused(TOO_MANY_REQUESTS, retry_after_ms=wait_ms, s=-(-wait_ms // 1_000))
        return [Send(encode_error(ref, refused))]

    def _too_many(self, times_ms: deque[int], most: int, now_ms: int) -> bool:
        times_ms.append(now_ms)
        while times_ms[0] <= now_ms - self._limits.errors_window_ms:
            times_ms.popleft()
        return len(times_ms) >= most
