"""The HTTP protocol class of our server: uvicorn's httptools one, with bounds on time and size that it lacks.

Named in `Config(http="server.http_protocol:GuardedHttpProtocol")`. uvicorn has no time-out before the end of a request
(300 connections that drip their headers stayed open for ever) and none for a peer that does not read its answer.
May be imported by server and tests.
"""

import asyncio
from typing import Any, ClassVar

from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

REFUSED_HEAD = "Request Header Fields Too Large"
REFUSED_URL = "URI Too Long"


class GuardedHttpProtocol(HttpToolsProtocol):
    """One HTTP connection.

    Args: as uvicorn's.

    Attributes:
        head_s: Time for the whole head of a request, from its first byte or from the connection on.
        body_window_s: A body must bring body_window_bytes in each such time, whatever its length.
        body_window_bytes: 64 KiB in 30 s: the slowest mobile uplink brings more, a dripping client does not.
        stall_s: Time for a peer to take any of an answer that waits for it.
        stop_s: The same while the server stops.
        head_bytes: Most bytes of request line and headers.
        header_count: Most header fields.
        url_bytes: Longest request target.
    """

    head_s: ClassVar[float] = 10.0
    body_window_s: ClassVar[float] = 30.0
    body_window_bytes: ClassVar[int] = 65_536
    stall_s: ClassVar[float] = 60.0
    stop_s: ClassVar[float] = 1.0
    head_bytes: ClassVar[int] = 32_768
    header_count: ClassVar[int] = 100
    url_bytes: ClassVar[int] = 8_192

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_size_bytes = 0
        self._body_size_bytes = 0
        self._refused = False
        self._stopping = False

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._arm(self.head_s, self._abort)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        self._disarm()
        self._stop_stall()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes within the bounds."""
        if self._refused:
            return
        if self._in_head:
            if self._timer is None:
                self._arm(
                    self.head_s, self._abort
                )  # the head of a further request on a kept connection begins
            self._head_size_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_size_bytes > self.head_bytes:
            self._refuse(431, REFUSED_HEAD)

    @override
    def on_headers_complete(self) -> None:
        """The head is whole: judge its size, then go on with the body's clock."""
        self._disarm()
        self._in_head = False
        size_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.url) > self.url_bytes:
            self._refuse(414, REFUSED_URL)
        elif size_bytes > self.head_bytes or len(self.headers) > self.header_count:
            self._refuse(431, REFUSED_HEAD)
        else:
            super().on_headers_complete()
            self._body_size_bytes = 0
            self._arm(self.body_window_s, self._look_at_body, 0)

    @override
    def on_body(self, body: bytes) -> None:
        """Count what arrives."""
        if not self._refused:
            self._body_size_bytes += len(body)
            super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        """The request is whole; the next head may begin."""
        if not self._refused:
            self._disarm()
            self._in_head = True
            self._head_size_bytes = 0
            super().on_message_complete()

    @override
    def handle_websocket_upgrade(self) -> None:
        """The connection goes to the WebSocket protocol, with clocks of its own."""
        self._disarm()
        if not self._refused:
            super().handle_websocket_upgrade()

    @override
    def pause_writing(self) -> None:
        """The peer does not take its answer: start its clock."""
        super().pause_writing()
        self._start_stall()

    @override
    def resume_writing(self) -> None:
        """The peer takes its answer."""
        self._stop_stall()
        super().resume_writing()

    @override
    def timeout_keep_alive_handler(self) -> None:
        """Nothing came on a kept connection: close, and abort when the last answer does not leave."""
        super().timeout_keep_alive_handler()
        self._arm(self.stall_s, self._abort)

    @override
    def shutdown(self) -> None:
        """The server stops: half a request will not become a whole one, and nobody waits for a peer that does not read."""
        super().shutdown()
        self._stopping = True
        if self.transport.is_closing():
            self._arm(self.stop_s, self._abort)
        elif self._stall_timer is not None:
            self._start_stall()

    def _look_at_body(self, before_bytes: int) -> None:
        """Abort a body that drips; a body that the application does not read is not the peer's fault."""
        self._timer = None
        slow = self._body_size_bytes - before_bytes < self.body_window_bytes
        if slow and not self.flow.read_paused:
            self._abort()
        else:
            self._arm(self.body_window_s, self._look_at_body, self._body_size_bytes)

    def _refuse(self, status: int, phrase: str) -> None:
        self._refused = True
        self._disarm()
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % (status, phrase.encode())
        )
        self.transport.close()
        self._arm(self.stop_s, self._abort)

    def _abort(self) -> None:
        self.transport.abort()

    def _arm(self, after_s: float, what: Any, *args: Any) -> None:  # noqa: ANN401 - as loop.call_later
        self._disarm()
        self._timer = self.loop.call_later(after_s, what, *args)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_stall(self) -> None:
        self._stop_stall()
        wait_s = self.stop_s if self._stopping else self.stall_s
        self._stall_timer = self.loop.call_later(wait_s, self._abort)

    def _stop_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
