"""Makes a fresh, moved or restarted mongod of ours a writable single-node replica set with its two users.

Imported by storage.managed only.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from pymongo import AsyncMongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from storage.errors import NotReady
from storage.managed.child import Child

AUTHENTICATION_FAILED = 18
UNAUTHORIZED = 13
DUPLICATE_ROLE = 51002
DUPLICATE_USER = 51003
PAUSE_S = 0.02
CONNECT_LIMIT_MS = 300

SET_NAME = "huitang"
USER = "huitang"
CLOCK_ROLE = "clockFollower"

Client = AsyncMongoClient[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what on a managed mongod.

    Attributes:
        socket: Its only door; also the replica set's name for its one member.
        root_password: Of `root`, who may do everything.
        user_password: Of `huitang`, who may read and write `database` and keep its indexes.
        database: See there.
    """

    socket: Path
    root_password: str = field(repr=False)
    user_password: str = field(repr=False)
    database: str

    @property
    def url(self) -> str:
        """Connection string of `huitang`. Holds a password.

        Names the set, not just its member: a driver then waits until a member that came back takes writes, where a direct
        connection sends them at once and is refused.
        """
        who = f"{USER}:{quote_plus(self.user_password)}@"
        return f"{self._base(who)}?replicaSet={SET_NAME}&authSource=admin"

    @property
    def admin_url(self) -> str:
        """Connection string of `root`. Holds a password."""
        who = f"root:{quote_plus(self.root_password)}@"
        return f"{self._base(who)}?directConnection=true&authSource=admin"

    @property
    def open_url(self) -> str:
        """Connection string of nobody."""
        return f"{self._base('')}?directConnection=true"

    def _base(self, who: str) -> str:
        return f"mongodb://{who}{quote_plus(str(self.socket))}/"


async def make_ready(access: Access, child: Child) -> None:
    """Bring the server to where `huitang` can write; safe to repeat after an interruption.

    Raises:
        NotReady: The server ended, or its users have other passwords than ours.
    """
    async with _connected(access.open_url) as nobody:
        await _answer(nobody, child)
        if not await _knows_root(access):
            # Allowed without a log-in because there are no users yet ("localhost exception"); the socket is private.
            await _found(nobody, access, child)
    async with _connected(access.admin_url) as root:
        if "setName" not in await root.admin.command("hello"):
            await _rejoin(root, access)
        await _writable(root, child)
        await _ensure_user(root, access)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Client]:
    client: Client = AsyncMongoClient(url, serverSelectionTimeoutMS=CONNECT_LIMIT_MS)
    try:
        yield client
    finally:
        await client.close()


async def _answer(client: Client, child: Child) -> None:
    while True:
        try:
            await client.admin.command("ping")
        except ConnectionFailure:
            if child.pid is None:
                raise NotReady(f"mongod ended at once, exit code {child.exit_code}") from None
            await asyncio.sleep(PAUSE_S)
        else:
            return


async def _knows_root(access: Access) -> bool:
    async with _connected(access.admin_url) as root:
        try:
            await root.admin.command("ping")
        except OperationFailure as error:
            if error.code == AUTHENTICATION_FAILED:
                return False
            raise
    return True


async def _found(nobody: Client, access: Access, child: Child) -> None:
    try:
        if "setName" not in await nobody.admin.command("hello"):
            members = [{"_id": 0, "host": str(access.socket)}]
            await nobody.admin.command("replSetInitiate", {"_id": SET_NAME, "members": members})
        await _writable(nobody, child)
        await nobody.admin.command("createUser", "root", pwd=access.root_password, roles=["root"])
    except OperationFailure as error:
        if error.code == UNAUTHORIZED:
            raise NotReady("the users of this mongod have other passwords than secrets.json says") from None
        raise


async def _rejoin(root: Client, access: Access) -> None:
    """The folder was moved: the set knows its member by another socket."""
    config = (await root.admin.command("replSetGetConfig"))["config"]
    config["members"][0]["host"] = str(access.socket)
    config["version"] += 1
    await root.admin.command("replSetReconfig", config, force=True)


async def _writable(client: Client, child: Child) -> None:
    while not (await client.admin.command("hello"))["isWritablePrimary"]:
        if child.pid is None:
            raise NotReady(f"mongod ended, exit code {child.exit_code}")
        await asyncio.sleep(PAUSE_S)


async def _ensure_clock_role(root: Client) -> None:
    """Let the user of that role through while a member that has just started cannot check signed times yet.

    Others are refused then, whatever they ask (code 211), and drivers pass the refusal on, even for a write that they repeat.
    """
    privileges = [{"resource": {"cluster": True}, "actions": ["advanceClusterTime"]}]
    try:
        await root.admin.command("createRole", CLOCK_ROLE, privileges=privileges, roles=[])
    except OperationFailure as error:
        if error.code != DUPLICATE_ROLE:
            raise


async def _ensure_user(root: Client, access: Access) -> None:
    await _ensure_clock_role(root)
    roles = [{"role": role, "db": access.database} for role in ("readWrite", "dbAdmin")]
    roles.append({"role": CLOCK_ROLE, "db": "admin"})
    try:
        await root.admin.command("createUser", USER, pwd=access.user_password, roles=roles)
    except OperationFailure as error:
        if error.code != DUPLICATE_USER:
            raise
        await root.admin.command("updateUser", USER, pwd=access.user_password, roles=roles)
