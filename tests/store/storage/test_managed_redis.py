"""The redis-server of our own, for real."""

import asyncio
import os
import signal
import stat
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from storage.errors import NotReady
from storage.managed.binary import Program
from storage.managed.child import Child, FolderLock, socket_folder
from storage.managed.redis import managed_redis
from tests.kit.scratch import scratch_folder


async def test_it_starts_private_and_comes_back_empty_after_a_crash() -> None:
    with scratch_folder() as folder:
        async with managed_redis(folder) as server:
            password = server.url.partition("=")[2]
            command = Path(f"/proc/{server.child.pid}/cmdline").read_text()  # noqa: ASYNC240 - /proc
            assert password not in command + repr(server)
            assert stat.S_IMODE((folder / "redis.conf").stat().st_mode) == 0o600
            async with Redis.from_url(server.url) as client:
                await client.set("a", 1)
            assert server.child.pid is not None
            os.kill(server.child.pid, signal.SIGKILL)
            async with Redis.from_url(server.url, retry=Retry(ConstantBackoff(0.02), 500)) as client:
                assert await client.get("a") is None
            async with Redis.from_url(server.url.partition("?")[0], protocol=2) as stranger:
                with pytest.raises(RedisError, match="Authentication required"):
                    await stranger.get("a")
            last = server.child.pid
        assert not Path(f"/proc/{last}").exists()  # noqa: ASYNC240 - /proc


async def test_a_program_that_ends_at_once_is_told() -> None:
    with scratch_folder() as folder:
        with pytest.raises(NotReady, match="ended at once"):
            async with managed_redis(folder, Program(Path("/bin/false"), (9, 0, 0), bundled=False)):
                pytest.fail("it cannot start")
        async with managed_redis(folder):
            pass  # the folder was given back


async def test_a_child_that_keeps_crashing_is_started_with_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.managed.child.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("storage.managed.child.LONGEST_PAUSE_S", 0.04)
    lock = await FolderLock.take(tmp_path)
    child = Child("crashing", ("/bin/false",), lock)
    await child.start()
    child.watch()
    async with asyncio.timeout(10):
        while child.restarts < 4:  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.01)
    await child.stop()
    lock.release()
    assert child.pid is None


async def test_a_child_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.managed.child.STOP_LIMIT_S", 0.1)
    lock = await FolderLock.take(tmp_path)
    script = tmp_path / "stubborn"
    script.write_text(f"#!/bin/sh\ntrap '' TERM\ntouch {tmp_path}/up\nwhile :; do sleep 1; done\n")
    script.chmod(0o700)
    child = Child("stubborn", (str(script),), lock)
    await child.start()
    async with asyncio.timeout(10):
        while not (tmp_path / "up").exists():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.01)
    await child.stop()
    lock.release()
    assert child.exit_code == -signal.SIGKILL


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ours = socket_folder(deep)
    assert ours.parent == tmp_path
    ours.chmod(0o755)
    with pytest.raises(NotReady, match="somebody else"):
        socket_folder(deep)
