"""A whole server for wire tests: uvicorn with our protocol classes, the exchange, the test feature, a real mongod."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from channels.core.context import Reader
from channels.core.exchange import Exchange, ExchangeSettings, Parts
from channels.core.feature import Feature
from channels.core.registry import Registry
from moderation.limits import MemoryLimits
from server.http.security import WebPolicy
from server.http_protocol import GuardedHttpProtocol
from server.serving import Server
from server.socket_endpoint import PATH, SocketEndpoint, SocketLimits
from server.websocket import SocketProtocol
from storage.bus.local import LocalBus
from storage.bus.port import Bus
from storage.client import Mongo
from storage.clock import SystemClock
from storage.crypto import FieldCipher, KeyRing
from storage.ids import SystemIds
from storage.log import LOG_INDEXES, TopicLog
from tests.kit.callers import FakeSessions
from tests.kit.talk import Talk

ORIGIN = "https://hui.test"
EPOCH = "1"


@dataclass
class Plan:
    """How a server is built; tests change what they are about."""

    settings: ExchangeSettings = field(default_factory=lambda: ExchangeSettings(several=False))
    sockets: SocketLimits = field(default_factory=SocketLimits)
    bus: Bus = field(default_factory=LocalBus)
    talk: Talk = field(default_factory=Talk)
    sessions: FakeSessions = field(default_factory=FakeSessions)
    features: tuple[Feature, ...] = ()
    limit_factor: int = 0
    exchange: type[Exchange] = Exchange
    http: type[GuardedHttpProtocol] = GuardedHttpProtocol
    ws: type[SocketProtocol] = SocketProtocol
    ping_s: float = 20.0
    deflate: bool = True
    listener: socket.socket | None = None


@dataclass
class House:
    """A running server."""

    plan: Plan
    exchange: Exchange
    log: TopicLog
    url: str
    port: int
    server: Server

    @property
    def talk(self) -> Talk:
        """The test feature."""
        return self.plan.talk

    @property
    def sessions(self) -> FakeSessions:
        """Who may call."""
        return self.plan.sessions


async def _greet(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("您好")


async def _swallow(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _pour(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * 20_000_000)


def web_of(exchange: Exchange, plan: Plan) -> Starlette:
    """The application under test."""
    endpoint = SocketEndpoint(exchange, WebPolicy(frozenset({ORIGIN})), plan.sockets)
    return Starlette(
        routes=[
            WebSocketRoute(PATH, endpoint),
            Route("/", _greet),
            Route("/swallow", _swallow, methods=["POST"]),
            Route("/pour", _pour),
        ]
    )


def parts_of(mongo: Mongo, plan: Plan) -> Parts:
    """What the exchange stands on."""
    clock = SystemClock()
    registry = Registry((plan.talk.feature, *plan.features))
    log = TopicLog(mongo, clock, EPOCH)
    reader = Reader(mongo, log, FieldCipher(KeyRing.fresh(clock)), clock, SystemIds(), registry.route)
    return Parts(registry, reader, plan.bus, plan.sessions, MemoryLimits(clock, factor=plan.limit_factor))


@asynccontextmanager
async def serving(mongo: Mongo, plan: Plan | None = None) -> AsyncIterator[House]:
    """A server on a free port of the loopback."""
    plan = plan or Plan()
    await mongo.ensure_indexes(LOG_INDEXES)
    parts = parts_of(mongo, plan)
    listener = plan.listener or socket.create_server(("127.0.0.1", 0), backlog=2_048)
    port = listener.getsockname()[1]
    async with plan.exchange(parts, plan.settings) as exchange:
        config = uvicorn.Config(
            web_of(exchange, plan),
            http=plan.http,
            ws=plan.ws,
            ws_max_size=65_536,
            ws_per_message_deflate=plan.deflate,
            ws_ping_interval=plan.ping_s,
            ws_ping_timeout=plan.ping_s,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=4,
        )
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        ready = asyncio.Event()
        server = Server(config, ready.set, exchange.drain)
        running = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
        try:
            await ready.wait()
            yield House(plan, exchange, parts.reader.log, f"ws://127.0.0.1:{port}{PATH}", port, server)
        finally:
            server.ask_to_stop()
            await running
    await parts.reader.log.close()


async def eventually(holds: Callable[[], bool], wait_s: float = 5.0) -> None:
    """Wait until something holds that nobody announces."""
    async with asyncio.timeout(wait_s):
        while not holds():  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.01)
