"""Whether this process lives and can serve: for proxies, orchestrators and people. May be imported by server.

Two questions, because the wrong answer to either does harm. `alive` never looks at the database: restarting the servers does
not mend it, and throws everybody out. `ready` fails from the stop signal on, before a socket is closed.
"""

from typing import Literal

from channels.core.feature import RateClass
from channels.protocol.base import Millis, WireModel
from channels.protocol.errors import Refused
from server.http.errors import NOT_READY
from server.http.routes import Call, Gate, RouteRow

RETRY_MS = 2_000


class Health(WireModel):
    """The process answers, and so does its database."""

    status: Literal["ok"]
    server_time_ms: Millis


class Alive(WireModel):
    """The event loop turns."""

    status: Literal["alive"]


class Ready(WireModel):
    """New people may be sent here."""

    status: Literal["ready"]


async def show_health(call: Call) -> Health:
    """Whether the server and its database answer; 503 when the database does not."""
    await call.services.mongo.ping()
    return Health(status="ok", server_time_ms=call.now_ms)


async def show_alive(_call: Call) -> Alive:
    """Whether the process answers; looks at nothing else."""
    return Alive(status="alive")


async def show_ready(call: Call) -> Ready:
    """Whether new people may be sent here; 503 NOT_READY with the reason within 2 s when they may not."""
    reason = await call.services.readiness.why_not()
    if reason is not None:
        raise Refused(NOT_READY, retry_after_ms=RETRY_MS, reason=reason.value)
    return Ready(status="ready")


HEALTH_ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/health", "system.health", None, Health, Gate.PUBLIC, show_health, rate=RateClass.READ),
    RouteRow("GET", "/alive", "system.alive", None, Alive, Gate.PUBLIC, show_alive, rate=RateClass.READ),
    RouteRow("GET", "/ready", "system.ready", None, Ready, Gate.PUBLIC, show_ready, rate=RateClass.READ),
)
