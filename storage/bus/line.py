"""A line to one Redis server: one connection that publishes, one that listens; both come back by themselves.

Written against redis-py's `Connection` and not its `PubSub`, which reconnects silently: we must know when the link was
cut, or a lost message would stay lost. RESP2, because RESP3 changes the shape of pushed messages. Imported by storage.bus
only.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MovedError, RedisError

from storage.bus.port import BusCounts
from storage.tasks import Tasks

log = structlog.get_logger(__name__)

LIMIT_S = 0.5
"""Nobody waits longer for Redis (realtime.md, fault matrix)."""

QUEUE_BYTES = 16 * 1024 * 1024
"""What may wait for a slow Redis; older messages go first, for the newest head repairs all before it."""

BATCH = 500
PROBE_S = 1.0
SILENT_PROBES = 4
"""An idle link is asked once a second; after four unanswered times it is dead (a cut network says nothing)."""

TAKE_LIMIT_S = LIMIT_S * SILENT_PROBES
"""For all subscriptions of a new link to stand."""

AT_A_TIME = 50
"""Messages delivered in one turn of the event loop: reading what has already arrived does not give way by itself."""

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0

Link = Any
"""redis-py's `AbstractConnection`, which is only half typed."""

LINK_ERRORS = (RedisError, OSError, TimeoutError, asyncio.IncompleteReadError)


@dataclass(frozen=True, slots=True)
class Verbs:
    """The words of one kind of pub/sub."""

    publish: str
    subscribe: str
    unsubscribe: str
    message: bytes


PLAIN = Verbs("PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", b"message")
SHARDED = Verbs("SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE", b"smessage")
"""Redis Cluster since 7.0: a channel lives on the master of its slot, and only there."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what a line hears.

    Attributes:
        heard: A message: channel and payload.
        stood: A subscription stands now.
        linked: The link was made and all subscriptions stand: what was sent before may be lost.
        cut: The link is gone.
        astray: The server says that channels are not, or no longer, its own.
    """

    heard: Callable[[str, bytes], None]
    stood: Callable[[str], None]
    linked: Callable[[], None]
    cut: Callable[[], None]
    astray: Callable[[], None]


def client_of(url: str, timeout_s: float | None) -> Redis:
    """A client without a retry of its own: a repeated publish would be a doubled message, and we reconnect ourselves."""
    return Redis.from_url(
        url,
        protocol=2,
        socket_timeout=timeout_s,
        socket_connect_timeout=2.0,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
    )


