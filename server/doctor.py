"""Looks at an installation and says what is wrong and how to mend it. May be imported by server.

Each check returns findings and never raises: a check that cannot be done is a finding of its own.
"""

import resource
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from channels.catalog import FEATURES
from channels.core.registry import Registry
from server.backing import Backing
from server.config import LOOPBACK, Settings
from server.ground import all_indexes, is_new
from server.static import read_assets
from server.vapid import FILE, public_key
from storage.bus.probe import redis_answers
from storage.client import Mongo
from storage.clock import Clock
from storage.crypto import KeyRing
from storage.errors import NotReady, StorageError
from storage.managed.binary import find_mongod
from storage.rotation import check_keys
from storage.schema import META, check_schema

LEAST_DISK_BYTES = 200 * 2**20
LITTLE_DISK_BYTES = 2**30
LEAST_FILES = 4_096
CLOCK_OFF_MS = 2_000
"""One-time codes tolerate 30 s; two clocks that differ by more than 2 s are not kept by anybody."""


class State(Enum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        subject: What was looked at.
        state: How bad it is.
        said: What was seen.
        mend: What to do; empty when there is nothing to do.
    """

    subject: str
    state: State
    said: str
    mend: str = ""


def good(subject: str, said: str) -> Finding:
    """All is well."""
    return Finding(subject, State.GOOD, said)


def check_settings(settings: Settings) -> list[Finding]:
    """Whether the settings fit together."""
    found = []
    if settings.host not in LOOPBACK and not settings.origin_set:
        mend = "set HUITANG_ORIGINS to the address people type, e.g. https://hui.example.org"
        found.append(Finding("settings", State.BAD, f"listens on {settings.host} without origins", mend))
    if settings.insecure_cookie:
        mend = "unset HUITANG_INSECURE_COOKIE and serve over https"
        found.append(Finding("settings", State.WARNING, "cookies travel unprotected", mend))
    if settings.origin_set and not settings.behind_tls:
        found.append(
            Finding("settings", State.WARNING, "an origin is plain http", "put a TLS proxy in front")
        )
    if settings.limit_factor != 1:
        factor = settings.limit_factor
        said = f"rate limits are multiplied by {factor}" if factor else "rate limits are switched off"
        found.append(Finding("settings", State.WARNING, said, "unset HUITANG_LIMIT_FACTOR"))
    return found or [good("settings", f"serves {settings.address}")]


def check_folder(settings: Settings) -> list[Finding]:
    """Data folder: there, ours, with room."""
    folder = settings.data_dir.resolve()
    if not folder.is_dir():
        return [
            Finding("data folder", State.BAD, f"{folder} is not there", "start the server once, or create it")
        ]
    free = shutil.disk_usage(folder).free
    said = f"{folder}, {free // 2**20} MiB free"
    if free < LEAST_DISK_BYTES:
        return [Finding("disk", State.BAD, said, "free some space: MongoDB stops writing soon")]
    if free < LITTLE_DISK_BYTES:
        return [Finding("disk", State.WARNING, said, "free some space")]
    return [good("disk", said)]


def check_files() -> list[Finding]:
    """Enough file descriptors for sockets."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < LEAST_FILES:
        mend = "raise it (LimitNOFILE= in the unit, or ulimit -n)"
        return [Finding("open files", State.WARNING, f"at most {soft}", mend)]
    return [good("open files", f"at most {soft}")]


def check_client(settings: Settings) -> list[Finding]:
    """The web client is built."""
    assets = read_assets(settings.client_dir)
    if not assets:
        return [Finding("web client", State.BAD, f"nothing in {settings.client_dir}", "run make setup")]
    return [good("web client", f"{len(assets)} files")]


def check_vapid(settings: Settings) -> list[Finding]:
    """Keys for push notices."""
    try:
        public_key(settings.data_dir / FILE)
    except NotReady as fault:
        return [Finding("push keys", State.WARNING, str(fault), "start the server once: it makes them")]
    if not settings.vapid_contact:
        mend = "set HUITANG_VAPID_CONTACT, e.g. mailto:admin@example.org: some push services insist"
        return [Finding("push keys", State.WARNING, "no contact address", mend)]
    return [good("push keys", "in order")]


async def check_mongo(settings: Settings, backing: Backing, clock: Clock) -> list[Finding]:
    """MongoDB answers, holds our keys and indexes, and its clock agrees with ours."""
    try:
        mongo = await Mongo.open(backing.mongo)
    except StorageError as fault:
        return [Finding("MongoDB", State.BAD, str(fault), "is it running, and is HUITANG_MONGO_URL right?")]
    try:
        began_ms = clock.monotonic_ms()
        await mongo.ping()
        said = f"{await _version(mongo, backing)}, answers in {clock.monotonic_ms() - began_ms} ms"
        found = [good("MongoDB", said)]
        if backing.mongo_is_ours:
            mend = "for real use name a replica set of your own in HUITANG_MONGO_URL (docs/operations.md)"
            found = [Finding("MongoDB", State.WARNING, f"{said}, managed by the program", mend)]
        found += await _guarded(
            "keys", lambda: _check_keys(settings, mongo), "restore the right key file from its backup"
        )
        found += await _guarded("schema and indexes", lambda: _check_schema(mongo), "run huitang migrate")
        found += await _guarded("clock", lambda: _check_clock(mongo, clock), "ask the database server")
    finally:
        await mongo.close()
    return found


async def _version(mongo: Mongo, backing: Backing) -> str:
    version = await mongo.server_version()
    if backing.mongo_is_ours and (await find_mongod()).bundled:
        return f"{version} (bundled)"
    return version


async def _guarded(subject: str, look: Callable[[], Awaitable[Finding]], mend: str) -> list[Finding]:
    try:
        return [await look()]
    except StorageError as fault:
        return [Finding(subject, State.BAD, str(fault), mend)]


async def _check_keys(settings: Settings, mongo: Mongo) -> Finding:
    if not settings.keys.exists() and await is_new(mongo):
        return Finding("keys", State.WARNING, "none yet", "start the server once: it makes them")
    await check_keys(mongo, KeyRing.load(settings.keys, create=False))
    return Finding(
        "keys", State.GOOD, f"{settings.keys} fits the database", "keep a copy apart from the database"
    )


async def _check_schema(mongo: Mongo) -> Finding:
    specs = all_indexes(Registry(FEATURES))
    await check_schema(mongo, specs)
    return good("schema and indexes", f"{len(specs)} indexes in place")


async def _check_clock(mongo: Mongo, clock: Clock) -> Finding:
    rows = await mongo[META].aggregate([{"$limit": 1}, {"$project": {"now": "$$NOW"}}])
    if not rows:
        return Finding("clock", State.WARNING, "the database is empty, nothing to compare with")
    off_ms = abs(clock.now_ms() - int(rows[0]["now"].timestamp() * 1000))
    if off_ms > CLOCK_OFF_MS:
        mend = "let both machines keep time (systemd-timesyncd or chrony): one-time codes depend on it"
        return Finding("clock", State.BAD, f"{off_ms} ms away from the database's", mend)
    if not _clock_is_kept():
        mend = "make sure that something keeps the clock: one-time codes tolerate 30 s"
        return Finding("clock", State.WARNING, f"{off_ms} ms from the database's; no time service seen", mend)
    return good("clock", f"{off_ms} ms from the database's, kept by a time service")


def _clock_is_kept() -> bool:
    return Path("/run/systemd/timesync/synchronized").exists() or shutil.which("chronyc") is not None


async def check_redis(settings: Settings, backing: Backing) -> list[Finding]:
    """Redis answers, when it is needed."""
    if backing.redis_url is None:
        return [good("Redis", "not needed with one process")]
    if not await redis_answers(backing.redis_url):
        mend = "is it running, and is HUITANG_REDIS_URL right?"
        return [Finding("Redis", State.BAD, f"does not answer, {settings.workers} processes need it", mend)]
    return [good("Redis", "answers")]


async def examine(settings: Settings, backing: Backing, clock: Clock) -> list[Finding]:
    """All checks, in the order a person would mend things."""
    return [
        *check_settings(settings),
        *check_folder(settings),
        *check_files(),
        *check_client(settings),
        *await check_mongo(settings, backing, clock),
        *await check_redis(settings, backing),
        *check_vapid(settings),
    ]
