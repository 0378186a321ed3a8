"""The one generator for all servers: many connections in one program, the first four publish in turn, all count. Run as a program.

    python -m load_tests.peers.fan          told by orders (see `load_tests.orders`): connect, publish, leave

A message is in flight until every connection has it; so many are in flight at any time. What it costs to receive a frame is the
same for all servers: one callback, one look at its first bytes, one count.
"""

import asyncio
import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import uuid_utils
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect
from typing_extensions import override

from load_tests.limits import raise_file_limit
from load_tests.orders import Answer, Order, obey
from load_tests.peers.dialects import Dialect, Publisher, dialect
from load_tests.words import Words

PUBLISHERS = 4
"""Ours takes 32 commands of a connection at once, and one is under way a little longer than its message."""

AT_ONCE = 32
OPEN_S = 30.0
BEAT_S = 20.0


class Ear(WSListener):
    """One connection.

    Args:
        fan: Whose.
    """

    def __init__(self, fan: "Fan") -> None:
        self.fan = fan
        self.mark = fan.dialect.mark
        self.transport: WSTransport | None = None
        self.frames: asyncio.Queue[bytes] | None = asyncio.Queue(100)

    @override
    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self.transport = transport

    @override
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame came."""
        raw = frame.get_payload_as_bytes()
        if raw.startswith(self.mark):
            self.fan.heard(raw)
        elif frame.msg_type is WSMsgType.TEXT:
            self._other(raw)
        elif frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()

    @override
    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is gone."""
        self.fan.broke()

    def _other(self, raw: bytes) -> None:
        answer = self.fan.dialect.answers.get(raw)
        if answer is not None:
            self.send(answer)
        elif self.frames is not None and not self.frames.full():
            self.frames.put_nowait(raw)
        elif raw.startswith(b'{"type":"error"'):
            self.fan.refused(raw)

    def send(self, raw: bytes) -> None:
        """Send a text frame."""
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, raw)

    async def open(self, told: Dialect) -> None:
        """Do what has to be done before messages come."""
        frames = self.frames
        if frames is None:
            return
        async with asyncio.timeout(OPEN_S):
            if told.greets:
                await frames.get()
            for words in told.opening:
                self.send(words)
                ref = orjson.loads(words)["ref"] if words.startswith(b"{") else None
                while ref is not None and _ref(await frames.get()) != ref:
                    pass
                if ref is None:
                    await frames.get()
        self.frames = None


def _ref(raw: bytes) -> int | None:
    frame = orjson.loads(raw)
    if frame["type"] == "error":
        raise RuntimeError(f"refused: {frame['key']}")
    ref: int | None = frame.get("ref")
    return ref


@dataclass(slots=True)
class Round:
    """One stretch of publishing.

    Attributes:
        publisher: Makes messages.
        until: When no new one is begun (loop time).
        begun, done: Messages.
        heard: Deliveries.
        size_bytes: Of all payloads heard.
        over: Everything begun is done.
    """

    publisher: Publisher
    until: float
    words: Words
    begun: int = 0
    done: int = 0
    heard: int = 0
    size_bytes: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Fan:
    """The connections of this program."""

    def __init__(self) -> None:
        self.dialect = Dialect("/", b"")
        self.ears: list[Ear] = []
        self._round: Round | None = None
        self._fault = ""
        self._count = 0
        self._leaving = False

    # -- orders ----------------------------------------------------------------------------------------------------

    async def connect(self, order: Order) -> Answer:
        """Open connections; order: host, port, dialect, each (source address, headers, opening frames as text)."""
        self._leaving, self._fault = False, ""
        slots = asyncio.Semaphore(AT_ONCE)
        self.dialect = dialect(order["dialect"])

        async def one(each: Mapping[str, Any]) -> Ear:
            async with slots:
                return await self._dial(order, each)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(each)) for each in order["each"]]
        self.ears = [task.result() for task in tasks]
        gc.collect()
        gc.freeze()
        return {"open": len(self.ears)}

    async def publish(self, order: Order) -> Answer:
        """Publish on the first connections; order: inflight, seconds, limit_s, seed, template, room."""
        if self._fault:
            raise RuntimeError(self._fault)
        loop, before_ns = asyncio.get_running_loop(), time.process_time_ns()
        publisher = Publisher(order["dialect"], order["template"], order["room"])
        began = loop.time()
        this = self._round = Round(publisher, began + order["seconds"], Words(order["seed"]))
        for _ in range(order["inflight"]):
            self._say(this)
        try:
            async with asyncio.timeout(order["seconds"] + order["limit_s"]):
                await this.over.wait()
        finally:
            self._round = None
        if self._fault:
            raise RuntimeError(self._fault)
        return {
            "messages": this.begun,
            "deliveries": this.heard,
            "missing": this.begun * len(self.ears) - this.heard,
            "size_bytes": this.size_bytes,
            "lasted_s": loop.time() - began,
            "cpu_ns": time.process_time_ns() - before_ns,
        }

    async def leave(self, _order: Order) -> Answer:
        """Hang up."""
        self._leaving = True
        for ear in self.ears:
            if ear.transport is not None:
                ear.transport.disconnect(graceful=False)
        self.ears = []
        return {}

    # -- inside ----------------------------------------------------------------------------------------------------

    async def _dial(self, order: Order, each: Mapping[str, Any]) -> Ear:
        ear = Ear(self)
        await ws_connect(
            lambda: ear,
            f"ws://{order['host']}:{order['port']}{self.dialect.path}",
            extra_headers=each["headers"],
            websocket_handshake_timeout=OPEN_S,
            max_redirects=0,
            local_addr=(each["source"], 0),
        )
        await ear.open(dialect(order["dialect"], tuple(text.encode() for text in each["opening"])))
        return ear

    def heard(self, raw: bytes) -> None:
        """A message came to one of us."""
        this = self._round
        if this is None:
            return
        this.heard += 1
        this.size_bytes += len(raw)
        if this.heard >= (this.done + 1) * len(self.ears):
            this.done += 1
            if asyncio.get_running_loop().time() < this.until:
                self._say(this)
            elif this.done == this.begun:
                this.over.set()

    def refused(self, raw: bytes) -> None:
        """The server refused a message."""
        self._end(f"refused: {orjson.loads(raw)['key']}")

    def broke(self) -> None:
        """A connection ended."""
        if not self._leaving:
            self._end("a connection broke")

    def _end(self, fault: str) -> None:
        self._fault = self._fault or fault
        if self._round is not None:
            self._round.over.set()

    def _say(self, this: Round) -> None:
        this.begun += 1
        self._count += 1
        ear = self.ears[this.begun % min(PUBLISHERS, len(self.ears))]
        ear.send(this.publisher.message(this.words.body(), str(uuid_utils.uuid7()), self._count))

    async def keep_alive(self) -> None:
        """Heartbeats where a server wants them."""
        while True:
            await asyncio.sleep(BEAT_S)
            for ear in self.ears if self.dialect.beat else ():
                ear.send(self.dialect.beat)


async def serve() -> None:
    """Carry out orders until standard input ends."""
    fan = Fan()
    beating = asyncio.get_running_loop().create_task(fan.keep_alive(), name="heartbeats")
    try:
        await obey({"connect": fan.connect, "publish": fan.publish, "leave": fan.leave})
    finally:
        beating.cancel()


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(serve())
