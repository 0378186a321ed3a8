"""What a route is: a row of data that the pipeline, the OpenAPI document and the tests read.

A module with routes offers one tuple of `RouteRow`; `server/http/table.py` concatenates them. Nothing else registers.
May be imported by server.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from channels.core.actor import Actor
from channels.core.feature import RateClass
from channels.protocol.base import WireModel
from channels.protocol.errors import NOT_SIGNED_IN, TOO_LARGE, Refused
from server.accounts.book import Identified
from server.accounts.values import SessionView
from server.services import Services

API_ROOT = "/api/v1"
BODY_LIMIT_BYTES = (
    16_384  # the largest JSON body of ours is a column mapping; a password may have 4 096 bytes
)

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[["Call"], Awaitable[WireModel | Response | None]]


class Gate(Enum):
    """Who passes, from everybody to those who proved who they are a moment ago."""

    PUBLIC = "public"
    """Everybody; the session is there when there is one."""
    PENDING = "pending"
    """A log-in transaction that passed its first step; also complete sessions. The handler looks at the step."""
    MEMBER = "member"
    """Every required factor was given."""
    FRESH = "fresh"
    """As MEMBER, and every factor was given again within the last 10 minutes."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route.

    Attributes:
        method: HTTP method; GET never changes anything.
        path: Below API_ROOT, e.g. `/devices/{id}`.
        name: `area.verb`, unique; operation id, and the scope word for bot tokens.
        body: Model of the JSON body; None when there is none (or `raw`).
        result: Model of the answer; None answers 204, or whatever Response the handler returns.
        gate: Who passes.
        handler: `async (call) -> result`; its docstring's first line is the summary in OpenAPI.
        capability: Word that some role of the caller must give; the handler checks the very place.
        rate: Token bucket the request takes from.
        query: Model of the query string.
        bots: True when bot tokens may hold `name` as a scope.
        raw: The handler reads the body itself with `Call.chunks` (uploads).
        limit_bytes: Largest body.
        status: Status of success when there is a result.
        media: Media type of an answer that is no JSON, for the document.
    """

    method: Method
    path: str
    name: str
    body: type[WireModel] | None
    result: type[WireModel] | None
    gate: Gate
    handler: Handler
    capability: str = ""
    rate: RateClass = RateClass.WRITE
    query: type[WireModel] | None = None
    bots: bool = False
    raw: bool = False
    limit_bytes: int = BODY_LIMIT_BYTES
    status: int = 200
    media: str = ""

    @property
    def changes(self) -> bool:
        """True for methods that may change something."""
        return self.method != "GET"


@dataclass(slots=True)
class Outgoing:
    """What the handler adds to the answer besides its result.

    Attributes:
        cookies: Complete Set-Cookie values.
        headers: Further headers.
    """

    cookies: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request under way, as its handler sees it.

    Attributes:
        row: The route.
        request: Starlette's request; handlers need it only for uploads.
        services: What the process holds.
        table: All routes of the installation.
        now_ms: Server receive time.
        address: Client address as rate limits know it (IPv6 by /64).
        body: Validated body, an instance of `row.body`.
        query: Validated query, an instance of `row.query`.
        identity: Whom the cookie or the token stands for; None when there is none.
        outgoing: Cookies and headers of the answer.
    """

    row: RouteRow
    request: Request
    services: Services
    table: tuple[RouteRow, ...]
    now_ms: int
    address: str
    body: Any = None
    query: Any = None
    identity: Identified | None = None
    outgoing: Outgoing = field(default_factory=Outgoing)

    @property
    def session(self) -> SessionView | None:
        """The session; None when there is none."""
        return None if self.identity is None else self.identity.session

    @property
    def caller(self) -> Actor | None:
        """The actor of a session that passed every factor; `actor` is the same without None."""
        return None if self.identity is None else self.identity.actor

    @property
    def actor(self) -> Actor:
        """The caller.

        Raises:
            Refused: NOT_SIGNED_IN; cannot happen behind Gate.MEMBER and Gate.FRESH.
        """
        if self.caller is None:
            raise Refused(NOT_SIGNED_IN)
        return self.caller

    @property
    def signed(self) -> Identified:
        """Session, account and person.

        Raises:
            Refused: NOT_SIGNED_IN; cannot happen behind any gate but Gate.PUBLIC.
        """
        if self.identity is None:
            raise Refused(NOT_SIGNED_IN)
        return self.identity

    def part(self, name: str) -> str:
        """A path parameter, at most 100 characters."""
        return str(self.request.path_params[name])[:100]

    async def chunks(self) -> AsyncIterator[bytes]:
        """The raw body, piece by piece.

        Raises:
            Refused: TOO_LARGE as soon as more than `row.limit_bytes` came in.
        """
        size = 0
        async for chunk in self.request.stream():
            size += len(chunk)
            if size > self.row.limit_bytes:
                raise Refused(TOO_LARGE)
            if chunk:
                yield chunk