class Line:
    """One server.

    Args:
        url: Where it is; may hold a password.
        verbs: Kind of pub/sub.
        ears: Who is told.
        tasks: Owns the pumps.
        counts: Of the bus the line is part of.

    Attributes:
        linked: Set while the listening link is up and all subscriptions made before it stand.
        queued_bytes: Payload that waits to be published.
        drained: Set while nothing waits to be published.
    """

    def __init__(self, url: str, verbs: Verbs, ears: Ears, tasks: Tasks, counts: BusCounts) -> None:
        self._speaker = client_of(url, LIMIT_S)
        self._listener = client_of(url, None)
        self._verbs = verbs
        self._ears = ears
        self._tasks = tasks
        self._counts = counts
        self._queue: deque[tuple[str, bytes]] = deque()
        self.queued_bytes = 0
        self._filled = asyncio.Event()
        self.drained = asyncio.Event()
        self.drained.set()
        self._standing: dict[str, asyncio.Event] = {}
        self._asked: Counter[str] = Counter()
        self._link: Link | None = None
        self.linked = asyncio.Event()

    def start(self) -> tuple[asyncio.Task[None], ...]:
        """Start both pumps; cancel them to end the line, then `close`."""
        return (
            self._tasks.begin(self._speak(), name="bus: publish"),
            self._tasks.begin(self._listen(), name="bus: listen"),
        )

    async def close(self) -> None:
        """Let go of the connections; the pumps have ended."""
        await self._speaker.aclose()
        await self._listener.aclose()

    # -- publishing ------------------------------------------------------------------------------------------------

    def publish(self, channel: str, payload: bytes) -> None:
        """Put a message in the queue; the oldest go when it is full."""
        self._counts.published += 1
        self._queue.append((channel, payload))
        self.queued_bytes += len(payload)
        while self.queued_bytes > QUEUE_BYTES:
            self.queued_bytes -= len(self._queue.popleft()[1])
            self._counts.lost += 1
        self._filled.set()
        self.drained.clear()

    async def _speak(self) -> None:
        troubled = False
        while True:
            await self._filled.wait()
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            self.queued_bytes -= sum(len(payload) for _, payload in batch)
            if not self._queue:
                self._filled.clear()
            try:
                pipeline = self._speaker.pipeline(transaction=False)
                for channel, payload in batch:
                    pipeline.execute_command(self._verbs.publish, channel, payload)
                trouble = self._sent(await pipeline.execute(raise_on_error=False))
            except LINK_ERRORS as error:
                self._counts.lost += len(batch)
                trouble = error
            if trouble is not None and not troubled:
                log.warning("the bus cannot publish", error=type(trouble).__name__)
            troubled = trouble is not None
            if not self._queue:
                self.drained.set()

    def _sent(self, answers: list[Any]) -> Exception | None:
        """Count; the first refusal, if any."""
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        self._counts.lost += len(refused)
        if any(isinstance(answer, MovedError) for answer in refused):
            self._ears.astray()
        return refused[0] if refused else None

    # -- subscriptions ---------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> tuple[str, ...]:
        """Channels to hear."""
        return tuple(self._standing)

    def want(self, channel: str) -> asyncio.Event:
        """Hear a channel; the event is set while the subscription stands."""
        standing = self._standing.get(channel)
        if standing is None:
            standing = self._standing[channel] = asyncio.Event()
            self._ask(self._verbs.subscribe, channel)
        return standing

    def unwant(self, channel: str) -> None:
        """Hear a channel no more."""
        if self._standing.pop(channel, None) is not None:
            self._ask(self._verbs.unsubscribe, channel)

    def has_stray(self) -> bool:
        """True when the link is up and a wanted subscription neither stands nor was asked for."""
        return self.linked.is_set() and any(
            not standing.is_set() and self._asked[channel] <= 0
            for channel, standing in self._standing.items()
        )

    def relink(self) -> None:
        """Make a new link and subscribe to everything anew."""
        if (link := self._link) is not None:
            self._link = None
            self._tasks.start(link.disconnect(), name="bus: relink")

    def _ask(self, verb: str, channel: str) -> None:
        """Send a subscription on the link there is; the next link subscribes to what is wanted then."""
        if (link := self._link) is None or not link.is_connected:
            return
        if verb == self._verbs.subscribe:
            self._asked[channel] += 1
        # A task of its own, begun in the order of asking: a caller that is cancelled must not break a link that all share.
        self._tasks.start(_send_quietly(link, verb, channel), name="bus: subscribe")

    # -- listening -------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            link: Link = self._listener.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py
            try:
                await link.connect()
                await self._take(link)
                pause_s = FIRST_PAUSE_S
                await self._hear(link)
            except LINK_ERRORS as error:
                log.warning("the bus lost its link", error=type(error).__name__, pause_s=pause_s)
            finally:
                self._cut()
                await link.disconnect()
            self._ears.cut()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _cut(self) -> None:
        self._link = None
        self.linked.clear()
        self._asked.clear()
        for standing in self._standing.values():
            standing.clear()

    async def _take(self, link: Link) -> None:
        """Subscribe to everything anew, then tell those who must look for what they missed."""
        self._link = link
        deadline_s = asyncio.get_running_loop().time() + TAKE_LIMIT_S
        channels = self.wanted
        for channel in channels:  # one by one: channels of one command would have to share a slot
            self._asked[channel] += 1
            await _send(link, self._verbs.subscribe, channel)
        while any(channel in self._standing and not self._standing[channel].is_set() for channel in channels):
            if asyncio.get_running_loop().time() > deadline_s:
                raise RedisConnectionError("silent")
            self._dispatch(await _read(link, LIMIT_S))
        self._counts.links += 1
        self.linked.set()
        self._ears.linked()

    async def _hear(self, link: Link) -> None:
        silent = taken = 0
        while silent < SILENT_PROBES:
            answer = await _read(link, PROBE_S)
            if answer is None:
                silent += 1
                await _send(link, "PING")
            else:
                silent = 0
                taken += 1
                self._dispatch(answer)
                if taken % AT_A_TIME == 0:
                    await asyncio.sleep(0)

    def _dispatch(self, answer: Any) -> None:  # noqa: ANN401 - whatever the server pushed
        if isinstance(answer, MovedError):
            self._asked.clear()  # the error does not name its channel: none counts as asked for any more
            self._ears.astray()
            return
        if not isinstance(answer, list) or len(answer) != 3:
            return
        kind, channel = answer[0], answer[1].decode(errors="replace")
        if kind == self._verbs.message:
            self._ears.heard(channel, answer[2])
        elif kind == self._verbs.subscribe.lower().encode():
            self._subscribed(channel)
        elif kind == self._verbs.unsubscribe.lower().encode() and channel in self._standing:
            self._unsubscribed(channel)

    def _subscribed(self, channel: str) -> None:
        self._asked[channel] = max(0, self._asked[channel] - 1)
        standing = self._standing.get(channel)
        # An answer to an earlier request, with a farewell behind it, says nothing about the one that counts.
        if standing is not None and self._asked[channel] <= 0:
            standing.set()
            self._ears.stood(channel)

    def _unsubscribed(self, channel: str) -> None:
        """The end of a subscription that is wanted: our own earlier farewell, or the channel's slot moved away."""
        if self._standing[channel].is_set():
            self._standing[channel].clear()
            self._ears.astray()


async def _send(link: Link, *words: str) -> None:
    if not link.is_connected:
        raise RedisConnectionError("cut")  # redis-py would connect again without a word
    await link.send_command(*words)


async def _send_quietly(link: Link, *words: str) -> None:
    try:
        await _send(link, *words)
    except LINK_ERRORS:
        return  # the listening pump finds out by itself


async def _read(link: Link, timeout_s: float) -> Any:  # noqa: ANN401
    """One pushed message, an error about a moved slot as a value, or None when nothing came in time."""
    try:
        return await link.read_response(timeout=timeout_s, disconnect_on_error=False)
    except MovedError as moved:
        return moved


async def stands(event: asyncio.Event) -> bool:
    """Wait for something of the bus, at most 0.5 s; True when it came."""
    try:
        async with asyncio.timeout(LIMIT_S):
            await event.wait()
    except TimeoutError:
        return False
    return True
