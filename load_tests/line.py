"""One WebSocket of a member: handshake, commands with refs, answers; what nobody asked for goes to the owner.

Callbacks, not tasks: ten thousand of these share a loop with the measurement. A frame of a message costs one look at its first
bytes before the owner decides how closely it wants to look.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect
from typing_extensions import override

from channels.protocol.base import PROTOCOL_VERSION

Frame = dict[str, Any]
Answered = Callable[[Frame], None]

COOKIE = "__Host-huitang"
CLIENT = "load/1"
SENT = b'{"type":"chat.sent"'
"""How the frame of a message begins: models are encoded in the order of their fields, `type` first."""

ABNORMAL = 1006
"""Stands for a connection that ended without a Close frame (RFC 6455 section 7.4.1)."""

HANDSHAKE_S = 20.0
ANSWER_S = 30.0
BUFFER_BYTES = 8_192
STALLED_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Target:
    """Where a server listens, and from which of our addresses it is called."""

    host: str
    port: int
    source: str = "127.0.0.2"


class Refusal(Exception):
    """An error frame.

    Attributes:
        key: Its word.
        temporary: The same command may succeed later.
        retry_after_ms: When, if the server says.
    """

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame["key"])
        self.key: str = frame["key"]
        self.temporary: bool = frame["temporary"]
        self.retry_after_ms: int = frame.get("retry_after_ms") or 0


class Line(WSListener):
    """A socket.

    Args:
        told: Given every message of a room as raw JSON, at once.
        pushed: Given every other frame that answers nothing.
        ended: Told once when the socket is gone, with the server's close code (1006 for none).

    Attributes:
        close_reason: What the server's Close frame said besides, e.g. how long to stay away.
        open: Connected.
    """

    def __init__(
        self, told: Callable[[bytes], None], pushed: Callable[[Frame], None], ended: Callable[[int], None]
    ) -> None:
        self._told = told
        self._pushed = pushed
        self._ended = ended
        self._transport: WSTransport | None = None
        self._asked: dict[int, Answered] = {}
        self._ref = 0
        self._close_code = ABNORMAL
        self.close_reason = ""
        self.open = False

    async def dial(self, target: Target, cookie: str) -> Frame:
        """Shake hands and say hello; returns the welcome.

        Raises:
            OSError: Nobody listens, or the line broke.
            picows.WSError: The handshake was refused.
            Refusal: The hello was refused.
            TimeoutError: No answer in time.
        """
        host = f"{target.host}:{target.port}"
        await ws_connect(
            lambda: self,
            f"ws://{host}/ws",
            extra_headers={"Cookie": f"{COOKIE}={cookie}", "Origin": f"http://{host}"},
            websocket_handshake_timeout=HANDSHAKE_S,
            read_buffer_init_size=BUFFER_BYTES,
            max_redirects=0,
            local_addr=(target.source, 0),
        )
        return await self.ask({"type": "hello", "protocol": PROTOCOL_VERSION, "client": CLIENT})

    def say(self, command: Frame, answered: Answered) -> None:
        """Send a command; `answered` is called once with the frame that answers it, also when the line breaks before."""
        self._ref += 1
        if self._transport is None or not self.open:
            answered(_broken(self._ref))
            return
        self._asked[self._ref] = answered
        self._transport.send(WSMsgType.TEXT, orjson.dumps({**command, "ref": self._ref}))

    async def ask(self, command: Frame, wait_s: float = ANSWER_S) -> Frame:
        """Send a command and wait; returns the result of its reply (the whole frame for a welcome).

        Raises:
            Refusal: The server refused it, or the line broke (key BROKEN).
            TimeoutError: No answer in time.
        """
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def answered(frame: Frame) -> None:
            if not answer.done():
                answer.set_result(frame)

        self.say(command, answered)
        async with asyncio.timeout(wait_s):
            return result_of(await answer)

    def hang_up(self) -> None:
        """Drop the line at once, without a word."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def stall(self) -> None:
        """Stop reading, and let the kernel keep as little as it can."""
        if self._transport is not None:
            transport = self._transport.underlying_transport
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STALLED_BYTES)
            transport.pause_reading()

    # -- what picows calls -----------------------------------------------------------------------------------------

    @override
    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = transport
        self.open = True

    @override
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame came; several may come in one segment."""
        raw = frame.get_payload_as_bytes()
        if raw.startswith(SENT):
            self._told(raw)
        elif frame.msg_type is WSMsgType.TEXT:
            self._heard(orjson.loads(raw))
        elif frame.msg_type is WSMsgType.CLOSE:
            self._close_code = int.from_bytes(raw[:2], "big") or ABNORMAL
            self.close_reason = raw[2:].decode(errors="replace")
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()

    @override
    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is gone."""
        self.open = False
        asked, self._asked = self._asked, {}
        for ref, answered in asked.items():
            answered(_broken(ref))
        self._ended(self._close_code)

    def _heard(self, frame: Frame) -> None:
        ref = frame.get("ref")
        answered = self._asked.pop(ref, None) if ref is not None else None
        if answered is not None:
            answered(frame)
        else:
            self._pushed(frame)


def result_of(frame: Frame) -> Frame:
    """The result of an answer.

    Raises:
        Refusal: It is an error frame.
    """
    if frame["type"] == "error":
        raise Refusal(frame)
    result: Frame = frame["result"] if frame["type"] == "reply" else frame
    return result


def _broken(ref: int) -> Frame:
    return {"type": "error", "ref": ref, "key": "BROKEN", "temporary": True}
