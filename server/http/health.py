"""Whether this process can serve: for proxies, supervisors and people. May be imported by server."""

from typing import Literal

from channels.core.feature import RateClass
from channels.protocol.base import Millis, WireModel
from server.http.routes import Call, Gate, RouteRow


class Health(WireModel):
    """The process answers, and so does its database."""

    status: Literal["ok"]
    server_time_ms: Millis


async def show_health(call: Call) -> Health:
    """Whether the server and its database answer; 503 when the database does not."""
    await call.services.mongo.ping()
    return Health(status="ok", server_time_ms=call.now_ms)


HEALTH_ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/health", "system.health", None, Health, Gate.PUBLIC, show_health, rate=RateClass.READ),
)
