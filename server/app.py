"""The one place where all meets: routes, socket, client and the layers around them. May be imported by server and tests."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from server.config import Settings
from server.http.pipeline import build_routes
from server.http.problem import answer_to, refusal_of
from server.http.security import SecurityHeaders
from server.http.table import ROUTES
from server.lifespan import House
from server.socket_endpoint import PATH, SocketEndpoint, SocketLimits
from server.static import Client
from server.telemetry import AccessLog


async def _refuse(_request: Request, fault: Exception) -> Response:
    """What Starlette itself refuses (unknown method) becomes a problem, too."""
    return answer_to(refusal_of(fault))


def socket_limits(settings: Settings) -> SocketLimits:
    """Caps on open sockets."""
    return SocketLimits(connections_max=settings.max_connections)


def build_app(house: House) -> ASGIApp:
    """The application of one process."""
    settings, services = house.ground.settings, house.services
    socket = SocketEndpoint(house.exchange, services.web, socket_limits(settings))
    routes = [
        *build_routes(ROUTES, lambda: services),
        WebSocketRoute(PATH, socket, name="socket"),
        Route("/{path:path}", Client(settings.client_dir).serve, name="client"),
    ]
    inner = Starlette(routes=routes, exception_handlers={HTTPException: _refuse})
    return SecurityHeaders(AccessLog(inner, services.clock), services.web)
