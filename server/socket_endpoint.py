"""/ws: from a handshake to a connection of the exchange. An ASGI application, mounted as a route.

Before the socket is accepted: the Origin must be one of ours, exactly; a handshake without Origin must come without our
cookie (no browser sends that), and must show a bearer token in its hello; addresses and the whole process have caps.
After it: messages go from the transport to the connection without passing here, and this application returns.

Sources: ASVS 5.0 4.4.2, OWASP WebSocket cheat sheet. May be imported by server and tests.
"""

from collections import Counter
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from channels.core.connection import Connection
from channels.core.exchange import Exchange
from channels.protocol.errors import BUSY, TOO_MANY_REQUESTS, UNAVAILABLE, Refused
from server.http.cookies import SESSION, Jar
from server.http.errors import BAD_REQUEST, CROSS_SITE
from server.http.limits import client_address
from server.http.problem import answer_to
from server.http.security import WebPolicy, origin_allowed
from server.websocket import EXTENSION, SocketProtocol

PATH = "/ws"
RETRY_MS = 10_000  # advice to those who come while a cap is reached


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Caps of one process.

    Attributes:
        connections_max: Open sockets.
        address_connections_max: Open sockets of one address; a meeting hall or a ministry stands behind one.
    """

    connections_max: int = 20_000
    address_connections_max: int = 2_000


class Guest:
    """An accepted socket's sink: its connection, and its place in the count of its address.

    Args:
        connection: Takes what comes in.
        addresses: Open sockets per address.
        address: Its own.
    """

    __slots__ = ("_address", "_addresses", "_connection")

    def __init__(self, connection: Connection, addresses: Counter[str], address: str) -> None:
        self._connection = connection
        self._addresses = addresses
        self._address: str | None = address
        addresses[address] += 1

    def received(self, message: bytes) -> None:
        """A text message, valid UTF-8."""
        self._connection.received(message)

    def received_binary(self) -> None:
        """A binary message."""
        self._connection.received_binary()

    def shutdown(self) -> None:
        """The server stops."""
        self._connection.shutdown()

    def lost(self) -> None:
        """The socket is gone; may be told twice."""
        address, self._address = self._address, None
        if address is not None:
            self._connection.lost()
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]


@dataclass(slots=True)
class SocketEndpoint:
    """The application behind /ws.

    Attributes:
        exchange: Where connections live.
        web: Our origins and how our cookies are named.
        limits: Caps.
    """

    exchange: Exchange
    web: WebPolicy = field(default_factory=WebPolicy)
    limits: SocketLimits = field(default_factory=SocketLimits)
    _addresses: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one handshake; an accepted socket goes on by itself."""
        await receive()  # websocket.connect
        socket = scope["extensions"].get(EXTENSION)
        address = client_address(scope["client"][0] if scope.get("client") else None)
        try:
            if not isinstance(socket, SocketProtocol):
                raise Refused(UNAVAILABLE)
            cookie = self._check(scope, socket, address)
        except Refused as refused:
            await answer_to(refused)(scope, receive, send)
            return
        guest = Guest(self.exchange.connect(socket, cookie), self._addresses, address)
        socket.attach(guest)
        try:
            await send({"type": "websocket.accept"})
        except BaseException:
            guest.lost()
            raise
        if self.exchange.draining:
            # It reached a process that ends. Only a socket can be told when to come back; a browser's script never sees a 503.
            guest.shutdown()

    def _check(self, scope: Scope, socket: SocketProtocol, address: str) -> str | None:
        """The session cookie of an allowed origin, or None for a caller that must show a token.

        Raises:
            Refused: CROSS_SITE, BAD_REQUEST (a query string: tokens do not belong in URLs), TOO_MANY_REQUESTS, BUSY.
        """
        headers = Headers(scope=scope)
        cookie = Jar(self.web.insecure_cookie).find("; ".join(headers.getlist("cookie")), SESSION)
        origins = headers.getlist("origin")
        if origins:
            scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
            own = f"{scheme}://{headers.get('host', '')}"
            if len(origins) > 1 or not origin_allowed(origins[0], own, self.web):
                raise Refused(CROSS_SITE)
        elif cookie:
            raise Refused(CROSS_SITE)
        if socket.had_query:
            raise Refused(BAD_REQUEST)
        if self.exchange.connection_count >= self.limits.connections_max:
            raise Refused(BUSY, retry_after_ms=RETRY_MS)
        if self._addresses[address] >= self.limits.address_connections_max:
            raise Refused(TOO_MANY_REQUESTS, retry_after_ms=RETRY_MS, s=RETRY_MS // 1_000)
        return cookie or None
