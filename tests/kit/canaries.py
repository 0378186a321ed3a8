"""Values that must never stand anywhere in clear, and a search that knows the ways they could.

A canary is planted by driving the application; afterwards everything that was stored or logged is searched: as text in
several encodings, as base 64 at every alignment, as hex, inside binary fields, as plain digests, as times.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from bson import BSON, Binary, ObjectId

DIGESTS = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


@dataclass(frozen=True)
class Canary:
    """A planted value.

    Attributes:
        kind: What it is, for messages of failed tests.
        text: As it was typed or shown.
        guessable: Few enough values to try them all: a plain digest of it would be as good as the value.
        also: Other spellings of the same.
    """

    kind: str
    text: str
    guessable: bool = False
    also: tuple[str, ...] = ()

    @cached_property
    def forms(self) -> frozenset[bytes]:
        """Bytes that give it away."""
        forms: set[bytes] = {self.text.lower().encode(), self.text.upper().encode()}
        for spelling in {self.text, *self.also}:
            raw = spelling.encode()
            forms |= {
                raw,
                spelling.encode("utf-16-le"),
                spelling.encode("gb18030"),
                raw.hex().encode(),
                raw[::-1],
            }
            forms |= set(_in_base64(raw))
            if self.guessable:
                forms |= {form for digest in DIGESTS for form in _digest_forms(digest(raw).digest())}
        return frozenset(form for form in forms if len(form) >= 6)

    def stands_in(self, haystack: bytes) -> bool:
        """True when some form of it is there."""
        return any(form in haystack for form in self.forms)


def phone(number: str) -> Canary:
    """A mainland mobile number, 11 digits."""
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    return Canary("phone", number, True, (f"+86{number}", spaced, spaced.replace(" ", "-")))


def mail(address: str) -> Canary:
    """A mail address."""
    return Canary("mail", address, True)


def birth_date(day: str) -> Canary:
    """A date, e.g. `1957-03-09`."""
    born = date.fromisoformat(day)
    also = (
        day.replace("-", ""),
        day.replace("-", "/"),
        f"{born.year}年{born.month}月{born.day}日",
        f"{born:%d.%m.%Y}",
    )
    return Canary("birth date", day, True, also)


def code(kind: str, text: str) -> Canary:
    """A code in groups of four; without its dashes it is the same code."""
    return Canary(kind, text, False, (text.replace("-", ""), text.replace("-", " ")))


def seed(text: str) -> tuple[Canary, ...]:
    """A TOTP seed in base 32, and the bytes it stands for."""
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    return (
        Canary("seed", text),
        Canary("seed bytes", raw.hex()),
        Canary("seed bytes", base64.b64encode(raw).decode()),
    )


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What every base-64 text that holds `raw` must contain, for each of the three alignments."""
    if len(raw) < 8:
        return
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        inner = encoded[-(-before * 4 // 3) : len(encoded) - 4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _digest_forms(digest: bytes) -> tuple[bytes, ...]:
    encoded = base64.b64encode(digest).rstrip(b"=")
    return (digest, digest.hex().encode(), encoded, encoded.translate(bytes.maketrans(b"+/", b"-_")))


# -- searching ---------------------------------------------------------------------------------------------------------


def found_in(haystack: bytes, canaries: Iterable[Canary]) -> list[str]:
    """Kinds of the canaries that stand in the bytes."""
    return sorted({canary.kind for canary in canaries if canary.stands_in(haystack)})


def plain_in(haystack: bytes, canaries: Iterable[Canary]) -> list[str]:
    """As `found_in`, but only as typed: for files of many megabytes."""
    return sorted({canary.kind for canary in canaries if canary.text.encode() in haystack})


def found_in_documents(documents: Iterable[Mapping[str, Any]], canaries: Iterable[Canary]) -> list[str]:
    """Kinds of the canaries that stand in stored documents: in their BSON, and in every value that hides another.

    Every form of a text is in the BSON as it is; binary values and texts in base 64, base 32 or hex are opened, and times
    are compared as dates.
    """
    pieces: list[bytes] = []
    for document in documents:
        pieces.append(bytes(BSON.encode(document)))
        for value in _values(document):
            pieces += _opened(value)
    return found_in(b"\n\0".join(pieces), canaries)


def _values(value: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever is stored
    match value:
        case dict():
            for name, inner in value.items():
                yield name
                yield from _values(inner)
        case list():
            for inner in value:
                yield from _values(inner)
        case _:
            yield value


def _opened(value: Any) -> list[bytes]:  # noqa: ANN401
    match value:
        case str():
            return list(_decoded(value.encode()))
        case bytes() | Binary():
            raw = bytes(value)
            return [raw, raw.decode("latin-1").encode(), *_decoded(raw)]
        case datetime():
            return [f"{value:%Y-%m-%d}".encode()]
        case int() if 10**10 < abs(value) < 10**12:  # milliseconds of a day people were born on
            return [f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d}".encode()]
        case ObjectId() | None:
            return []
        case _:
            return [str(value).encode()]


def _decoded(raw: bytes) -> Iterator[bytes]:
    """What a text could stand for: base 64 in both alphabets, base 32, hex."""
    padded = raw + b"=" * (-len(raw) % 4)
    readings: tuple[Callable[[], bytes], ...] = (
        lambda: base64.b64decode(padded, validate=True),
        lambda: base64.urlsafe_b64decode(padded),
        lambda: base64.b32decode(raw + b"=" * (-len(raw) % 8)),
        lambda: bytes.fromhex(raw.decode()),
    )
    for reading in readings:
        try:
            yield reading()
        except (binascii.Error, ValueError):
            continue
