"""Who may stay: open connections are judged anew when rights or sessions change, here and on every process, within a second.

A judgement first holds everything back from the connection, in the very turn the note is heard, so that the next event of
a topic does not reach somebody who was taken out; then it asks who acts now and whether each topic is still open to
them. What cannot be decided is closed. Sessions are looked at again at their end and at least every half hour; while the
bus is gone, and when it comes back, all are swept for ended ones, and judged as fast as looks allow.

May be imported by server and tests.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import orjson
import structlog

from channels.core.actor import Actor
from channels.core.context import Reader
from channels.core.framing import text_frame
from channels.core.hub import Hub
from channels.core.ports import SessionSource
from channels.core.registry import Registry
from channels.core.relay import Head, Relay
from channels.core.visitor import Directory, Visitor
from channels.protocol.close_codes import SESSION_ENDED, TRY_LATER, CloseRow
from channels.protocol.codec import encode
from channels.protocol.errors import UNKNOWN_TOPIC
from channels.protocol.pushes import Unsubscribed
from storage.bus.port import Bus
from storage.errors import StorageError
from storage.tasks import Tasks

log = structlog.get_logger(__name__)

CHANNEL = "access"
SESSIONS_CHANNEL = "sessions"
"""Bus channel on which accounts tell ended sessions: a JSON list of their ids."""

SWEPT_AT_ONCE = 500  # sessions in one question


@dataclass(frozen=True, slots=True)
class AccessTimes:
    """When sessions are looked at.

    Attributes:
        look_ms: Between two looks for sessions that are due.
        again_ms: At least so often every session is judged.
        extended_ms: Next look at a session that was due to end and had been used elsewhere.
        deaf_ms: Every session is judged so often while the bus is gone and endings are not heard, as far as looks_count
            allows.
        sweep_ms: Between two questions which sessions were ended, while the bus is gone.
        looks_count: Most judgements begun in one look because of their time.
        patience_ms: How long a store that does not answer is asked before the connection is closed.
        retry_ms: Between two questions.
        touch_ms: Use of a session is reported at most so often.
    """

    look_ms: int = 1_000
    again_ms: int = 1_800_000
    extended_ms: int = 60_000
    deaf_ms: int = 5_000
    sweep_ms: int = 2_000
    looks_count: int = 100
    patience_ms: int = 5_000
    retry_ms: int = 500
    touch_ms: int = 60_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What judgements cause.

    Attributes:
        end: Close a connection.
        left: A connection was taken out of topics.
        is_deaf: True while notes of other processes do not arrive.
    """

    end: Callable[[Visitor, CloseRow, int | None], None]
    left: Callable[[Visitor, Iterable[str]], None]
    is_deaf: Callable[[], bool]


