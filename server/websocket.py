"""The WebSocket protocol class of our server: uvicorn's sans-I/O one, with four things mended and a short way to the hub.

Named in `Config(ws="server.websocket:SocketProtocol")`. What differs from uvicorn:

* a Close frame inside a fragmented message is answered properly (Autobahn 7.1.5);
* every end has a bound: after a keep-alive timeout, a stalled close handshake or a stop the transport is aborted, never
  waited for; a peer that stopped reading frees its memory and cannot hold SIGTERM up;
* invalid UTF-8 closes with 1007 and leaves no traceback in the log; a refused handshake leaves no error there; no query
  string, header or message reaches a log line at any level;
* messages go to an attached sink in the turn they arrive, and frames that are ready made go straight to the transport:
  no task or queue is woken per message, and reading never waits for the application;
* an application that attached a sink and accepted may return: the socket lives on without a task, a scope or queues of
  its own, which would cost more memory than everything else of an idle connection.

The ASGI application finds the object in `scope["extensions"]["huitang.socket"]`. With `ws_per_message_deflate` compression
is negotiated without context takeover on either side: one compressed frame serves many readers, and no connection keeps a
window in memory. Whoever writes decides what is compressed (`channels.core.framing`); nothing here does by itself.
May be imported by server and tests.
"""

import asyncio
import logging
from typing import Any, ClassVar, cast
from typing import Protocol as Port

import structlog
from typing_extensions import override
from uvicorn._types import ASGIReceiveEvent, ASGISendEvent, WebSocketScope
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol

from channels.core.framing import PACK_WINDOW_BITS
from channels.protocol.close_codes import BAD_PAYLOAD, SERVICE_RESTART, CloseRow

EXTENSION = "huitang.socket"
"""Key in the ASGI scope's extensions."""

log = structlog.get_logger(__name__)

CORE_LOGGER = logging.getLogger("huitang.websocket")
"""For the sans-I/O core, which writes headers (cookies) and messages at DEBUG level: held above that, whatever is set."""
CORE_LOGGER.setLevel(logging.WARNING)


class Sink(Port):
    """Who takes what comes in. No call may wait or raise."""

    def received(self, message: bytes) -> None:
        """A text message, valid UTF-8."""
        ...

    def received_binary(self) -> None:
        """A binary message; its content is of no interest."""
        ...

    def lost(self) -> None:
        """The socket is gone."""
        ...

    def shutdown(self) -> None:
        """The server stops: close within the time it has."""
        ...


class Nowhere:
    """Stands in for the queue and the event of an application that has returned."""

    __slots__ = ()

    def put_nowait(self, event: ASGIReceiveEvent) -> None:
        """Nobody reads it."""

    def set(self) -> None:
        """Nobody waits for it."""

    def clear(self) -> None:
        """Nobody waits for it."""


NOWHERE = Nowhere()

DEFLATE = ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)
"""Compression that keeps nothing between messages."""


class StrictServer(ServerProtocol):
    """The sans-I/O core, lenient where the RFC wants it: Close may come inside a fragmented message (section 5.4)."""

    @override
    def recv_frame(self, frame: Frame) -> None:
        """Forget a message that will not be finished, then handle the Close frame as always."""
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)

    def forget_request(self) -> None:
        """Let go of the handshake request, which the parser's own frame keeps alive: 1.2 KB of headers a connection.

        Only between two frames: a parser that is in the middle of one goes on as it is, with the request.
        """
        parsing = getattr(self.parser, "gi_yieldfrom", None)
        waiting = getattr(parsing, "gi_yieldfrom", None)
        if waiting is not None and waiting.__name__ == "at_eof" and not self.reader.buffer:
            self.parser = Protocol.parse(self)
            next(self.parser)


class SocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection. Implements `channels.core.ports.SocketPort`.

    Args: as uvicorn's.

    Attributes:
        close_s: Time for the peer's part of a closing handshake, and for the last bytes to leave.
        drain_s: Time for commands under way when the server stops.
        pong_buffer_bytes: Unsent bytes above which a peer that only pings is given up.
        had_query: The request had a query string; it was taken out of the scope before anybody could log it.
    """

    close_s: ClassVar[float] = 1.0
    drain_s: ClassVar[float] = 2.0
    pong_buffer_bytes: ClassVar[int] = 1_048_576

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        extensions = [DEFLATE] if config.ws_per_message_deflate else []
        self.conn: StrictServer = StrictServer(
            extensions=extensions, max_size=config.ws_max_size, logger=CORE_LOGGER
        )
        self.had_query = False
        self._sink: Sink | None = None
        self._abort_timer: asyncio.TimerHandle | None = None
        self._drain_timer: asyncio.TimerHandle | None = None

    # -- for the application ---------------------------------------------------------------------------------------

    def attach(self, sink: Sink) -> None:
        """Give every message to `sink` from now on; call before accepting."""
        self._sink = sink

    @property
    def packs(self) -> bool:
        """True when compression was negotiated with the window our shared frames use."""
        return any(
            isinstance(extension, PerMessageDeflate)
            and extension.local_no_context_takeover
            and extension.local_max_window_bits == PACK_WINDOW_BITS
            for extension in self.conn.extensions
        )

    def write_frame(self, frames: bytes) -> None:
        """Hand whole frames to the transport; nothing happens once the socket closes."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frames)

    def buffered_bytes(self) -> int:
        """Bytes that have not left the process."""
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    def close(self, row: CloseRow, retry_after_ms: int | None = None) -> None:
        """Send a Close frame with the row's code and key, and advice when there is any; abort when nothing comes back."""
        if self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            return
        reason = row.key if retry_after_ms is None else f"{row.key} retry_after_ms={retry_after_ms}"
        self.stop_keepalive()
        self.conn.send_close(row.code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": row.code, "reason": reason})
        # Set, it keeps uvicorn from closing the transport before the peer had its turn.
        self.close_timer = self.loop.call_later(self.close_s, self.abort)

    def abort(self) -> None:
        """Drop the connection and whatever is still to be sent."""
        if not self.disconnected:
            self.transport.abort()

    # -- what uvicorn calls ----------------------------------------------------------------------------------------

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone: free everything and tell the sink."""
        for timer in (self._abort_timer, self._drain_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)
        if self._sink is not None:
            self._sink.lost()

    @override
    def shutdown(self) -> None:
        """The server stops: let the sink finish, then close, then abort."""
        if self._sink is None or self.close_sent or self.conn.state is not State.OPEN:
            super().shutdown()
            self._abort_soon()
            return
        self.stop_keepalive()
        self._drain_timer = self.loop.call_later(self.drain_s, self.close, SERVICE_RESTART)
        self._sink.shutdown()

    @override
    def handle_connect(self, event: Request) -> None:
        """Prepare the scope; the application runs in the next turn."""
        super().handle_connect(event)
        if self.response.status_code != 101:
            self._abort_soon()
            return
        self.had_query = bool(self.scope["query_string"])
        self.scope["query_string"] = b""
        extensions = cast(dict[str, Any], self.scope["extensions"])
        extensions[EXTENSION] = self

    @override
    async def run_asgi(self) -> None:
        """Let the application answer the handshake; a socket with a sink goes on without it."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception as error:
            log.error("handshake failed", fault=type(error).__name__)
            self.send_500_response()
        if self._sink is not None and self.handshake_complete and not self.close_sent:
            self._forget_handshake()
        elif self.close_timer is None:
            self.transport.close()

    def _forget_handshake(self) -> None:
        self.scope = cast(WebSocketScope, {})
        del self.request, self.response
        self.conn.forget_request()
        # Nobody waits for either any more; the real ones cost 3 KB a connection.
        self.queue = cast(asyncio.Queue[ASGIReceiveEvent], NOWHERE)
        self.writable = cast(asyncio.Event, NOWHERE)

    @override
    async def send(self, message: ASGISendEvent) -> None:
        """As uvicorn's; a handshake that was refused with a response is complete, too."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    @override
    def send_receive_event_to_app(self) -> None:
        """A message is whole: hand it on in this turn."""
        message = b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self._sink is None or not self.handshake_complete:
            self.abort()  # spoke before the handshake was answered (RFC 6455 section 4.1)
        elif self.curr_msg_data_type != "text":
            self._sink.received_binary()
        elif _is_utf8(message):
            self._sink.received(message)
        else:
            self.close(BAD_PAYLOAD)

    @override
    def handle_ping(self) -> None:
        """Answer, unless the peer never reads the answers."""
        if self.transport.get_write_buffer_size() > self.pong_buffer_bytes:
            self.abort()
        else:
            super().handle_ping()

    @override
    def handle_close(self, event: Frame) -> None:
        """Answer the peer's Close, or end after the answer to ours; abort when the last bytes do not leave."""
        super().handle_close(event)
        self._leave()
        self._abort_soon()

    @override
    def handle_parser_exception(self) -> None:
        """The peer broke the protocol: close with the code for it, abort when the last bytes do not leave."""
        if not self.close_sent:
            super().handle_parser_exception()
        self._leave()
        self._abort_soon()

    @override
    def keepalive_timeout(self) -> None:
        """No pong came: the peer is dead or does not read, so nothing written now would arrive."""
        log.debug("socket answered no ping")
        self.abort()

    @override
    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done: a socket that does not go on must be gone soon."""
        super().on_task_complete(task)
        if self.transport.is_closing():
            self._abort_soon()

    def _leave(self) -> None:
        """Nothing may follow a Close frame (RFC 6455 section 5.5.1): the sink must stop writing now."""
        if self._sink is not None:
            self._sink.lost()

    def _abort_soon(self) -> None:
        if not self.disconnected and self._abort_timer is None:
            self._abort_timer = self.loop.call_later(self.close_s, self.abort)


def _is_utf8(message: bytes) -> bool:
    if message.isascii():
        return True
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True
