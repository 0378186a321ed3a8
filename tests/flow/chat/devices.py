"""Devices on the real exchange without sockets: each says hello, follows topics with the reducers, and keeps what comes."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from channels.chat import reduce as chat_reduce
from channels.chat.contract import chat_topic
from channels.chat.protocol import ChatSnapshot
from channels.chat.reduce import CHAT_LOG_EVENT, ChatState
from channels.core.connection import Connection
from channels.core.exchange import Exchange, ExchangeSettings, Parts
from channels.core.ports import Credential, SessionFacts, Standing
from channels.me import reduce as me_reduce
from channels.me.contract import me_topic
from channels.me.protocol import MeSnapshot
from channels.me.reduce import ME_LOG_EVENT
from channels.protocol.close_codes import CloseRow
from storage.bus.local import LocalBus
from storage.ids import MemberId, SessionId
from tests.replay.world import NoLimits, World

Frame = dict[str, Any]
WAIT_S = 10.0


class Sessions:
    """A session per member; the cookie is the member's id."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def load(self, credential: Credential) -> SessionFacts | None:
        """The member's session."""
        actor = await self._world.actor(credential.secret)
        return SessionFacts(actor.session, actor.account, actor.member)

    async def standing(self, session: SessionId, *, used: bool = False) -> Standing | None:
        """The member as of now."""
        del used
        return Standing(await self._world.actor(session.replace("-7005-", "-7003-")))

    async def ended(self, sessions: Sequence[SessionId]) -> list[SessionId]:
        """None."""
        del sessions
        return []

    async def touch(self, session: SessionId) -> int | None:
        """Never ends."""
        del session
        return None


class Device:
    """One device of one member.

    Attributes:
        member: Whose.
        events: Events that came live, in order.
        rooms: Room -> state by the reducers.
        me: Own state by the reducers.
    """

    def __init__(self, member: MemberId) -> None:
        self.member = member
        self.events: list[Frame] = []
        self.rooms: dict[str, ChatState] = {}
        self.me: MeSnapshot | None = None
        self._refs = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Frame]] = {}
        self._unread = bytearray()
        self.connection: Connection | None = None

    # -- SocketPort ----------------------------------------------------------------------------------------------

    @property
    def transport(self) -> "Device":
        """It is its own."""
        return self

    @property
    def packs(self) -> bool:
        """It takes frames apart by itself."""
        return False

    def write(self, frames: bytes, /) -> None:
        """As `write_frame`."""
        self.write_frame(frames)

    def get_write_buffer_size(self) -> int:
        """Reads at once."""
        return 0

    def write_frame(self, frames: bytes) -> None:
        """Take frames apart and hand them on."""
        self._unread += frames
        while len(self._unread) >= 2:
            head = {126: 4, 127: 10}.get(self._unread[1], 2)
            size = self._unread[1] if head == 2 else int.from_bytes(self._unread[2:head], "big")
            frame = json.loads(bytes(self._unread[head : head + size]))
            del self._unread[: head + size]
            self._came(frame)

    def buffered_bytes(self) -> int:
        """A device reads everything at once."""
        return 0

    def close(self, row: CloseRow, retry_after_ms: int | None = None) -> None:
        """The server hung up."""
        del retry_after_ms
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError(row.key))

    # -- client --------------------------------------------------------------------------------------------------

    async def ask(self, type: str, /, **fields: Any) -> Frame:  # noqa: ANN401 - fields of the command
        """Send a command and wait for its answer frame."""
        assert self.connection is not None
        ref = next(self._refs)
        answer = self._answers[ref] = asyncio.get_running_loop().create_future()
        self.connection.received(json.dumps({"type": type, "ref": ref} | fields).encode())
        return await asyncio.wait_for(answer, WAIT_S)

    async def do(self, type: str, /, **fields: Any) -> Frame:  # noqa: ANN401
        """The result of a command that must succeed."""
        frame = await self.ask(type, **fields)
        assert frame["type"] in ("reply", "welcome"), frame
        return frame.get("result", frame)  # type: ignore[no-any-return]  # JSON

    async def follow(self, *rooms: str) -> None:
        """Enter the own topic and rooms, and start from their snapshots."""
        await self.do("subscribe", topic=me_topic(self.member))
        for room in rooms:
            await self._enter(room)

    async def _enter(self, room: str) -> None:
        """Enter a room, and replay into the room list what it does not tell yet (channels/me/reduce.py)."""
        assert self.me is not None
        told = next(line.head for line in self.me.rooms if line.room == room)
        entered = await self.do("subscribe", topic=chat_topic(room))
        if told < entered["head"]:
            bounds = {"after": told, "before": entered["head"] + 1}
            missed = await self.do("replay", topic=chat_topic(room), **bounds)
            for frame in missed["events"]:
                self.me = me_reduce.apply(self.me, CHAT_LOG_EVENT.validate_json(json.dumps(frame)))

    def _came(self, frame: Frame) -> None:
        answer = self._answers.get(frame.get("ref", 0))
        if answer is None or answer.done():
            self.events.append(frame)
            if "seq" in frame:
                self._apply(frame)
            return
        self._start(frame.get("result", {}))
        answer.set_result(frame)

    def _start(self, result: Frame) -> None:
        """Take a snapshot at once: the events that belong behind it may stand in the same write."""
        if result.get("snapshot") is None:
            return
        content = json.dumps(result["snapshot"])
        kind, _, ident = result["topic"].partition(":")
        if kind == "me":
            self.me = MeSnapshot.model_validate_json(content)
        else:
            self.rooms[ident] = ChatState(room=ChatSnapshot.model_validate_json(content))

    def _apply(self, frame: Frame) -> None:
        kind, _, ident = frame["topic"].partition(":")
        content = json.dumps(frame)
        if kind == "me" and self.me is not None:
            self.me = me_reduce.apply(self.me, ME_LOG_EVENT.validate_json(content))
        elif kind == "chat" and ident in self.rooms:
            event = CHAT_LOG_EVENT.validate_json(content)
            self.rooms[ident] = chat_reduce.apply(self.rooms[ident], event)
            if self.me is not None:
                self.me = me_reduce.apply(self.me, event)

    def seqs(self, room: str) -> list[int]:
        """Numbers of the room's log events that came live."""
        return [e["seq"] for e in self.events if e.get("topic") == chat_topic(room) and "seq" in e]


@asynccontextmanager
async def exchange_of(world: World) -> AsyncIterator[Exchange]:
    """The real-time core over the world's log."""
    parts = Parts(world.registry, world.reader, LocalBus(), Sessions(world), NoLimits())
    async with Exchange(parts, ExchangeSettings(several=False)) as exchange:
        yield exchange


async def device(exchange: Exchange, member: MemberId) -> Device:
    """A device that said hello."""
    new = Device(member)
    new.connection = exchange.connect(new, member)
    await new.do("hello", protocol=1, client="test/1")
    return new
