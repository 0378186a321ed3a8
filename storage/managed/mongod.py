"""A mongod of our own: a single-node replica set with access control, reachable through a private socket only.

For trial, development and tests; `docs/storage.md` says why not for more. What the folder holds:

    lock            one server at a time (`child.FolderLock`)
    secrets.json    passwords of `root` and `huitang` (0600); never on a command line, never in the configuration
    member.key      key of the replica set (0600), without which mongod grants no access control to a set
    mongod.conf     written anew at every start
    mongod.log      the server's own log
    data/           its files
    run/            the socket, in a folder that only we may enter

May be imported by server and tests.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from storage.errors import NotReady
from storage.files import write_private
from storage.managed.binary import Program, find_mongod
from storage.managed.child import Child, FolderLock, socket_folder
from storage.managed.replica_set import Access, make_ready

START_LIMIT_S = 60.0
"""An unclean stop of a big folder makes mongod replay its journal first; a fresh folder takes about 1 s."""


class Step(Enum):
    """What the start is busy with; the roof has the words for people."""

    LOCK = "lock"
    START = "start"
    PREPARE = "prepare"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class MongodSettings:
    """How to run it.

    Attributes:
        folder: Everything it keeps is in here; made when missing.
        database: The one database the user `huitang` may read and write.
        cache_mb: WiredTiger's cache. 256 is the least that mongod accepts.
        oplog_mb: Size of the replica set's log, which nobody reads here.
        program: The mongod; found by itself when None.
        engine: Extra WiredTiger options, e.g. smaller journal files for tests.
        expires: Whether documents are removed when their time to live is over; tests with a clock of their own live
            in another year than mongod.
    """

    folder: Path
    database: str = "huitang"
    cache_mb: int = 256
    oplog_mb: int = 256
    program: Program | None = None
    engine: str = ""
    expires: bool = True


@dataclass(frozen=True, slots=True)
class ManagedMongod:
    """A running mongod.

    Attributes:
        access: Connection strings; they hold passwords, never log them.
        program: What runs.
        log_path: The server's own log.
        child: The supervised program.
    """

    access: Access
    program: Program
    log_path: Path
    child: Child


def _silent(step: Step) -> None:
    del step


@asynccontextmanager
async def managed_mongod(
    settings: MongodSettings, progress: Callable[[Step], None] = _silent
) -> AsyncIterator[ManagedMongod]:
    """Run a mongod while the block runs; it is started again when it crashes.

    Must be entered on the thread whose end is the end of the program: the kernel kills the child with that thread.

    Args:
        settings: How.
        progress: Told each step as it begins.

    Yields:
        The running server, ready to write (about 1 s after a first start).

    Raises:
        NotReady: No suitable program, the folder is in use, or the server does not come up; the text says which.
    """
    folder = settings.folder.resolve()
    progress(Step.LOCK)
    lock = await FolderLock.take(folder)
    try:
        server = await _prepare(settings, folder, lock)
        progress(Step.START)
        await server.child.start()
        try:
            progress(Step.PREPARE)
            async with asyncio.timeout(START_LIMIT_S):
                await make_ready(server.access, server.child)
        except BaseException as error:
            await server.child.kill()
            if isinstance(error, TimeoutError):
                raise NotReady(
                    f"mongod did not come up in {START_LIMIT_S:.0f} s; see {server.log_path}"
                ) from None
            raise
        server.child.watch()
        progress(Step.READY)
        try:
            yield server
        finally:
            await server.child.stop()
    finally:
        lock.release()


async def _prepare(settings: MongodSettings, folder: Path, lock: FolderLock) -> ManagedMongod:
    program = settings.program or await find_mongod()
    (folder / "data").mkdir(mode=0o700, exist_ok=True)
    write_private(folder / "member.key", secrets.token_hex(256).encode(), replace=False)
    write_private(
        folder / "secrets.json",
        json.dumps({"root": secrets.token_urlsafe(32), "huitang": secrets.token_urlsafe(32)}).encode(),
        replace=False,
    )
    passwords = json.loads((folder / "secrets.json").read_bytes())
    socket = socket_folder(folder) / "mongod.sock"
    write_private(folder / "mongod.conf", _configuration(settings, folder, socket), replace=True)
    return ManagedMongod(
        access=Access(socket, passwords["root"], passwords["huitang"], settings.database),
        program=program,
        log_path=folder / "mongod.log",
        child=Child("mongod", (str(program.path), "--config", str(folder / "mongod.conf")), lock),
    )


def _configuration(settings: MongodSettings, folder: Path, socket: Path) -> bytes:
    # JSON is YAML, so nothing in a path can break out of its quotes.
    content = {
        "storage": {
            "dbPath": str(folder / "data"),
            "journal": {"commitIntervalMs": 5},  # changes of the catalogue wait for it: 100 ms each otherwise
            "wiredTiger": {
                "engineConfig": {"cacheSizeGB": settings.cache_mb / 1024, "configString": settings.engine}
            },
        },
        "systemLog": {"destination": "file", "path": str(folder / "mongod.log"), "logAppend": True},
        "net": {
            "bindIp": str(socket),  # no TCP at all
            "unixDomainSocket": {"pathPrefix": str(socket.parent), "filePermissions": 0o600},
            "compression": {"compressors": "disabled"},  # CVE-2025-14847
        },
        "security": {"authorization": "enabled", "keyFile": str(folder / "member.key")},
        "replication": {"replSetName": "huitang", "oplogSizeMB": settings.oplog_mb},
        "setParameter": {
            "diagnosticDataCollectionEnabled": False,  # saves up to 200 MB of the folder
            "ttlMonitorEnabled": settings.expires,
        },
    }
    return json.dumps(content, indent=2).encode()
