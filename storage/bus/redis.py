"""The bus over Redis pub/sub: one connection that publishes, one that listens; both come back by themselves.

Written against redis-py's `Connection` and not its `PubSub`, which reconnects silently: we must know when the link was
cut, or a lost message would stay lost. RESP2, because RESP3 changes the shape of pushed messages. May be imported by
server and tests.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from storage.bus.port import BusCounts, Callback, Unsubscribe, deliver
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

AT_A_TIME = 50
"""Messages delivered in one turn of the event loop: reading what has already arrived does not give way by itself."""

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0

Link = Any
"""redis-py's `AbstractConnection`, which is only half typed."""

LINK_ERRORS = (RedisError, OSError, TimeoutError, asyncio.IncompleteReadError)


def _client(url: str, timeout_s: float | None) -> Redis:
    # No retry inside the driver: a repeated publish would be a doubled message, and we reconnect ourselves.
    return Redis.from_url(
        url,
        protocol=2,
        socket_timeout=timeout_s,
        socket_connect_timeout=2.0,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
    )


class RedisBus:
    """See Bus. Make it with `RedisBus.open`."""

    def __init__(self, url: str) -> None:
        self._speaker = _client(url, LIMIT_S)
        self._listener = _client(url, None)
        self._tasks = Tasks()
        self._queue: deque[tuple[str, bytes]] = deque()
        self._queued_bytes = 0
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._callbacks: dict[str, dict[object, Callback]] = {}
        self._standing: dict[str, asyncio.Event] = {}
        self._reconnect_callbacks: list[Callable[[], None]] = []
        self._link: Link | None = None
        self._linked = asyncio.Event()
        self._closed = False
        self.counts = BusCounts()

    @property
    def lost(self) -> int:
        """Messages that could not be handed to Redis."""
        return self.counts.lost

    @property
    def linked(self) -> bool:
        """See Bus."""
        return self._linked.is_set()

    @property
    def queued_bytes(self) -> int:
        """See Bus."""
        return self._queued_bytes

    @classmethod
    async def open(cls, url: str) -> "RedisBus":
        """Start both pumps; waits for the first link, but not longer than 0.5 s and without complaint."""
        bus = cls(url)
        bus._tasks.start(bus._speak(), name="bus: publish")
        bus._tasks.start(bus._listen(), name="bus: listen")
        await _wait(bus._linked)
        return bus

    async def publish(self, channel: str, payload: bytes) -> None:
        """See Bus; only puts it in the queue."""
        if self._closed:
            return
        self.counts.published += 1
        self._queue.append((channel, payload))
        self._queued_bytes += len(payload)
        while self._queued_bytes > QUEUE_BYTES:
            self._queued_bytes -= len(self._queue.popleft()[1])
            self.counts.lost += 1
        self._filled.set()
        self._drained.clear()

    async def flush(self) -> None:
        """See Bus: Redis has answered, so it has written to its subscribers."""
        await _wait(self._drained)

    async def subscribe(self, channel: str, callback: Callback) -> Unsubscribe:
        """See Bus."""
        mark = object()
        callbacks = self._callbacks.setdefault(channel, {})
        callbacks[mark] = callback
        if channel not in self._standing:
            self._standing[channel] = asyncio.Event()
            await self._send("SUBSCRIBE", channel)
        if (standing := self._standing.get(channel)) is not None:
            await _wait(standing)

        async def unsubscribe() -> None:
            callbacks.pop(mark, None)
            if not callbacks and self._callbacks.get(channel) is callbacks:
                del self._callbacks[channel]
                del self._standing[channel]
                await self._send("UNSUBSCRIBE", channel)

        return unsubscribe

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """See Bus."""
        self._reconnect_callbacks.append(callback)

    async def close(self) -> None:
        """See Bus."""
        self._closed = True
        if len(self._tasks):
            await _wait(self._drained)
        await self._tasks.close()
        self._callbacks.clear()
        await self._speaker.aclose()
        await self._listener.aclose()

    async def _speak(self) -> None:
        troubled = False
        while True:
            await self._filled.wait()
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            self._queued_bytes -= sum(len(payload) for _, payload in batch)
            if not self._queue:
                self._filled.clear()
            try:
                pipeline = self._speaker.pipeline(transaction=False)
                for channel, payload in batch:
                    pipeline.execute_command("PUBLISH", channel, payload)
                await pipeline.execute()
                troubled = False
            except LINK_ERRORS as error:
                self.counts.lost += len(batch)
                if not troubled:
                    log.warning("the bus cannot publish", error=type(error).__name__)
                troubled = True
            if not self._queue:
                self._drained.set()

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
                self._link = None
                self._linked.clear()
                for standing in self._standing.values():
                    standing.clear()
                await link.disconnect()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _take(self, link: Link) -> None:
        """Subscribe to everything anew, then tell those who must look for what they missed."""
        self._link = link
        if channels := list(self._standing):
            await _command(link, "SUBSCRIBE", *channels)
            while not all(
                self._standing[channel].is_set() for channel in channels if channel in self._standing
            ):
                answer = await _read(link, LIMIT_S * SILENT_PROBES)
                if answer is None:
                    raise RedisConnectionError("silent")
                self._dispatch(answer)
        self.counts.links += 1
        self._linked.set()
        for callback in self._reconnect_callbacks:
            deliver(callback)

    async def _hear(self, link: Link) -> None:
        silent = taken = 0
        while silent < SILENT_PROBES:
            answer = await _read(link, PROBE_S)
            if answer is None:
                silent += 1
                await _command(link, "PING")
            else:
                silent = 0
                taken += 1
                self._dispatch(answer)
                if taken % AT_A_TIME == 0:
                    await asyncio.sleep(0)

    def _dispatch(self, answer: Any) -> None:  # noqa: ANN401 - whatever the server pushed
        if not isinstance(answer, list) or len(answer) != 3:
            return
        kind, channel = answer[0], answer[1].decode(errors="replace")
        if kind == b"message":
            self.counts.heard += 1
            for callback in tuple(self._callbacks.get(channel, {}).values()):
                deliver(callback, answer[2])
        elif kind == b"subscribe" and (standing := self._standing.get(channel)) is not None:
            standing.set()

    async def _send(self, command: str, channel: str) -> None:
        if self._link is None:
            return  # the next link subscribes to what is wanted then
        try:
            await _command(self._link, command, channel)
        except LINK_ERRORS:
            return  # the listening pump finds out by itself


async def _command(link: Link, *words: str) -> None:
    if not link.is_connected:
        raise RedisConnectionError("cut")  # redis-py would connect again without a word
    await link.send_command(*words)


async def _read(link: Link, timeout_s: float) -> Any:  # noqa: ANN401
    """One pushed message, or None when none came in time."""
    return await link.read_response(timeout=timeout_s, disconnect_on_error=False)


async def _wait(event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LIMIT_S):
            await event.wait()
    except TimeoutError:
        return
