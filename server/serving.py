"""uvicorn, set up our way: our protocol classes, our signals, our logs, and an end within seconds.

May be imported by server and tests.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from channels.protocol.base import MAX_FRAME_BYTES
from server.config import Settings
from server.garbage import settle

BACKLOG = 2_048
SEND_BUFFER_BYTES = 131_072
"""Bytes the kernel is asked to keep for one socket; by itself it lets a reader that stopped reading grow to 4 MiB.

Two hundred such readers cost the others' p99 a factor of 2 to 3.6 while their buffers grew; with this bound 1.0 to 1.4
(docs/reliability.md). Enough for a stream of 1 MB/s at a round trip of 200 ms, and what is beyond it waits in the process
under the hub's own bounds.
"""
BESIDE_SOCKETS = 256  # connections beyond the cap on sockets: a full process still answers pages and probes
KEEP_ALIVE_S = 15  # a phone that comes back within it saves a handshake
SOCKET_PROTOCOL = "server.websocket:SocketProtocol"
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""A hang-up ends a lone process in good order: nobody is there who could replace it."""

HTTP_PROTOCOL = "server.http_protocol:GuardedHttpProtocol"


def _nothing() -> None:
    return None


class Server(uvicorn.Server):
    """uvicorn's server without its signal handling, which would end the process before our children are stopped.

    Args:
        config: See uvicorn.
        ready: Told once requests are answered.
        stopping: Told when the end begins.
        leaving: Told when the stop signal arrived.
        delay_s: From then to the end's beginning: time for load balancers to send nobody any more.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None],
        stopping: Callable[[], None],
        *,
        leaving: Callable[[], None] = _nothing,
        delay_s: int = 0,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping
        self._leaving = leaving
        self._delay_s = delay_s
        self._asked = False

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        settle()
        self._ready()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `serve`."""
        yield

    def ask_to_stop(self) -> None:
        """Leave, then stop gracefully; asked twice, at once."""
        if self._asked:
            self.force_exit = True
            self._stop()
            return
        self._asked = True
        self._leaving()
        if self._delay_s > 0:
            asyncio.get_running_loop().call_later(self._delay_s, self._stop)
        else:
            self._stop()

    def _stop(self) -> None:
        if not self.should_exit:
            # At once and not at uvicorn's next look: who connects from now on is for the other workers, if there are any.
            for server in getattr(self, "servers", ()):
                server.close()
            self._stopping()
            self.should_exit = True


def bind(settings: Settings) -> socket.socket:
    """A listening socket for this process and its workers.

    Raises:
        OSError: The address is not ours, or somebody listens there already.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    # Accepted sockets inherit it. asyncio sets it only where the socket names its protocol, which this one does not; with
    # Nagle on, the second small write of an answer waits some 40 ms for the peer's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listener.setblocking(False)
    return listener


def uvicorn_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs; see the notes in docs/operations.md."""
    return uvicorn.Config(
        app,
        http=HTTP_PROTOCOL,
        ws=SOCKET_PROTOCOL,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=settings.compression,  # without context takeover: see server/websocket.py
        lifespan="off",  # server/lifespan.py surrounds the server, so that a failed start says why
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        limit_concurrency=settings.max_connections + BESIDE_SOCKETS,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.stop_grace_s,
    )


async def serve(  # noqa: PLR0913 - the moments of one life
    app: ASGIApp,
    settings: Settings,
    listener: socket.socket,
    *,
    ready: Callable[[], None] = _nothing,
    leaving: Callable[[], None] = _nothing,
    stopping: Callable[[], None] = _nothing,
) -> None:
    """Serve until a stop signal (SIGTERM, SIGINT, SIGHUP) arrives.

    Args:
        app: The application.
        settings: Of the process.
        listener: From `bind`.
        ready: Told once requests are answered.
        leaving: Told when a stop signal arrived, or SIGUSR1, which only says that one is about to come.
        stopping: Told `drain_delay_s` after the stop signal: send people away now.
    """
    server = Server(
        uvicorn_config(app, settings), ready, stopping, leaving=leaving, delay_s=settings.drain_delay_s
    )
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, server.ask_to_stop)
    loop.add_signal_handler(signal.SIGUSR1, leaving)
    try:
        await server.serve(sockets=[listener])
    finally:
        for number in (*STOP_SIGNALS, signal.SIGUSR1):
            loop.remove_signal_handler(number)
