"""Refusals as RFC 9457 problem details: `type, title, status, detail` and ours: `code, key, message, temporary, params`.

Never a traceback, never the value that was refused. May be imported by server.
"""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from channels.protocol.base import Count, Millis, WireModel
from channels.protocol.errors import (
    BAD_FIELD,
    BUSY,
    CONFLICT,
    FORBIDDEN,
    INTERNAL,
    NOT_FOUND,
    NOT_SIGNED_IN,
    TOO_LARGE,
    UNAVAILABLE,
    ErrorRow,
    Refused,
)
from channels.protocol.frames import Message
from server.http.errors import BAD_REQUEST, METHOD_NOT_ALLOWED
from storage.errors import Busy, Duplicate, GuardFailed, NotFound, NotReady, Unavailable
from storage.errors import TooLarge as StoredTooLarge

logger = logging.getLogger("huitang.http")

FIELD_NAME = re.compile(r"[a-z_]{1,40}|[0-9]{1,4}")
PROBLEM_MEDIA = "application/problem+json"

BY_STATUS: dict[int, ErrorRow] = {
    401: NOT_SIGNED_IN,
    403: FORBIDDEN,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    413: TOO_LARGE,
    503: UNAVAILABLE,
}
BY_STORAGE_ERROR: tuple[tuple[type[Exception], ErrorRow], ...] = (
    (Busy, BUSY),
    (GuardFailed, CONFLICT),
    (Duplicate, CONFLICT),
    (Unavailable, UNAVAILABLE),
    (NotReady, UNAVAILABLE),
    (NotFound, NOT_FOUND),
    (StoredTooLarge, TOO_LARGE),
    (TimeoutError, UNAVAILABLE),
)


class Problem(WireModel):
    """An RFC 9457 problem."""

    model_config = ConfigDict(title="Problem")

    type: str
    """`urn:huitang:error:<KEY>`."""
    title: str
    status: int
    detail: str
    code: Count
    key: str
    message: Message
    temporary: bool
    retry_after_ms: Millis | None = None
    params: dict[str, str | int] = Field(default_factory=dict)


class _Gaps(dict[str, str | int]):
    """Leaves a field of a text as it stands when there is no value for it."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def texts(refused: Refused) -> Message:
    """The refusal in both languages with its values filled in."""
    gaps = _Gaps(refused.params)
    return Message(zh=refused.row.zh.format_map(gaps), en=refused.row.en.format_map(gaps))


def problem_of(refused: Refused) -> Problem:
    """The body of the answer to a refusal."""
    row, message = refused.row, texts(refused)
    return Problem(
        type=f"urn:huitang:error:{row.key}",
        title=row.key.replace("_", " ").capitalize(),
        status=row.status,
        detail=message.en,
        code=row.code,
        key=row.key,
        message=message,
        temporary=row.temporary,
        retry_after_ms=refused.retry_after_ms,
        params=refused.params,
    )


def answer_to(refused: Refused) -> Response:
    """The whole answer to a refusal."""
    headers = {}
    if refused.retry_after_ms is not None:
        headers["Retry-After"] = str(-(-refused.retry_after_ms // 1000))
    return Response(
        problem_of(refused).model_dump_json(),
        status_code=refused.row.status,
        media_type=PROBLEM_MEDIA,
        headers=headers,
    )


async def answer_fault(request: Request, fault: Exception) -> Response:
    """Starlette's exception handler: unknown addresses, wrong methods, and whatever is outside the route table."""
    return answer_to(refusal_of(fault))


EXCEPTION_HANDLERS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: answer_fault,
    Exception: answer_fault,
}
"""For `Starlette(exception_handlers=…)`."""


def field_of(fault: ValidationError) -> str:
    """Dotted name of the first field that is wrong, at most 60 characters; nothing of its value.

    A name that cannot be one of ours reads `?`: keys are written by clients, too, and may hold anything.
    """
    location = fault.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    steps = (str(step) for step in location)
    return ".".join(step if FIELD_NAME.fullmatch(step) else "?" for step in steps)[:60] or "body"


def refusal_of(fault: Exception) -> Refused:
    """What the client is told of an exception; anything unforeseen is logged by place, not by content."""
    if isinstance(fault, Refused):
        return fault
    if isinstance(fault, HTTPException):
        return Refused(BY_STATUS.get(fault.status_code, BAD_REQUEST))
    if isinstance(fault, ClientDisconnect):
        return Refused(BAD_REQUEST)
    if isinstance(fault, ValidationError):
        return Refused(BAD_FIELD, field=field_of(fault))
    for kind, row in BY_STORAGE_ERROR:
        if isinstance(fault, kind):
            return Refused(row, retry_after_ms=1000 if row.temporary else None)
    logger.error("unforeseen %s at %s", type(fault).__name__, place_of(fault))
    return Refused(INTERNAL)


def place_of(fault: BaseException) -> str:
    """Where an exception came from, innermost last, without its message: that may hold personal data."""
    frames = traceback.extract_tb(fault.__traceback__)[-6:]
    return " < ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}:{frame.name}" for frame in frames)
