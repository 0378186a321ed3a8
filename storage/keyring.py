"""The key ring: a file outside the database with the keys of personal fields and of blind indexes.

Invariants: of each kind the last key of the list writes, all of them read (a prepared key stands first and waits); the file
is private (0600) and replaced atomically, and every process follows it; a key's id is computed from the key, so a wrong key
cannot pass for the right one. Losing this file loses the personal fields for ever: back it up apart from the database.

May be imported through `storage.crypto` by every floor.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

import structlog

from storage.clock import Clock, SystemClock
from storage.errors import NotReady
from storage.files import readable_by_others, write_private

log = structlog.get_logger(__name__)

KEY_BYTES = 32
KEY_ID_BYTES = 4  # short: it is in front of every stored value; two equal ids in one ring are refused
FORMAT = 1


class Purpose(Enum):
    """What a key is for; the values are the names in the file."""

    FIELD = "field_keys"
    BLIND = "blind_keys"


@dataclass(frozen=True, slots=True)
class Key:
    """One secret key.

    Attributes:
        id: First 4 bytes of an HMAC of a fixed text under the key.
        secret: 32 random bytes.
        made_at_ms: When it was made, wall time in milliseconds.
        waiting: True for a prepared key: it reads, and does not write before it is promoted.
    """

    id: bytes
    secret: bytes = field(repr=False)
    made_at_ms: int
    waiting: bool = False

    @classmethod
    def of(cls, secret: bytes, made_at_ms: int, waiting: bool = False) -> "Key":
        """A key with its computed id; raises ValueError unless `secret` has 32 bytes."""
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        return cls(
            hmac.digest(secret, b"huitang key id", "sha256")[:KEY_ID_BYTES], secret, made_at_ms, waiting
        )


class KeyRing:
    """All keys, oldest first. Made by `KeyRing.load` (file) or `KeyRing.fresh` (memory only, for tests).

    Args:
        keys: At least one key for each purpose.
        path: Where the ring is kept; None for a ring in memory.
    """

    def __init__(self, keys: dict[Purpose, tuple[Key, ...]], path: Path | None = None) -> None:
        if not all(keys.get(purpose) for purpose in Purpose):
            raise ValueError("the key ring needs a field key and a blind index key")
        self._keys = dict(keys)
        self._path = path
        self._seen = None if path is None else _mark(path)

    @classmethod
    def fresh(cls, clock: Clock, path: Path | None = None) -> "KeyRing":
        """A new ring with one random key for each purpose; not written yet."""
        return cls({purpose: (_new_key(clock),) for purpose in Purpose}, path)

    @classmethod
    def load(cls, path: Path, create: bool, clock: Clock | None = None) -> "KeyRing":
        """Read the ring from its file.

        Args:
            path: The key file.
            create: Make a new ring when there is no file. Right only for a new installation: `check_keys` refuses a
                ring that lacks what the database was written with.
            clock: Time of birth of new keys; the system's by default.

        Raises:
            NotReady: The file is missing, damaged, or readable by others.
        """
        if create and not path.exists():
            fresh = cls.fresh(clock or SystemClock(), path)
            write_private(
                path, fresh._encoded(), replace=False
            )  # if another process was faster, its keys count
        mark = _mark(path)
        ring = cls(_read(path), path)
        ring._seen = mark  # as of before the reading: a change in between is then noticed
        return ring

    def newest(self, purpose: Purpose) -> Key:
        """The key that writes."""
        self._follow()
        return self._keys[purpose][-1]

    def all(self, purpose: Purpose) -> tuple[Key, ...]:
        """The keys that read, newest first."""
        self._follow()
        return self._keys[purpose][::-1]

    def find(self, purpose: Purpose, key_id: bytes) -> Key | None:
        """The key of that id, or None."""
        self._follow()
        return next((key for key in self._keys[purpose] if key.id == key_id), None)

    def add(self, purpose: Purpose, clock: Clock) -> Key:
        """Make a new key that writes from now on, and store the ring. Follow with a rotation."""
        key = _new_key(clock)
        if self.find(purpose, key.id):
            raise NotReady("two keys of one id were drawn; try again")
        self._replace(purpose, (*self._keys[purpose], key))
        return key

    def prepare(self, purpose: Purpose, clock: Clock) -> Key:
        """Make a new key that only reads yet, and store the ring; `promote` lets it write.

        For several machines: a key must be in every copy of the file before the first machine writes with it.

        Raises:
            NotReady: One is prepared already.
        """
        self._follow()
        if self._keys[purpose][0].waiting:
            raise NotReady("a key is prepared already: copy the key file to every machine, then rotate")
        key = replace(_new_key(clock), waiting=True)
        self._replace(purpose, (key, *self._keys[purpose]))
        return key

    def promote(self, purpose: Purpose) -> None:
        """Let the prepared key write from now on, and store the ring; no change when none waits.

        Raises:
            NotReady: There is one key only: none was prepared.
        """
        self._follow()
        if len(self._keys[purpose]) == 1:
            raise NotReady("no key was prepared")
        first, *rest = self._keys[purpose]
        if first.waiting:
            self._replace(purpose, (*rest, replace(first, waiting=False)))

    def retire(self, purpose: Purpose) -> tuple[Key, ...]:
        """Drop all keys but the newest, and store the ring. Only after a rotation that left nothing behind."""
        retired = self._keys[purpose][:-1]
        self._replace(purpose, self._keys[purpose][-1:])
        return retired

    def _follow(self) -> None:
        """Read the file again when another process has replaced it. A file that went bad does not close the house."""
        if self._path is None or (mark := _mark(self._path)) == self._seen:
            return
        self._seen = mark
        try:
            self._keys = _read(self._path)
        except NotReady as fault:
            log.error("the key file cannot be read again, keeping its keys", fault=str(fault))

    def _replace(self, purpose: Purpose, keys: tuple[Key, ...]) -> None:
        before = self._keys
        self._keys = {**before, purpose: keys}
        if self._path is not None:
            try:
                write_private(self._path, self._encoded(), replace=True)
            except OSError:
                self._keys = before  # a key that is not on disk must not write
                raise
            self._seen = _mark(self._path)

    def _encoded(self) -> bytes:
        content: dict[str, Any] = {"format": FORMAT}
        for purpose, keys in self._keys.items():
            content[purpose.value] = [
                {"secret": base64.b64encode(key.secret).decode(), "made_at_ms": key.made_at_ms}
                | ({"waiting": True} if key.waiting else {})
                for key in keys
            ]
        return json.dumps(content, indent=2).encode() + b"\n"


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns


def _new_key(clock: Clock) -> Key:
    return Key.of(secrets.token_bytes(KEY_BYTES), clock.now_ms())


def _read(path: Path) -> dict[Purpose, tuple[Key, ...]]:
    try:
        if readable_by_others(path):
            raise NotReady(f"the key file {path} is open to others; give it mode 600")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise NotReady(f"the key file {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise NotReady(f"the key file {path} is damaged") from None
    try:
        if content["format"] != FORMAT:
            raise NotReady(f"the key file {path} has a format this version does not know")
        return {purpose: _keys(content[purpose.value]) for purpose in Purpose}
    except (KeyError, TypeError, ValueError):
        raise NotReady(f"the key file {path} is damaged") from None


def _keys(rows: list[dict[str, Any]]) -> tuple[Key, ...]:
    keys = tuple(
        Key.of(
            base64.b64decode(row["secret"], validate=True), int(row["made_at_ms"]), row.get("waiting") is True
        )
        for row in rows
    )
    if not keys:
        raise ValueError("no key")
    return keys


def fingerprint(key: Key) -> str:
    """Text by which the database remembers a key: 16 hexadecimal digits, of no use to anybody without the key."""
    return hashlib.sha256(
        b"huitang key fingerprint" + hmac.digest(key.secret, b"fingerprint", "sha256")
    ).hexdigest()[:16]
