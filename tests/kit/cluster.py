"""A real Redis Cluster of three masters on loopback, one per test run (per xdist worker). Needs Redis 7 (scripts/chromium.py)."""

import asyncio
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from storage.files import write_private
from storage.managed.child import Child, FolderLock
from tests.kit.scratch import scratch_folder

SLOTS = 16_384
MASTERS = 3
PROGRAMS = ("redis-server", "redis-check-rdb")
"""Names of the one program; it is a server when it is called by the first."""


@dataclass
class Master:
    """One server of the cluster."""

    port: int
    password: str = field(repr=False)
    child: Child

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}"

    async def ask(self, *words: str | int) -> Any:  # noqa: ANN401 - whatever Redis says
        """One command."""
        async with Redis.from_url(self.url, socket_timeout=2) as client:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py

    async def says_ok(self) -> bool:
        """True when it sees a whole cluster."""
        try:
            said = await self.ask("CLUSTER", "INFO")
        except (RedisError, OSError):
            return False
        text = said.decode() if isinstance(said, bytes) else str(said)
        return "cluster_state" in text and "ok" in text.partition("cluster_state")[2][:8]


@dataclass
class Cluster:
    """A running cluster."""

    masters: list[Master]

    @property
    def url(self) -> str:
        """As an operator writes it; two of three servers named."""
        places = ",".join(f"127.0.0.1:{master.port}" for master in self.masters[:2])
        return f"redis+cluster://:{self.masters[0].password}@{places}"

    def of(self, slot: int) -> Master:
        """The master that owned a slot at the start."""
        return self.masters[slot * MASTERS // SLOTS]

    async def move(self, slot: int, source: Master, target: Master) -> None:
        """Give an empty slot to another master, as `redis-cli --cluster reshard` does."""
        there = (await target.ask("CLUSTER", "MYID")).decode()
        here = (await source.ask("CLUSTER", "MYID")).decode()
        await target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", here)
        await source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", there)
        for master in (target, source, *self.masters):
            await master.ask("CLUSTER", "SETSLOT", slot, "NODE", there)

    async def is_whole(self) -> None:
        """Wait until every master sees the whole cluster."""
        async with asyncio.timeout(20):
            while not all([await master.says_ok() for master in self.masters]):  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.05)


def redis_7(folder: Path) -> Path:
    """A redis-server of version 7 or newer; linked into `folder` when the system has it under its other name."""
    for name in PROGRAMS:
        found = shutil.which(name)
        if found is None:
            continue
        link = folder / "redis-server"
        link.unlink(missing_ok=True)
        link.symlink_to(Path(found).resolve())
        said = subprocess.run([link, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"v=(\d+)\.", said)
        if version is not None and int(version[1]) >= 7:
            return link
    raise AssertionError("no Redis 7: `make test` installs redis-tools, or says how to")


def free_ports(count: int) -> list[int]:
    """Ports that nobody has at this moment."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return ports


@asynccontextmanager
async def running_cluster() -> AsyncIterator[Cluster]:
    """Three masters that own a third of the slots each; a killed one is started again."""
    password = secrets.token_urlsafe(16)
    ports = free_ports(2 * MASTERS)
    async with AsyncExitStack() as stack:
        masters = []
        for port, bus_port in zip(ports[:MASTERS], ports[MASTERS:], strict=True):
            folder = stack.enter_context(scratch_folder())
            lock = await FolderLock.take(folder)
            stack.callback(lock.release)
            conf = folder / "redis.conf"
            write_private(conf, configuration(folder, port, bus_port, password), replace=True)
            child = Child("redis", (str(redis_7(folder)), str(conf)), lock)
            await child.start()
            child.watch()
            stack.push_async_callback(child.kill)
            masters.append(Master(port, password, child))
        cluster = Cluster(masters)
        await join(cluster, ports[MASTERS:])
        yield cluster


def configuration(folder: Path, port: int, bus_port: int, password: str) -> bytes:
    """Of one master."""
    lines = (
        "bind 127.0.0.1", f"port {port}", f"cluster-port {bus_port}", "cluster-enabled yes",
        "cluster-node-timeout 1000", "cluster-require-full-coverage no", f"requirepass {password}",
        f"masterauth {password}", 'save ""', "appendonly no", f'dir "{folder}"',
    )  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


async def join(cluster: Cluster, bus_ports: list[int]) -> None:
    """Make three servers one cluster."""
    async with asyncio.timeout(20):
        for number, master in enumerate(cluster.masters):
            while True:
                try:
                    await master.ask("PING")
                    break
                except (RedisError, OSError):
                    await asyncio.sleep(0.02)
            first, last = number * SLOTS // MASTERS, (number + 1) * SLOTS // MASTERS - 1
            await master.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            while (first * MASTERS) // SLOTS < number:
                first += 1
            while ((last + 1) * MASTERS) // SLOTS <= number:
                last += 1
            await master.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
        for master, bus_port in list(zip(cluster.masters, bus_ports, strict=True))[1:]:
            await cluster.masters[0].ask("CLUSTER", "MEET", "127.0.0.1", master.port, bus_port)
    await cluster.is_whole()
    async with asyncio.timeout(20):
        while True:
            views = [await master.ask("CLUSTER", "SLOTS") for master in cluster.masters]
            if all(len(view) == MASTERS for view in views):
                return
            await asyncio.sleep(0.05)


@pytest.fixture(scope="session")
async def redis_cluster() -> AsyncIterator[Cluster]:
    """The run's cluster."""
    async with running_cluster() as cluster:
        yield cluster
