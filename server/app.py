"""The one place where all meets: routes, socket, client and the layers around them. May be imported by server and tests."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.protocol.errors import NOT_FOUND, Refused
from server.config import Settings
from server.http.errors import METHOD_NOT_ALLOWED
from server.http.pipeline import build_routes
from server.http.problem import answer_to, refusal_of
from server.http.security import SecurityHeaders
from server.http.table import ROUTES
from server.lifespan import House
from server.metrics import page
from server.socket_endpoint import PATH, SocketEndpoint, SocketLimits
from server.static import Client
from server.telemetry import AccessLog

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def _refuse(_request: Request, fault: Exception) -> Response:
    """What Starlette itself refuses (unknown method) becomes a problem, too."""
    return answer_to(refusal_of(fault))


def _refusal_below_api(known: Sequence[Route]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint for addresses below /api that no row serves: 405 where another method would do, else 404."""

    async def refuse(request: Request) -> Response:
        partly = any(route.matches(request.scope)[0] is Match.PARTIAL for route in known)
        return answer_to(Refused(METHOD_NOT_ALLOWED if partly else NOT_FOUND))

    return refuse


def socket_limits(settings: Settings) -> SocketLimits:
    """Caps on open sockets."""
    return SocketLimits(connections_max=settings.max_connections)


def metrics_routes(house: House) -> list[Route]:
    """The page for Prometheus; none when no token is set, so that it is answered like any unknown address."""
    token = house.ground.settings.metrics_token
    if house.metrics is None or token is None:
        return []
    return [Route(page.PATH, page.MetricsPage(house.metrics, token).serve, name="metrics")]


def _with_entrance(socket: ASGIApp, others: ASGIApp) -> ASGIApp:
    """The socket's address goes to its endpoint at once: ten thousand that come back in a storm pass no layer that is not theirs."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        is_socket = scope["type"] == "websocket" and scope["path"] == PATH
        await (socket if is_socket else others)(scope, receive, send)

    return enter


def build_app(house: House) -> ASGIApp:
    """The application of one process."""
    settings, services = house.ground.settings, house.services
    socket = SocketEndpoint(house.exchange, services.web, socket_limits(settings))
    api = build_routes(ROUTES, lambda: services)
    routes = [
        *api,
        *metrics_routes(house),
        Route("/api/{path:path}", _refusal_below_api(api), methods=METHODS, name="unknown"),
        Route("/{path:path}", Client(settings.client_dir).serve, name="client"),
    ]
    inner = Starlette(routes=routes, exception_handlers={HTTPException: _refuse})
    told = house.metrics.http.observe if house.metrics is not None else None
    layered = AccessLog(inner, services.clock, told)
    return SecurityHeaders(_with_entrance(socket, layered), services.web)
