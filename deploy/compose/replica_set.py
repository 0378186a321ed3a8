"""Found the MongoDB replica set of the compose file: members, administrator, the application's user. Safe to repeat.

    python replica_set.py HOST:PORT …        the first one is asked, through localhost

Until there is a user, MongoDB lets a caller from its own localhost make one ("localhost exception"), so this must share the
network of the first member (`network_mode: service:mongo1`). Passwords come from files below SECRETS (/run/secrets):
`mongo_root_password` and `mongo_huitang_password`. Each step looks whether it was done before.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError, ServerSelectionTimeoutError

SET = "huitang"
DATABASE = "huitang"
LIMIT_S = 90.0
UNAUTHORIZED = 13
AUTHENTICATION_FAILED = 18
NOT_YET_INITIALIZED = 94
ALREADY_INITIALIZED = 23
ROLE_EXISTS = 51002
USER_EXISTS = 51003
CLOCK_ROLE = "clockFollower"

Client = MongoClient[dict[str, Any]]


def secret(name: str) -> str:
    """Content of a secret file without the line end."""
    return (Path(os.environ.get("SECRETS", "/run/secrets")) / name).read_text().strip()


def local(port: int, **credentials: str) -> Client:
    """The first member, alone, from its own network."""
    return MongoClient(
        f"mongodb://127.0.0.1:{port}/?directConnection=true", serverSelectionTimeoutMS=2_000, **credentials
    )


def until(done: Callable[[], bool], what: str) -> None:
    """Repeat until it is done.

    Raises:
        SystemExit: It took longer than 90 s.
    """
    deadline = time.monotonic() + LIMIT_S
    while True:
        try:
            if done():
                return
        except (AutoReconnect, ServerSelectionTimeoutError):
            pass
        if time.monotonic() > deadline:
            sys.exit(f"gave up waiting: {what}")
        time.sleep(0.3)


def knows_root(port: int, password: str) -> bool:
    """Whether the administrator is there already."""
    try:
        with local(port, username="root", password=password) as client:
            client.admin.command("ping")
    except OperationFailure as fault:
        if fault.code != AUTHENTICATION_FAILED:
            raise
        return False
    return True


def initiate(port: int, hosts: list[str]) -> None:
    """Make the set; the first member is preferred as primary, for it is the one that is asked below."""
    members = [{"_id": i, "host": host, "priority": 2 if i == 0 else 1} for i, host in enumerate(hosts)]
    with local(port) as nobody:
        try:
            nobody.admin.command("replSetInitiate", {"_id": SET, "members": members})
        except OperationFailure as fault:
            if fault.code not in {ALREADY_INITIALIZED, UNAUTHORIZED}:
                raise


def is_primary(port: int) -> bool:
    """Whether the first member takes writes."""
    with local(port) as nobody:
        return bool(nobody.admin.command("hello")["isWritablePrimary"])


def ensure_clock_role(root: Client) -> None:
    """A member that has just started cannot check signed times yet: who may advance the clock is not refused then (code 211)."""
    privileges = [{"resource": {"cluster": True}, "actions": ["advanceClusterTime"]}]
    try:
        root.admin.command("createRole", CLOCK_ROLE, privileges=privileges, roles=[])
    except OperationFailure as fault:
        if fault.code != ROLE_EXISTS:
            raise


def ensure_users(port: int, root_password: str, huitang_password: str) -> None:
    """The administrator by the localhost exception, the application's user by the administrator."""
    if not knows_root(port, root_password):
        with local(port) as nobody:
            nobody.admin.command("createUser", "root", pwd=root_password, roles=["root"])
    roles = [{"role": "readWrite", "db": DATABASE}, {"role": "dbAdmin", "db": DATABASE}]
    roles.append({"role": CLOCK_ROLE, "db": "admin"})
    with local(port, username="root", password=root_password) as root:
        ensure_clock_role(root)
        try:
            root.admin.command("createUser", "huitang", pwd=huitang_password, roles=roles)
        except OperationFailure as fault:
            if fault.code != USER_EXISTS:
                raise
            root.admin.command("updateUser", "huitang", pwd=huitang_password, roles=roles)


def main() -> None:
    """Do what is missing."""
    hosts = sys.argv[1:]
    if not hosts:
        sys.exit("which members? replica_set.py HOST:PORT …")
    port = int(hosts[0].rpartition(":")[2])
    root_password, huitang_password = secret("mongo_root_password"), secret("mongo_huitang_password")
    for host in hosts:
        name, _, number = host.rpartition(":")
        until(lambda name=name, number=number: answers(name, int(number)), f"{host} answers")  # type: ignore[misc]
    if not knows_root(port, root_password):
        initiate(port, hosts)
    until(lambda: is_primary(port), f"{hosts[0]} becomes primary")
    ensure_users(port, root_password, huitang_password)
    print(f"replica set {SET}: {len(hosts)} members, users in place")


def answers(name: str, port: int) -> bool:
    """Whether a member takes connections."""
    with MongoClient[dict[str, Any]](
        name, port, directConnection=True, serverSelectionTimeoutMS=2_000
    ) as client:
        client.admin.command("hello")
    return True


if __name__ == "__main__":
    try:
        main()
    except PyMongoError as fault:  # its text may hold what was sent
        sys.exit(f"MongoDB refused: {type(fault).__name__} {getattr(fault, 'code', '')}")
