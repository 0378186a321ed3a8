"""What must never stand anywhere in clear, and where to look for it: a dump of a database, the logs of a run.

Browser tests write down the secrets that were made on the way (`remember`), so that the search after all tests
(`tests/after`) looks for them in every log of the run, too.
"""

import base64
import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bson
from pymongo import AsyncMongoClient

from storage.client import Document, MongoSettings

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / ".cache" / "logs"
REMEMBERED = LOGS / "secrets.json"
ROLL = ROOT / "tests" / "fixtures" / "roll" / "roll-b42-gb18030.csv"


@dataclass(frozen=True, slots=True)
class Secret:
    """Something to look for.

    Attributes:
        kind: What it is, for the message of a failed test.
        text: Its usual spelling.
    """

    kind: str
    text: str


def secrets_of_the_roll() -> list[Secret]:
    """Phone numbers, mail addresses and birth dates of the fictional roll."""
    rows = list(csv.DictReader(ROLL.read_text("gb18030").splitlines()))
    kinds = (("phone", "手机号"), ("mail", "电子邮箱"), ("birth date", "出生日期"))
    return [Secret(kind, row[column]) for row in rows for kind, column in kinds if row[column]]


def spellings(secret: Secret) -> set[bytes]:
    """The ways a secret could stand in bytes."""
    text = secret.text
    ways = {text, text.lower()}
    if secret.kind == "birth date":
        year, month, day = text.split("-")
        ways |= {text.replace("-", ""), text.replace("-", "/"), f"{year}年{int(month)}月{int(day)}日"}
    if secret.kind in {"recovery code", "activation code"}:
        ways |= {text.replace("-", ""), text.replace("-", "").lower()}
    found = {way.encode() for way in ways}
    if secret.kind == "seed":
        found.add(base64.b32decode(text + "=" * (-len(text) % 8)))
    return found


def in_clear(haystack: bytes, secrets: Iterable[Secret]) -> list[Secret]:
    """Which of the secrets stand in the bytes; digits inside longer numbers do not count."""
    return [secret for secret in secrets if any(_stands(haystack, way) for way in spellings(secret))]


def _stands(haystack: bytes, way: bytes) -> bool:
    if not way.isdigit():
        return way in haystack
    return re.search(rb"(?<!\d)" + way + rb"(?!\d)", haystack) is not None


async def dump(settings: MongoSettings) -> bytes:
    """Every document of a database, in BSON."""
    parts: list[bytes] = []
    async with AsyncMongoClient[Document](settings.url) as client:
        database = client[settings.database]
        for name in await database.list_collection_names():
            parts += [bson.encode(document) async for document in database[name].find()]
    return b"\n".join(parts)


def remember(secrets: Iterable[Secret]) -> None:
    """Write secrets of a test down for the search after all tests."""
    LOGS.mkdir(parents=True, exist_ok=True)
    known = json.loads(REMEMBERED.read_text()) if REMEMBERED.is_file() else []
    known += [[secret.kind, secret.text] for secret in secrets]
    REMEMBERED.write_text(json.dumps(known))


def remembered() -> list[Secret]:
    """What tests of this run wrote down."""
    known = json.loads(REMEMBERED.read_text()) if REMEMBERED.is_file() else []
    return [Secret(kind, text) for kind, text in known]
