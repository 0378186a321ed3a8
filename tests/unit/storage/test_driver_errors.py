"""Every driver error has its storage error, and none quotes what was stored."""

import pytest
from bson.errors import InvalidDocument
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from storage.driver_errors import TransientConflict, UnknownCommit, bulk_done, index_name, translate
from storage.errors import Duplicate, Rejected, StorageError, Unavailable

SECRET = "13800000000"
DUPLICATE = {
    "code": 11000,
    "keyPattern": {"phone": 1, "org": -1},
    "errmsg": f'E11000 duplicate key error collection: h.members index: members_phone dup key: {{ phone: "{SECRET}" }}',
}


def labelled(label: str) -> OperationFailure:
    return OperationFailure(SECRET, 112, {"errorLabels": [label]})


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (AutoReconnect(SECRET), Unavailable),
        (ServerSelectionTimeoutError(SECRET), Unavailable),
        (NotPrimaryError(SECRET), Unavailable),
        (ExecutionTimeout(SECRET, 50), Unavailable),
        (WriteConcernError(SECRET, 100), Unavailable),
        (WTimeoutError(SECRET, 64), Unavailable),
        (OperationFailure(SECRET, 14031), Unavailable),
        (OperationFailure(SECRET, 211), Unavailable),
        (OperationFailure(SECRET, 11600), Unavailable),
        (labelled("RetryableWriteError"), Unavailable),
        (labelled("TransientTransactionError"), TransientConflict),
        (labelled("UnknownTransactionCommitResult"), UnknownCommit),
        (DuplicateKeyError(SECRET, 11000, DUPLICATE), Duplicate),
        (BulkWriteError({"writeErrors": [DUPLICATE | {"index": 3}], "nInserted": 3}), Duplicate),
        (BulkWriteError({"writeErrors": [{"code": 14031, "index": 0}]}), Unavailable),
        (BulkWriteError({"writeErrors": [{"code": 2, "index": 0, "errmsg": SECRET}]}), Rejected),
        (BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"errmsg": SECRET}]}), Unavailable),
        (OperationFailure(SECRET, 2), Rejected),
        (PyMongoError(SECRET), Rejected),
        (InvalidDocument(SECRET), Rejected),
        (OverflowError(SECRET), Rejected),
    ],
)
def test_each_has_its_storage_error(error: Exception, fault: type[StorageError]) -> None:
    translated = translate(error)
    assert type(translated) is fault
    assert SECRET not in str(translated)


def test_the_index_is_named() -> None:
    translated = translate(DuplicateKeyError(SECRET, 11000, DUPLICATE))
    assert isinstance(translated, Duplicate)
    assert translated.index == "members_phone"
    assert index_name({"keyPattern": {"phone": 1, "org": -1}}) == "phone_1_org_-1"
    assert index_name(None) == index_name({}) == ""


def test_a_batch_says_how_far_it_came() -> None:
    assert bulk_done(BulkWriteError({"writeErrors": [{"index": 7}], "nInserted": 7})) == 7
    assert bulk_done(BulkWriteError({"writeErrors": [], "nInserted": 2})) == 2
