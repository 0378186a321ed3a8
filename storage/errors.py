"""What storage raises. Everything else a driver can throw is turned into one of these.

    StorageError
    ├── Duplicate        a unique index refused the write; `index` names it
    │   └── PartialInsert    the same in the middle of an ordered batch; `done` documents before it were stored
    ├── GuardFailed      a guarded write found nothing to change: somebody was faster
    ├── Unavailable      MongoDB (or Redis) cannot be reached now; the outcome of a write is unknown: retry with the same id
    ├── Busy             the bounded queue in front of the database is full; nothing was done
    ├── Rejected         the database refuses the request itself (too large, malformed, not allowed); repeating it is no use
    ├── NotFound         what was asked for by its id is not there (any more)
    ├── TooLarge         more bytes than allowed; nothing was kept
    ├── NotReady         an index is missing, or the schema is newer than this code; refuse to serve
    └── BadCiphertext    a stored value cannot be decrypted with the keys at hand

May be imported by every floor.
"""


class StorageError(Exception):
    """Base of all storage errors."""


class Duplicate(StorageError):
    """A unique index refused the write.

    Attributes:
        index: Name of the index, e.g. `log_topic_seq`; empty when the server did not say.
    """

    def __init__(self, index: str = "") -> None:
        super().__init__(f"unique index refused the write: {index or 'unknown'}")
        self.index = index


class PartialInsert(Duplicate):
    """A unique index refused one document of an ordered batch; those before it are stored, those after it are not.

    Attributes:
        index: Name of the index.
        done: How many documents were stored; also the position of the refused one.
    """

    def __init__(self, index: str, done: int) -> None:
        super().__init__(index)
        self.done = done


class GuardFailed(StorageError):
    """A guarded write matched no document; the whole unit was rolled back."""


class Unavailable(StorageError):
    """The database cannot be reached now; whether a write took effect is unknown."""


class Busy(StorageError):
    """The queue in front of the database is full; nothing was done."""


class Rejected(StorageError):
    """The database refuses the request itself: repeating it is no use."""


class NotFound(StorageError):
    """What was asked for by its id is not there, or not whole."""


class TooLarge(StorageError):
    """More bytes than allowed; nothing was kept."""


class NotReady(StorageError):
    """The database is not fit to serve: a missing index, a newer schema, a lost key."""


class BadCiphertext(StorageError):
    """A stored value cannot be decrypted or was tampered with."""
