"""The compose file's founding of a replica set, done for real: three mongods with its configuration, its program, its secrets."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from storage.client import Mongo, MongoSettings
from storage.errors import StorageError
from storage.managed.binary import find_mongod

COMPOSE = Path(__file__).resolve().parents[3] / "deploy" / "compose"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@asynccontextmanager
async def member(program: Path, folder: Path, port: int, keyfile: Path) -> AsyncIterator[None]:
    """A mongod with the compose file's configuration, but for places and sizes."""
    (folder / "db").mkdir(parents=True)
    text = (COMPOSE / "mongod.conf").read_text()
    for ours, mine in (
        ("port: 27017", f"port: {port}"),
        ("bindIpAll: true", "bindIp: 127.0.0.1\n  unixDomainSocket: {enabled: false}"),
        ("/run/mongo/keyfile", str(keyfile)),
        ("/data/db", str(folder / "db")),
        ("cacheSizeGB: 1 ", "cacheSizeGB: 0.25 "),
    ):
        assert ours in text
        text = text.replace(ours, mine)
    (folder / "mongod.conf").write_text(text)
    process = await asyncio.create_subprocess_exec(
        str(program), "--config", str(folder / "mongod.conf"), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def found(secrets: Path, ports: list[int]) -> str:
    """Run the program as the compose file does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(COMPOSE / "replica_set.py"), *(f"127.0.0.1:{port}" for port in ports),
        env=os.environ | {"SECRETS": str(secrets)}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, err.decode()
    return out.decode()


async def refused(url: str, database: str) -> bool:
    """Whether a write there is refused."""
    try:
        mongo = await Mongo.open(MongoSettings(url, database, "pymongo", pool=2, timeout_s=5))
    except StorageError:
        return True
    try:
        await mongo["trial"].insert_one({"_id": 1})
    except StorageError:
        return True
    finally:
        await mongo.close()
    return False


@pytest.mark.slow
async def test_three_members_become_a_set_with_users_and_founding_again_harms_nothing(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    make = ["sh", str(COMPOSE / "make-secrets.sh"), str(secrets)]
    await asyncio.to_thread(subprocess.run, make, check=True, capture_output=True)
    keyfile = tmp_path / "keyfile"
    keyfile.write_text((secrets / "mongo_keyfile").read_text())
    keyfile.chmod(0o400)
    ports, program = free_ports(3), (await find_mongod()).path
    async with AsyncExitStack() as stack:
        for place, port in enumerate(ports):
            await stack.enter_async_context(member(program, tmp_path / f"member{place}", port, keyfile))
        assert "3 members" in await found(secrets, ports)
        assert "3 members" in await found(secrets, ports)
        (line,) = (line for line in (secrets / "huitang.env").read_text().split() if "MONGO_URL" in line)
        url = line.partition("=")[2]
        for place, port in enumerate(ports, start=1):
            url = url.replace(f"mongo{place}:27017", f"127.0.0.1:{port}")
        mongo = await Mongo.open(MongoSettings(url, "huitang", "pymongo", pool=2))
        await mongo["trial"].insert_one({"_id": 1})  # w: majority
        assert await mongo["trial"].count({}) == 1
        await mongo.close()
        assert await refused(url, "elsewhere"), "the application's user stays in its database"
        nobody = url.replace(url[len("mongodb://") : url.index("@") + 1], "")
        assert await refused(nobody, "huitang")
