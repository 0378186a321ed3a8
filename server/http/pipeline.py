"""What happens before and after every handler, once for all routes.

size -> same site -> content type -> session -> gate -> rate -> capability -> body -> handler -> answer. A refusal at any
step is a problem answer; nothing after it runs. May be imported by server.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.protocol.base import WireModel
from channels.protocol.errors import (
    BAD_FIELD,
    FORBIDDEN,
    NOT_SIGNED_IN,
    REAUTH_NEEDED,
    TOO_LARGE,
    Refused,
)
from server.accounts.factors import FRESH_MS
from server.accounts.values import Kind, Step
from server.http.cookies import SESSION, Jar
from server.http.errors import BAD_REQUEST, NOT_FOR_BOTS, NOT_JSON, SECOND_FACTOR_NEEDED, SLOW_REQUEST
from server.http.limits import client_address, take
from server.http.origin import own_origin
from server.http.problem import answer_to, field_of, refusal_of
from server.http.respond import answer
from server.http.routes import API_ROOT, Call, Gate, Outgoing, RouteRow
from server.http.security import check_same_site
from server.services import Services

BODY_TIMEOUT_S = 10  # a 16 KiB body takes 3 s on a 50 kbit/s line; more is a slow-body attack
BEARER = "bearer "


def build_routes(rows: Iterable[RouteRow], services: Callable[[], Services]) -> list[Route]:
    """Starlette routes of a table.

    Args:
        rows: The table.
        services: Gives what the running process holds; asked at each request, so that routes may be built first.
    """
    table = tuple(rows)
    return [
        Route(API_ROOT + row.path, _endpoint(row, table, services), methods=[row.method], name=row.name)
        for row in table
    ]


def _endpoint(
    row: RouteRow, table: tuple[RouteRow, ...], services: Callable[[], Services]
) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        outgoing = Outgoing()
        try:
            held = services()
            call = Call(
                row=row,
                request=request,
                services=held,
                table=table,
                now_ms=held.clock.now_ms(),
                address=client_address(request.client.host if request.client else None),
                outgoing=outgoing,
            )
            return answer(row, await serve(call), outgoing)
        except Exception as fault:  # the border: whatever happens becomes a problem answer
            return answer(row, answer_to(refusal_of(fault)), outgoing)

    return endpoint


async def serve(call: Call) -> WireModel | Response | None:
    """Run the pipeline for one request, up to the handler's outcome.

    Raises:
        Refused: Any step refused.
        StorageError: The store is away: nothing is allowed then.
    """
    row, request, services = call.row, call.request, call.services
    bearer = _bearer(request)
    check_declared_size(row, request)
    if row.changes and bearer is None:
        check_same_site(request.headers, own_origin(request), services.web)
    if row.body is not None:
        check_content_type(request)
    await identify(call, bearer)
    check_gate(call)
    take(services.limits, row.rate, call.session, call.address)
    if (
        row.capability
        and not call.actor.can_anywhere(row.capability)
        and row.capability not in call.actor.system
    ):
        raise Refused(FORBIDDEN)
    call.query = parse_query(row, request)
    call.body = await parse_body(row, request)
    return await row.handler(call)


def _bearer(request: Request) -> str | None:
    """The bearer token of the request, None without one."""
    header = request.headers.get("authorization", "")
    return header[len(BEARER) :].strip() if header[: len(BEARER)].lower() == BEARER else None


def check_declared_size(row: RouteRow, request: Request) -> None:
    """Refuse a body that says it is too large before a byte of it is read."""
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit():
        raise Refused(BAD_REQUEST)
    if int(declared[:19]) > row.limit_bytes:
        raise Refused(TOO_LARGE)


def check_content_type(request: Request) -> None:
    """Only `application/json` (UTF-8): what a foreign form cannot send without asking first."""
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    if media.strip().lower() != "application/json" or parameters.strip().lower() not in {"", "charset=utf-8"}:
        raise Refused(NOT_JSON)


async def identify(call: Call, bearer: str | None) -> None:
    """Look the session up in the store: by bearer token when there is one, else by cookie."""
    sessions = call.services.accounts.sessions
    if bearer is not None:
        found = await sessions.by_bearer(bearer)
        if found is None:
            raise Refused(NOT_SIGNED_IN)
    else:
        jar = Jar(call.services.web.insecure_cookie)
        token = jar.find(call.request.headers.get("cookie", ""), SESSION)
        found = await sessions.by_cookie(token) if token else None
    call.identity = found


def check_gate(call: Call) -> None:
    """Compare the session with the row's gate; bots also with their scopes.

    Raises:
        Refused: NOT_SIGNED_IN, SECOND_FACTOR_NEEDED, REAUTH_NEEDED or NOT_FOR_BOTS.
    """
    row, session, actor = call.row, call.session, call.caller
    if session is not None and session.kind is Kind.BOT:
        if not row.bots or actor is None or not actor.may_use(row.name):
            raise Refused(NOT_FOR_BOTS)
        return
    if row.gate is Gate.PUBLIC:
        return
    if session is None:
        raise Refused(NOT_SIGNED_IN)
    if row.gate is Gate.PENDING:
        return
    if session.step is not Step.DONE or actor is None or not actor.fully_authenticated:
        raise Refused(SECOND_FACTOR_NEEDED)
    if row.gate is Gate.FRESH and not 0 <= call.now_ms - actor.reauthenticated_at_ms <= FRESH_MS:
        raise Refused(REAUTH_NEEDED)


def parse_query(row: RouteRow, request: Request) -> Any:  # noqa: ANN401 - an instance of row.query
    """The query string as the row's model; a field given twice is refused."""
    if row.query is None:
        return None
    pairs = request.query_params.multi_items()
    if len(pairs) != len(dict(pairs)):
        raise Refused(BAD_FIELD, field="query")
    try:
        return row.query.model_validate_strings(dict(pairs))
    except ValidationError as fault:
        raise Refused(BAD_FIELD, field=field_of(fault)) from None


async def parse_body(row: RouteRow, request: Request) -> Any:  # noqa: ANN401 - an instance of row.body
    """Read at most `row.limit_bytes` and validate strictly from bytes."""
    if row.body is None or row.raw:
        return None
    received = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                received += chunk
                if len(received) > row.limit_bytes:
                    raise Refused(TOO_LARGE)
    except TimeoutError:
        raise Refused(SLOW_REQUEST) from None
    try:
        return row.body.model_validate_json(bytes(received))
    except ValidationError as fault:
        raise Refused(BAD_FIELD, field=field_of(fault)) from None
