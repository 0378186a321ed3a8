"""What becomes of an exception: a numbered refusal for the caller, and a log line without content for us.

May be imported by server.
"""

import traceback

import structlog

from channels.protocol.errors import (
    BUSY,
    CONFLICT,
    INTERNAL,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    ErrorRow,
    Refused,
)
from storage import errors as storage

log = structlog.get_logger(__name__)

RETRY_MS = 1_000
"""Advice for temporary refusals of the store: one second is when a killed mongod writes again (reliability.md 3.1)."""

_ROWS: tuple[tuple[type[storage.StorageError], ErrorRow], ...] = (
    (storage.Busy, BUSY),
    (storage.Unavailable, UNAVAILABLE),
    (storage.GuardFailed, CONFLICT),
    (storage.Duplicate, CONFLICT),
    (storage.NotFound, NOT_FOUND),
    (storage.TooLarge, TOO_LARGE),
)


def refusal_of(error: Exception, what: str) -> Refused:
    """The refusal a caller gets for an exception.

    Args:
        error: Whatever a handler raised.
        what: Wire type of the command, for the log.

    Returns:
        `error` itself when it is a refusal; INTERNAL for everything unforeseen, which is logged with type and place only:
        messages of exceptions quote what was sent.
    """
    if isinstance(error, Refused):
        return error
    for kind, row in _ROWS:
        if isinstance(error, kind):
            return Refused(row, retry_after_ms=RETRY_MS if row.temporary else None)
    log.error("command failed", command=what, fault=type(error).__name__, at=place_of(error))
    return Refused(INTERNAL, retry_after_ms=RETRY_MS)


def place_of(error: BaseException) -> str:
    """Files and lines an exception went through, innermost last, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " > ".join(f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}" for frame in frames)