class Access:
    """Judges the connections of one process.

    Args:
        hub: Holds back and lets go.
        registry: Topics.
        reader: Stores and time.
        sessions: Who acts.
        directory: Whom to judge.
    """

    def __init__(
        self, hub: Hub, registry: Registry, reader: Reader, sessions: SessionSource, directory: Directory
    ) -> None:
        self._hub = hub
        self._topics = registry.topics
        self._reader = reader
        self._sessions = sessions
        self._directory = directory
        self._times = AccessTimes()
        self._slots = asyncio.Semaphore(8)
        self._missed = False
        self._swept_ms = self._links = 0

    async def start(
        self, relay: Relay, bus: Bus, tasks: Tasks, outcomes: Outcomes, times: AccessTimes | None = None
    ) -> None:
        """Begin to listen and to look."""
        self._relay = relay
        self._tasks = tasks
        self._outcomes = outcomes
        self._times = times or self._times
        await relay.listen(CHANNEL, self._heard)
        await bus.subscribe(SESSIONS_CHANNEL, self._heard_ended)
        self._bus, self._links = bus, bus.counts.links
        bus.on_reconnect(self._may_have_missed)
        tasks.start(self._look_forever(), name="access: look at sessions")

    # -- what happened ---------------------------------------------------------------------------------------------

    async def access_changed(self, name: str) -> None:
        """Rights behind a member, account or session changed: judge its connections on every process.

        Returns when those of this process are judged and the note is on its way to the others: whoever acts on the answer
        of a removal comes after it there, too.
        """
        self._relay.say(CHANNEL, {"name": name})
        await self._judge_all(self._held(name))
        await self._relay.handed_over()

    def session_ended(self, name: str) -> None:
        """A session (or all of an account) ended: its connections close on every process."""
        self._relay.say(CHANNEL, {"name": name})
        self._judge_soon(name)

    def admitted(self, visitor: Visitor) -> None:
        """A connection was authenticated: plan its next look."""
        visitor.touched_ms = self._reader.clock.monotonic_ms()
        self._plan(visitor)

    def used(self, visitor: Visitor) -> None:
        """A command came over a connection."""
        now_ms = self._reader.clock.monotonic_ms()
        if now_ms - visitor.touched_ms >= self._times.touch_ms:
            visitor.touched_ms = now_ms
            self._tasks.start(self._touch(visitor), name="access: touch a session")

    def _heard(self, head: Head, _lines: Sequence[bytes]) -> None:
        self._judge_soon(str(head["name"]))

    def _heard_ended(self, payload: bytes) -> None:
        for name in orjson.loads(payload):
            self._judge_soon(str(name))

    def _judge_soon(self, name: str) -> None:
        if held := self._held(name):
            self._tasks.start(self._judge_all(held), name="access: judge")

    # -- judging ---------------------------------------------------------------------------------------------------

    def _held(self, name: str) -> list[tuple[Visitor, int]]:
        """Hold everything back from the connections of a name; each must be judged then."""
        return [self._hold(visitor) for visitor in self._directory.of(name)]

    def _hold(self, visitor: Visitor) -> tuple[Visitor, int]:
        visitor.judgements += 1
        visitor.quiet = visitor.quiet or asyncio.Event()
        self._hub.hold(visitor.link)
        return visitor, visitor.judgements

    async def _judge_all(self, held: Sequence[tuple[Visitor, int]]) -> None:
        async with asyncio.TaskGroup() as group:
            for visitor, number in held:
                group.create_task(self._judge(visitor, number))

    async def _judge(self, visitor: Visitor, number: int) -> None:
        """Judge one connection that is held; only the newest judgement's findings count."""
        try:
            async with self._slots:
                deadline_ms = self._reader.clock.monotonic_ms() + self._times.patience_ms
                while visitor.link.open and visitor.judgements == number:
                    try:
                        return await self._decide(visitor, number)
                    except StorageError:
                        if self._reader.clock.monotonic_ms() >= deadline_ms:
                            return self._outcomes.end(visitor, TRY_LATER, None)
                        await asyncio.sleep(self._times.retry_ms / 1_000)
        except Exception as error:
            log.error("judgement failed", fault=type(error).__name__)
            self._outcomes.end(visitor, TRY_LATER, None)
        finally:
            self._hub.release(visitor.link)
            if visitor.link.holds == 0 and visitor.quiet is not None:
                visitor.quiet.set()
                visitor.quiet = None

    async def _decide(self, visitor: Visitor, number: int) -> None:
        standing = await self._sessions.standing(visitor.facts.session)
        if visitor.judgements != number:
            return
        if standing is None or not standing.serves(visitor.facts):
            self._outcomes.end(visitor, SESSION_ENDED, None)
            return
        actor, visitor.ends_at_ms = standing.actor, standing.ends_at_ms
        visitor.actor = actor
        self._plan(visitor)
        for topic in list(visitor.link.seats):
            if not await self._may_stay(actor, topic) and visitor.judgements == number:
                self._take_out(visitor, topic)

    async def _may_stay(self, actor: Actor, topic: str) -> bool:
        kind, _, ident = topic.partition(":")
        row = self._topics.get(kind)
        return row is not None and await row.may_enter(actor, ident, self._reader)

    def _take_out(self, visitor: Visitor, topic: str) -> None:
        was_in = self._hub.detach(visitor.link, topic)
        if was_in:
            self._outcomes.left(visitor, [topic])
            notice = Unsubscribed(topic=topic, key=UNKNOWN_TOPIC.key)
            self._hub.send(visitor.link, text_frame(encode(notice)))

    # -- looking ---------------------------------------------------------------------------------------------------

    def _plan(self, visitor: Visitor) -> None:
        wait_ms = self._times.again_ms
        if visitor.ends_at_ms is not None:
            left_ms = visitor.ends_at_ms - self._reader.clock.now_ms()
            wait_ms = min(wait_ms, left_ms if left_ms > 0 else self._times.extended_ms)
        visitor.judge_ms = self._reader.clock.monotonic_ms() + wait_ms

    async def _touch(self, visitor: Visitor) -> None:
        try:
            visitor.ends_at_ms = await self._sessions.touch(visitor.facts.session)
        except StorageError as error:
            log.warning("use of a session was not noted", fault=type(error).__name__)
            return
        self._plan(visitor)
        if visitor.ends_at_ms is not None and visitor.ends_at_ms <= self._reader.clock.now_ms():
            visitor.judge_ms = self._reader.clock.monotonic_ms()

    async def _look_forever(self) -> None:
        while True:
            await asyncio.sleep(self._times.look_ms / 1_000)
            await self._sweep()
            held = [self._hold(visitor) for visitor in self._due()]
            for visitor, number in held:
                self._tasks.start(self._judge(visitor, number), name="access: judge")

    def _may_have_missed(self) -> None:
        """Endings and changed rights may have gone unheard: look at all, as many at a time as usual."""
        self._missed = True
        if self._bus.counts.links != self._links:
            self._links = self._bus.counts.links
            now_ms = self._reader.clock.monotonic_ms()
            for visitor in self._directory.visitors:
                visitor.judge_ms = min(visitor.judge_ms, now_ms)

    async def _sweep(self) -> None:
        """Find ended sessions by many at a time, while or after endings could not be heard."""
        now_ms = self._reader.clock.monotonic_ms()
        if not self._missed and not (
            self._outcomes.is_deaf() and now_ms - self._swept_ms >= self._times.sweep_ms
        ):
            return
        self._missed, self._swept_ms = False, now_ms
        sessions = iter({visitor.facts.session for visitor in self._directory.visitors})
        try:
            while some := list(islice(sessions, SWEPT_AT_ONCE)):
                for session in await self._sessions.ended(some):
                    self._judge_soon(session)
        except StorageError as error:
            log.warning("sessions could not be looked at", fault=type(error).__name__)
            self._missed = True

    def _due(self) -> list[Visitor]:
        now_ms = self._reader.clock.monotonic_ms()
        if self._outcomes.is_deaf():
            for visitor in self._directory.visitors:
                visitor.judge_ms = min(visitor.judge_ms, now_ms + self._times.deaf_ms)
        due = [v for v in self._directory.visitors if v.judge_ms <= now_ms and v.quiet is None]
        due.sort(key=lambda visitor: visitor.judge_ms)
        return due[: self._times.looks_count]
