"""Bodies of messages: real Chinese text of the lengths people write in chats, the same for the same seed.

Sources, in this order: fortunes (Debian's fortunes-zh) and manual pages (manpages-zh) where they are installed, always our own
pages and the sentences of our own client. The lengths follow a log-normal law with a median of 20 characters; one message in
fifty is longer than 120.
"""

import gzip
import json
import math
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORTUNES = Path("/usr/share/games/fortunes")
MANUALS = Path("/usr/share/man/zh_CN")
FILES_MAX = 200
SENTENCES_MAX = 20_000

MEDIAN = 20
SPREAD = 0.85
LONGEST = 400
SHORTEST = 2

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENDS = re.compile(r"(?<=[。！？；!?;])|\n+")
_MARKUP = re.compile(r"\\f[BIRP]|\\[-&]|^[.'].*$|[`*_#|>]|\{[^}]*\}|<[^>]*>|\[|\]\([^)]*\)", re.MULTILINE)


class Words:
    """An endless supply of message bodies.

    Args:
        seed: Equal seeds give equal bodies.
        pool: Sentences; those of `sentences` by default.
    """

    def __init__(self, seed: int, pool: Sequence[str] | None = None) -> None:
        self._chance = random.Random(seed)
        self._pool = sentences() if pool is None else tuple(pool)
        if not self._pool:
            raise ValueError("there are no sentences to speak")

    def body(self) -> str:
        """The next message: one line, SHORTEST … LONGEST characters."""
        wanted = round(self._chance.lognormvariate(math.log(MEDIAN), SPREAD))
        wanted = min(LONGEST, max(SHORTEST, wanted))
        place, text = self._chance.randrange(len(self._pool)), ""
        while len(text) < wanted:
            text += self._pool[place % len(self._pool)]
            place += 1
        return text[:wanted]


@cache
def sentences() -> tuple[str, ...]:
    """Sentences of all sources, each once, in a fixed order; SENTENCES_MAX at most."""
    found: dict[str, None] = {}
    for text in (*_fortunes(), *_manuals(), *_own_pages(), *_own_sentences()):
        found.update(dict.fromkeys(split(text)))
        if len(found) >= SENTENCES_MAX:
            break
    return tuple(found)[:SENTENCES_MAX]


def split(text: str) -> Iterator[str]:
    """Chinese sentences of a text, without markup: at least half of their characters are Han."""
    for part in _ENDS.split(_MARKUP.sub("", text)):
        sentence = " ".join(part.split())
        if 2 <= len(sentence) <= LONGEST and 2 * len(_HAN.findall(sentence)) >= len(sentence):
            yield sentence


def _read(paths: Iterable[Path]) -> Iterator[str]:
    for path in sorted(paths)[:FILES_MAX]:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield raw.decode(errors="ignore")


def _fortunes() -> Iterator[str]:
    names = ("tang300", "song100", "chinese")
    yield from _read(FORTUNES / name for name in names if (FORTUNES / name).is_file())


def _manuals() -> Iterator[str]:
    yield from _read(MANUALS.glob("man*/*.gz"))


def _own_pages() -> Iterator[str]:
    yield from _read(ROOT.glob("README.md"))


def _own_sentences() -> Iterator[str]:
    for text in _read((ROOT / "web_client/src").rglob("zh-CN.json")):
        yield "\n".join(_leaves(json.loads(text)))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
