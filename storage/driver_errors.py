"""Turns everything a MongoDB driver can throw into `storage.errors`.

The server's own texts may quote stored values (a refused duplicate names the value), so no text of a server answer is
ever kept: a fault carries the error's code and class only. Callers raise it `from None` for the same reason.

Imported by storage only.
"""

import re
from collections.abc import Mapping
from typing import Any

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from storage.errors import Duplicate, Rejected, StorageError, Unavailable

DRIVER_ERRORS: tuple[type[Exception], ...] = (PyMongoError, BSONError, OverflowError)
"""What a driver call may throw. OverflowError: an integer beyond 64 bits does not fit BSON."""

DUPLICATE_KEY = 11000

INDEX_IN_MESSAGE = re.compile(r" index: (\S+) dup key")
"""The server names the index only in this text; it has had this form since MongoDB 2.6 (`keyPattern` gives the fields)."""

TEMPORARY_CODES = frozenset(
    {
        6,  # HostUnreachable
        7,  # HostNotFound
        43,  # CursorNotFound: the server restarted under a cursor
        50,  # MaxTimeMSExpired
        64,  # WriteConcernFailed
        89,  # NetworkTimeout
        91,  # ShutdownInProgress
        112,  # WriteConflict
        134,  # ReadConcernMajorityNotAvailableYet
        189,  # PrimarySteppedDown
        202,  # NetworkInterfaceExceededTimeLimit
        211,  # KeyNotFound: just after a start the keys that sign cluster time are not there yet
        225,  # TransactionTooOld
        251,  # NoSuchTransaction: the server restarted under it
        262,  # ExceededTimeLimit
        317,  # ConnectionPoolExpired
        9001,  # SocketException
        10107,  # NotWritablePrimary
        11600,  # InterruptedAtShutdown
        11602,  # InterruptedDueToReplStateChange
        13435,  # NotPrimaryNoSecondaryOk
        13436,  # NotPrimaryOrSecondary
        14031,  # OutOfDiskSpace: reading works, writing works again when there is room
    }
)
"""Codes after which the same request may succeed later (server source: src/mongo/base/error_codes.yml)."""


class TransientConflict(Unavailable):
    """The open transaction was aborted by the server and may be run again as a whole."""


class UnknownCommit(Unavailable):
    """Whether the commit took effect is unknown; the commit may be sent again."""


def translate(error: Exception) -> StorageError:
    """The storage error for a driver error. Never quotes stored values."""
    if isinstance(error, BulkWriteError):
        return _bulk(error)
    if isinstance(error, DuplicateKeyError):
        return Duplicate(index_name(error.details))
    if isinstance(error, PyMongoError):
        if error.has_error_label("UnknownTransactionCommitResult"):
            return UnknownCommit(_name(error))
        if error.has_error_label("TransientTransactionError"):
            return TransientConflict(_name(error))
        if _is_temporary(error):
            return Unavailable(_name(error))
    return Rejected(_name(error))


def index_name(details: Mapping[str, Any] | None) -> str:
    """Name of the index that refused a write; its fields joined when the text has no name; empty when nothing is known."""
    if not details:
        return ""
    if found := INDEX_IN_MESSAGE.search(str(details.get("errmsg", ""))):
        return found.group(1)
    return "_".join(f"{key}_{direction}" for key, direction in details.get("keyPattern", {}).items())


def _is_temporary(error: PyMongoError) -> bool:
    if (
        isinstance(error, ConnectionFailure | AutoReconnect | ExecutionTimeout | WriteConcernError)
        or error.timeout
    ):
        return True
    return isinstance(error, OperationFailure) and (
        error.code in TEMPORARY_CODES or error.has_error_label("RetryableWriteError")
    )


def _bulk(error: BulkWriteError) -> StorageError:
    details: Mapping[str, Any] = error.details
    faults = details.get("writeErrors") or []
    if not faults or details.get("writeConcernErrors"):
        return Unavailable("BulkWriteError: write concern not met")
    return _refusal(faults[0])


def _refusal(fault: Mapping[str, Any]) -> StorageError:
    code = fault.get("code")
    if code == DUPLICATE_KEY:
        return Duplicate(index_name(fault))
    said = f"BulkWriteError: code {code}"
    return Unavailable(said) if code in TEMPORARY_CODES else Rejected(said)


def bulk_refused(error: BulkWriteError) -> dict[int, StorageError]:
    """Position -> why, for the refused documents of an unordered batch; empty when not even the others are durable."""
    details: Mapping[str, Any] = error.details
    if details.get("writeConcernErrors"):
        return {}
    return {int(fault["index"]): _refusal(fault) for fault in details.get("writeErrors") or []}


def bulk_done(error: BulkWriteError) -> int:
    """How many documents of an ordered batch were stored before the first refused one."""
    faults = error.details.get("writeErrors") or []
    return int(faults[0]["index"]) if faults else int(error.details.get("nInserted", 0))


def _name(error: Exception) -> str:
    code = getattr(error, "code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__}: code {code}"
