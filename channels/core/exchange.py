"""The real-time core of one process, put together: connections in, events out. Owner of all its tasks.

    async with Exchange(parts, settings) as exchange:     # starts listening; at the end drains and stops
        connection = exchange.connect(port, cookie)       # for every accepted socket

May be imported by server and tests.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import orjson

from channels.core.access import Access, AccessTimes, Outcomes
from channels.core.actor import Actor
from channels.core.connection import Connection, Desk
from channels.core.context import Reader
from channels.core.counts import Counts
from channels.core.dispatch import Dispatcher, Gates
from channels.core.feed import Feed, FeedTimes, Sources
from channels.core.framing import text_frame
from channels.core.hub import Hub
from channels.core.latest import Latest
from channels.core.paging import Pager
from channels.core.partitions import Partitions, PartitionTimes
from channels.core.ports import NoSanctions, Sanctions, SessionSource, SocketPort
from channels.core.recovery import Recovery
from channels.core.registry import Registry
from channels.core.relay import Head, Relay
from channels.core.rendering import Rendering
from channels.core.roster import Rosters, RosterTimes
from channels.core.seats import HubLimits, Link
from channels.core.session import SessionLimits
from channels.core.visitor import Directory, Visitor
from channels.protocol.base import LiveEvent
from channels.protocol.close_codes import SERVICE_RESTART, CloseRow
from channels.protocol.codec import Decoder, encode
from moderation.limits import Limits
from presence.tracker import GRACE_MS, NODE_EXPIRES_MS, Tracker
from presence.typing_notices import TypingNotices
from storage.bus.port import Bus
from storage.tasks import Tasks

LIVE_CHANNEL = "live"
SETTLED_ROUNDS = (
    10  # of tick_ms: 5 s between two looks at a connection that may be silent for more than two minutes
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an exchange is built from.

    Attributes:
        registry: Tables of all features.
        reader: Stores, time and chance; its log is the one whose commits are published.
        bus: To the other processes.
        sessions: Who calls.
        limits: Token buckets.
        sanctions: Measures of moderation.
    """

    registry: Registry
    reader: Reader
    bus: Bus
    sessions: SessionSource
    limits: Limits
    sanctions: Sanctions = field(default_factory=NoSanctions)


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """Bounds and rhythms; the defaults are what serves, tests make them small.

    Attributes:
        several: True when other processes serve the same database. One alone sends no notes.
        account_connections_max: Connections of one account in this process.
        tick_ms: How often deadlines are looked at.
        drain_ms: Time for commands under way at the end.
        spread_ms: Clients that are sent away come back spread over this time.
        grace_ms: Presence shows a broken connection as reconnecting for so long.
        silence_ms: Another process counts as gone after so much silence; its connections as broken.
        session: Bounds of one connection.
        hub: Bounds of fan-out.
        feed: When missed entries are looked for.
        access: When sessions are looked at.
        roster: When presence is told.
        partitions: When the process tunes out of notes.
    """

    several: bool = True
    account_connections_max: int = 20
    tick_ms: int = 500
    drain_ms: int = 2_000
    spread_ms: int = 10_000
    grace_ms: int = GRACE_MS
    silence_ms: int = NODE_EXPIRES_MS
    session: SessionLimits = field(default_factory=SessionLimits)
    hub: HubLimits = field(default_factory=HubLimits)
    feed: FeedTimes = field(default_factory=FeedTimes)
    access: AccessTimes = field(default_factory=AccessTimes)
    roster: RosterTimes = field(default_factory=RosterTimes)
    partitions: PartitionTimes = field(default_factory=PartitionTimes)


