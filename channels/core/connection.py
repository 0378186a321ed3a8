"""One connection at work: carries out what its state machine decides, owns nothing but its own state.

Commands run in tasks of the exchange: a lost socket does not cancel a write. They start in the order they came; answers
come as they are ready. May be imported by server and tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

from channels.core.access import Access
from channels.core.actor import Actor
from channels.core.counts import Counts
from channels.core.dispatch import Dispatcher
from channels.core.framing import text_frame
from channels.core.hub import Hub
from channels.core.ports import Credential, SessionFacts, SessionSource, SocketPort
from channels.core.recovery import Recovery
from channels.core.refusals import refusal_of
from channels.core.roster import Rosters
from channels.core.seats import Link
from channels.core.session import Action, Authenticate, Close, Phase, Send, Session, SessionLimits, Start
from channels.core.visitor import Directory, Visitor
from channels.protocol.base import PROTOCOL_VERSION, Command, Done, wire_type
from channels.protocol.close_codes import (
    NOT_AUTHENTICATED,
    SERVICE_RESTART,
    SESSION_ENDED,
    TRY_LATER,
    CloseRow,
)
from channels.protocol.codec import Decoder, encode, encode_error, encode_reply
from channels.protocol.errors import NOT_SUBSCRIBED, Refused
from channels.protocol.frames import Heartbeat, Hello, Replay, Resume, Subscribe, Unsubscribe, Welcome
from storage.clock import Clock
from storage.ids import IdSource
from storage.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Desk:
    """What all connections of a process share.

    Attributes:
        decoder: Knows every command.
        limits: Bounds of one connection.
        account_connections_max: Connections of one account in this process.
        hub: Fan-out.
        sessions: Who calls.
        access: Who may stay.
        dispatcher: Feature commands.
        recovery: Topics.
        rosters: Presence.
        directory: Who is connected.
        clock: Time.
        ids: Names.
        tasks: Owns the commands under way.
        advice_ms: When a client that is sent away should come back; each time another answer.
        counts: Written in place.
    """

    decoder: Decoder
    limits: SessionLimits
    account_connections_max: int
    hub: Hub
    sessions: SessionSource
    access: Access
    dispatcher: Dispatcher
    recovery: Recovery
    rosters: Rosters
    directory: Directory
    clock: Clock
    ids: IdSource
    tasks: Tasks
    advice_ms: Callable[[], int]
    counts: Counts


class Connection:
    """One open socket.

    Args:
        desk: What it works with.
        port: Where to write.
        cookie: Session cookie of an allowed origin; None for callers that must show a token.
    """

    __slots__ = ("_clean", "_cookie", "_desk", "_farewell", "_session", "link", "visitor")

    def __init__(self, desk: Desk, port: SocketPort, cookie: str | None) -> None:
        self._desk = desk
        self._cookie = cookie
        self._session = Session(desk.decoder, desk.limits, desk.clock.monotonic_ms())
        self._farewell: Close | None = None
        self._clean = False
        self.link = Link(port)
        self.visitor: Visitor | None = None

    # -- what the socket says --------------------------------------------------------------------------------------

    def received(self, message: bytes) -> None:
        """A text message came in, valid UTF-8."""
        if self._farewell is None:
            self._perform(self._session.received(message, self._desk.clock.monotonic_ms()))

    def received_binary(self) -> None:
        """A binary message came in."""
        self._perform(self._session.received_binary(self._desk.clock.monotonic_ms()))

    def lost(self) -> None:
        """The socket is gone; may be told twice."""
        self._desk.hub.drop(self.link)

    @property
    def is_admitted(self) -> bool:
        """The caller is known and the connection open."""
        return self._session.phase is Phase.OPEN

    # -- what the house says ---------------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> None:
        """Time has passed (monotonic)."""
        if now_ms >= self._session.deadline_ms:
            self._perform(self._session.tick(now_ms))

    def close(self, row: CloseRow, retry_after_ms: int | None = None) -> None:
        """Close the socket for a reason."""
        self._perform(self._session.close(row, retry_after_ms))

    def shutdown(self) -> None:
        """The server stops: close as soon as the commands under way are answered, take no new ones."""
        if self._farewell is None:
            self._farewell = Close(SERVICE_RESTART, self._desk.advice_ms())
            self._leave_when_idle()

    def gone(self, topics: list[str]) -> None:
        """The hub forgot the reader, which was in these topics."""
        self._desk.counts.closed[self.link.ended_by] += 1
        self._session.close(TRY_LATER)
        if self.visitor is not None:
            self._desk.directory.remove(self.visitor)
            tell = self._desk.rosters.left if self._clean else self._desk.rosters.dropped
            tell(self.visitor, topics)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send():
                    self._desk.hub.send(self.link, text_frame(action.payload))
                case Close():
                    self._clean = action.row is SESSION_ENDED
                    self._desk.hub.close(self.link, action.row, action.retry_after_ms)
                case Authenticate():
                    self._desk.tasks.start(self._authenticate(action.hello), name="connection: hello")
                case Start():
                    self._start(action.command)

    async def _authenticate(self, hello: Hello) -> None:
        try:
            await self._admit(hello)
        except Exception as error:
            refused = refusal_of(error, "hello")
            self._desk.hub.send(self.link, text_frame(encode_error(hello.ref, refused)))
            self.close(TRY_LATER, self._desk.limits.flood_pause_ms)

    async def _admit(self, hello: Hello) -> None:
        desk = self._desk
        credential = self._credential(hello)
        facts = None if credential is None else await desk.sessions.load(credential)
        self._cookie = None  # nobody needs it any more
        if facts is None:
            return self.close(NOT_AUTHENTICATED)
        if len(desk.directory.of(facts.account)) >= desk.account_connections_max:
            return self.close(TRY_LATER, desk.limits.flood_pause_ms)
        if not self.link.open:
            return None
        # Known to the directory first, read then: an ending that comes in between is heard or read, never missed.
        visitor = self.visitor = Visitor(self.link, facts, _nobody(facts), desk.ids.uuid7())
        desk.directory.add(visitor)
        standing = await desk.sessions.standing(facts.session, used=True)
        if standing is None or not standing.serves(facts):
            return self.close(NOT_AUTHENTICATED)
        if visitor.judgements == 0:
            visitor.actor, visitor.ends_at_ms = standing.actor, standing.ends_at_ms
        await visitor.settled()
        desk.access.admitted(visitor)
        self._perform(self._session.admitted(self._welcome(facts), desk.clock.monotonic_ms()))

    def _credential(self, hello: Hello) -> Credential | None:
        if hello.token is not None:
            return Credential(hello.token, bearer=True)
        return None if self._cookie is None else Credential(self._cookie, bearer=False)

    def _welcome(self, facts: SessionFacts) -> Welcome:
        return Welcome(
            ref=self._session.hello_ref,
            protocol=PROTOCOL_VERSION,
            member=facts.member,
            account=facts.account,
            session=facts.session,
            server_time_ms=self._desk.clock.now_ms(),
            heartbeat_ms=self._desk.limits.heartbeat_ms,
        )

    def _start(self, command: Command) -> None:
        visitor = self.visitor
        if visitor is None:  # the state machine starts nothing before the admission
            return
        if isinstance(command, Heartbeat):
            self._desk.recovery.beat(visitor, command)
            return
        self._desk.access.used(visitor)
        work = self._run(visitor, command, self._desk.clock.now_ms())
        self._desk.tasks.start(work, name=f"command: {wire_type(type(command))}")

    async def _run(self, visitor: Visitor, command: Command, received_at_ms: int) -> None:
        """Carry out one command and answer it; every outcome is an answer."""
        try:
            await self._carry_out(visitor, command, received_at_ms)
            self._desk.counts.commands["done"] += 1
        except Exception as error:
            refused = refusal_of(error, wire_type(type(command)))
            self._desk.counts.commands[refused.row.key] += 1
            self._desk.hub.send(self.link, text_frame(encode_error(command.ref, refused)))
        finally:
            self._session.finished(command.ref)
            self._leave_when_idle()

    async def _carry_out(self, visitor: Visitor, command: Command, received_at_ms: int) -> None:
        desk = self._desk
        if isinstance(command, Subscribe | Resume | Replay):
            desk.dispatcher.check_reading(visitor.actor)
        match command:
            case Subscribe():
                await desk.recovery.subscribe(visitor, command)
                desk.rosters.entered(visitor, command.topic)
            case Resume():
                for topic in await desk.recovery.resume(visitor, command):
                    desk.rosters.entered(visitor, topic)
            case Replay():
                await desk.recovery.replay(visitor, command)
            case Unsubscribe():
                if not desk.hub.detach(visitor.link, command.topic):
                    raise Refused(NOT_SUBSCRIBED)
                desk.rosters.left(visitor, [command.topic])
                self._reply(command.ref, encode(Done()))
            case _:
                result = await desk.dispatcher.answer(command, visitor.actor, received_at_ms)
                self._reply(command.ref, encode(result))

    def _reply(self, ref: int, result: bytes) -> None:
        self._desk.hub.send(self.link, text_frame(encode_reply(ref, result)))

    def _leave_when_idle(self) -> None:
        if self._farewell is not None and self._session.commands_under_way_count == 0:
            self.close(self._farewell.row, self._farewell.retry_after_ms)


def _nobody(facts: SessionFacts) -> Actor:
    """An actor without any right, for the moment before the real one is read."""
    return Actor(
        account=facts.account,
        session=facts.session,
        org=None,
        member=facts.member,
        units=frozenset(),
        grants=(),
        fully_authenticated=False,
    )