class Exchange:
    """The real-time core of one process.

    Args:
        parts: What it is built from.
        settings: Bounds and rhythms.
        chance: Spreads those who are sent away.

    Attributes:
        counts: What this process has done, for metrics.
    """

    def __init__(
        self, parts: Parts, settings: ExchangeSettings | None = None, chance: random.Random | None = None
    ) -> None:
        self._parts = parts
        self._settings = settings or ExchangeSettings()
        self._chance = chance or random.Random()  # noqa: S311 - spreads a herd, guards nothing
        self.counts = Counts()
        self._connections: dict[Link, Connection] = {}
        self._newcomers: set[Connection] = set()
        self._typing = TypingNotices()
        self._tasks = Tasks()
        self._commands = Tasks()
        self._relay = Relay(parts.bus, parts.reader.ids.uuid7(), self._tasks)
        self._directory = Directory()
        self._build()
        self.draining = False
        self._drained_by_ms = 0

    def _build(self) -> None:
        parts, settings, reader = self._parts, self._settings, self._parts.reader
        loop = asyncio.get_running_loop()
        self.hub = Hub(loop.call_soon, loop.call_later, reader.clock.monotonic_ms, settings.hub, self.counts)
        self.hub.on_dropped = self._dropped
        self.hub.on_drained = self._drained
        self._latest = Latest(loop.call_later, self.publish_live)
        rendering = Rendering(parts.registry)
        self._partitions = Partitions(self.hub, self._relay, reader.clock, self._tasks, settings.partitions)
        sources = Sources(
            reader.log,
            parts.bus,
            self._relay,
            self._partitions,
            rendering,
            reader.clock,
            self.counts,
            settings.several,
        )
        self._feed = Feed(self.hub, sources, self._tasks, settings.feed)
        tracker = Tracker(grace_ms=settings.grace_ms, node_expires_ms=settings.silence_ms)
        self._rosters = Rosters(self.hub, parts.registry, self._relay, reader.clock, tracker, settings.roster)
        self._access = Access(self.hub, parts.registry, reader, parts.sessions, self._directory)
        gates = Gates(parts.limits, self._publish_from, self.access_changed, parts.sanctions)
        self._desk = Desk(
            decoder=Decoder(parts.registry.models),
            limits=settings.session,
            account_connections_max=settings.account_connections_max,
            hub=self.hub,
            sessions=parts.sessions,
            access=self._access,
            dispatcher=Dispatcher(parts.registry, reader, gates),
            recovery=self.recovery(Pager(reader.log, rendering)),
            rosters=self._rosters,
            directory=self._directory,
            clock=reader.clock,
            ids=reader.ids,
            tasks=self._commands,
            advice_ms=self.advice_ms,
            counts=self.counts,
        )

    def recovery(self, pager: Pager) -> Recovery:
        """How readers enter topics; a seam for tests that show what goes wrong otherwise."""
        found = Recovery(self.hub, self._parts.registry, self._parts.reader, pager, self.counts)
        found.tuned = self._partitions.tuned
        return found

    # -- life ------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        several = self._settings.several
        await self._feed.start()
        await self._rosters.start(self._tasks, several=several)
        outcomes = Outcomes(self._end, self._rosters.left, self._feed.is_deaf)
        await self._access.start(self._relay, self._parts.bus, self._tasks, outcomes, self._settings.access)
        if several:
            self._partitions.carry(LIVE_CHANNEL, self._heard_live)
            self._partitions.start()
        self._tasks.start(self._tick_forever(), name="exchange: deadlines")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain()
        left_ms = self._drained_by_ms - self._parts.reader.clock.monotonic_ms()
        await self._commands.finish(max(0, left_ms) / 1_000)
        for connection in tuple(self._connections.values()):
            connection.close(SERVICE_RESTART, self.advice_ms())
        await self._commands.close()
        self._feed.stop()
        self._rosters.stop()
        self._latest.close()
        self._relay.close()
        await asyncio.sleep(0)  # the last notes leave
        await self._tasks.close()

    def drain(self) -> None:
        """Send everybody away, each as soon as its commands are answered; let nobody in any more.

        The time for commands under way counts from the first call.
        """
        if not self.draining:
            self.draining = True
            self._drained_by_ms = self._parts.reader.clock.monotonic_ms() + self._settings.drain_ms
        for connection in tuple(self._connections.values()):
            connection.shutdown()

    def advice_ms(self) -> int:
        """When one client that is sent away should come back: each another time."""
        return self._chance.randrange(self._settings.spread_ms + 1)

    # -- for the roof ----------------------------------------------------------------------------------------------

    def connect(self, port: SocketPort, cookie: str | None) -> Connection:
        """A socket is being accepted; the caller tells the connection what comes in, and when the socket is lost.

        While `draining`, the caller shuts the connection down as soon as the handshake was answered.
        """
        connection = Connection(self._desk, port, cookie)
        self._connections[connection.link] = connection
        self._newcomers.add(connection)
        self.counts.opened += 1
        return connection

    @property
    def connection_count(self) -> int:
        """Open connections of this process."""
        return len(self._connections)

    @property
    def session_count(self) -> int:
        """Connections that said who they are."""
        return len(self._directory.visitors)

    @property
    def subscription_count(self) -> int:
        """Topics entered by all connections together."""
        return sum(len(link.seats) for link in self._connections)

    @property
    def lagging_count(self) -> int:
        """Readers that are too slow just now."""
        return sum(link.lag_since_ms is not None for link in self._connections)

    @property
    def command_count(self) -> int:
        """Hellos and commands under way."""
        return len(self._commands)

    def publish_live(self, event: LiveEvent) -> None:
        """Tell those who are in the event's topic now, on every process; never stored."""
        payload = encode(event)
        self.hub.publish_live(event.topic, text_frame(payload))
        if self._settings.several:
            self._partitions.say(LIVE_CHANNEL, event.topic, {}, [payload])

    async def access_changed(self, member: str) -> None:
        """A member's (or account's) units, roles or account changed: judge their sockets anew on every process."""
        await self._access.access_changed(member)

    def session_ended(self, session: str) -> None:
        """A session ended: close its sockets on every process."""
        self._access.session_ended(session)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _publish_from(self, event: LiveEvent, actor: Actor) -> None:
        if event.latest_ms:
            return self._latest.offer(event)
        if event.apart_ms:
            key = f"{actor.account} {encode(event).decode()}"
            now_ms = self._parts.reader.clock.monotonic_ms()
            if not self._typing.may_pass(key, now_ms, event.apart_ms):
                return None
        return self.publish_live(event)

    def _heard_live(self, head: Head, lines: Sequence[bytes]) -> None:
        topic = str(head["topic"])
        if self.hub.stream(topic) is not None:
            event = orjson.loads(lines[0])
            kind = self._parts.registry.events.get(event["type"])
            if event["topic"] != topic or kind is None or kind.durable:
                raise ValueError("a note contradicts itself")
            self.hub.publish_live(topic, text_frame(lines[0]))

    def _dropped(self, link: Link, topics: list[str]) -> None:
        connection = self._connections.pop(link, None)
        if connection is not None:
            connection.gone(topics)

    def _drained(self, link: Link) -> None:
        connection = self._connections.get(link)
        if connection is not None and connection.visitor is not None:
            self._rosters.refresh(connection.visitor)

    def _end(self, visitor: Visitor, row: CloseRow, retry_after_ms: int | None) -> None:
        connection = self._connections.get(visitor.link)
        if connection is not None:
            connection.close(row, retry_after_ms)

    async def _tick_forever(self) -> None:
        while True:
            await asyncio.sleep(self._settings.tick_ms / 1_000)
            now_ms = self._parts.reader.clock.monotonic_ms()
            for connection in tuple(self._connections.values()):
                connection.tick(now_ms)
