"""The mongod of our own, for real: it starts, comes back, dies with its parent, and shares its folder with nobody."""

import asyncio
import os
import shutil
import signal
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from storage.client import Mongo, MongoSettings
from storage.driver import DriverName
from storage.errors import Busy, NotReady, Rejected, Unavailable
from storage.managed import binary, child, mongod
from storage.managed.binary import Program, find_mongod
from storage.managed.mongod import ManagedMongod, MongodSettings, Step, managed_mongod
from tests.kit.mongo import SMALL_JOURNAL
from tests.kit.scratch import scratch_folder


def settings(folder: Path) -> MongodSettings:
    return MongodSettings(folder, oplog_mb=64, engine=SMALL_JOURNAL)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as scratch:
        yield scratch / "mongo"


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[ManagedMongod]:
    async with managed_mongod(settings(folder)) as running:
        yield running
        await running.child.kill()


@asynccontextmanager
async def opened(
    server: ManagedMongod, driver: DriverName = "motor", database: str = "huitang"
) -> AsyncIterator[Mongo]:
    mongo = await Mongo.open(MongoSettings(server.access.url, database, driver, pool=4))
    try:
        yield mongo
    finally:
        await mongo.close()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def until_dead(pid: int) -> None:
    async with asyncio.timeout(10):
        while alive(pid):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.01)


async def test_first_start_second_start_and_a_clean_stop(folder: Path) -> None:
    steps: list[Step] = []
    async with managed_mongod(settings(folder), steps.append) as server:
        pid = server.child.pid
        async with opened(server) as mongo:
            await mongo["things"].insert_one({"_id": 1})
    assert steps == [Step.LOCK, Step.START, Step.PREPARE, Step.READY]
    assert pid is not None
    assert not alive(pid)
    async with managed_mongod(settings(folder)) as server:
        async with opened(server) as mongo:
            assert await mongo["things"].count({}) == 1
        await server.child.kill()


async def test_killed_it_comes_back_and_callers_only_wait(
    server: ManagedMongod, driver_name: DriverName
) -> None:
    """No acknowledged write is lost, no write is doubled, no caller sees an error."""
    async with opened(server, driver_name) as mongo:
        stop = asyncio.Event()
        written = 0

        async def write(task: int) -> None:
            nonlocal written
            n = 0
            while not stop.is_set():
                await mongo["things"].insert_one({"_id": f"{task}-{n}"})
                n += 1
                written += 1

        async with asyncio.TaskGroup() as group:
            for task in range(4):
                group.create_task(write(task))
            for _ in range(2):
                before = written
                while written < before + 50:  # noqa: ASYNC110 - the writers are waited for
                    await asyncio.sleep(0.005)
                assert server.child.pid is not None
                os.kill(server.child.pid, signal.SIGKILL)
                assert await mongo["things"].count({}) >= before
            stop.set()
        assert server.child.restarts == 2
        assert await mongo["things"].count({}) == written


async def test_a_hanging_server_is_not_waited_for_and_may_come_back(
    server: ManagedMongod, driver_name: DriverName
) -> None:
    """SIGSTOP: connections stay open and nothing is ever answered."""
    mongo = await Mongo.open(MongoSettings(server.access.url, "huitang", driver_name, pool=4, timeout_s=0.5))
    loop = asyncio.get_running_loop()
    assert server.child.pid is not None
    try:
        await mongo["things"].insert_one({"_id": "before"})
        os.kill(server.child.pid, signal.SIGSTOP)
        begun = loop.time()
        outcomes = await asyncio.gather(
            *(mongo["things"].insert_one({"_id": n}) for n in range(30)), return_exceptions=True
        )
        assert loop.time() - begun < 4
        assert {type(outcome) for outcome in outcomes} <= {Unavailable, Busy}
        assert {type(outcome) for outcome in outcomes} & {Unavailable, Busy}
        os.kill(server.child.pid, signal.SIGCONT)
        async with asyncio.timeout(10):
            while True:
                try:
                    assert await mongo["things"].count({"_id": "before"}) == 1
                    break
                except Unavailable:
                    continue
    finally:
        os.kill(server.child.pid, signal.SIGCONT)
        await mongo.close()


async def test_a_second_start_on_the_folder_is_refused(
    server: ManagedMongod, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child.FolderLock.take.__func__, "__defaults__", (0.1,))  # type: ignore[attr-defined]
    with pytest.raises(NotReady, match="in use by another running server"):
        async with managed_mongod(settings(folder)):
            pytest.fail("two servers on one folder")
    async with opened(server) as mongo:
        await mongo.ping()


PARENT = """
import asyncio, sys
from pathlib import Path
from storage.managed.mongod import MongodSettings, managed_mongod

async def main():
    async with managed_mongod(MongodSettings(Path(sys.argv[1]), oplog_mb=64, engine=sys.argv[2])) as server:
        print(server.child.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_killed_parent_leaves_no_child(folder: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(folder), SMALL_JOURNAL, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert alive(pid)
    with pytest.raises(NotReady, match="in use"):
        await child.FolderLock.take(folder, 0.1)
    parent.kill()
    await parent.communicate()
    await until_dead(pid)
    async with managed_mongod(settings(folder)) as server:
        async with opened(server) as mongo:
            await mongo["things"].insert_one({"_id": 1})
        await server.child.kill()


async def test_a_moved_folder_starts_again(folder: Path) -> None:
    async with managed_mongod(settings(folder)) as server:
        async with opened(server) as mongo:
            await mongo["things"].insert_one({"_id": 1})
        await server.child.kill()
    moved = folder.with_name("moved")
    shutil.move(folder, moved)
    async with managed_mongod(settings(moved)) as server:
        async with opened(server) as mongo:
            assert await mongo["things"].count({}) == 1
            await mongo["things"].insert_one({"_id": 2})
        await server.child.kill()


async def test_a_folder_with_a_long_path_has_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("会" * 40)
    async with managed_mongod(settings(deep)) as server:
        assert len(os.fsencode(server.access.socket)) <= child.LONGEST_SOCKET_PATH
        assert stat.S_IMODE(server.access.socket.parent.stat().st_mode) == 0o700
        async with opened(server) as mongo:
            await mongo.ping()
        await server.child.kill()
    shutil.rmtree(server.access.socket.parent)


async def test_nothing_listens_on_the_network(server: ManagedMongod) -> None:
    ends = psutil.Process(server.child.pid).net_connections(kind="inet")
    assert [end for end in ends if end.status == psutil.CONN_LISTEN] == []
    assert stat.S_IMODE(server.access.socket.parent.stat().st_mode) == 0o700


async def test_passwords_are_on_no_command_line_and_in_private_files_only(
    server: ManagedMongod, folder: Path
) -> None:
    passwords = (server.access.root_password, server.access.user_password)
    pid = server.child.pid
    command = Path(f"/proc/{pid}/cmdline").read_text()  # noqa: ASYNC240 - /proc
    environment = Path(f"/proc/{pid}/environ").read_text()  # noqa: ASYNC240 - /proc
    assert not any(password in command + environment + repr(server) for password in passwords)
    for file in (entry for entry in folder.iterdir() if entry.is_file()):  # noqa: ASYNC240 - five files
        if any(password.encode() in file.read_bytes() for password in passwords):
            assert file.name == "secrets.json"
    for name in ("secrets.json", "member.key", "mongod.conf"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


async def test_access_control_is_on(server: ManagedMongod) -> None:
    stranger = await Mongo.open(MongoSettings(server.access.open_url, "huitang"))
    with pytest.raises(Rejected):
        await stranger["things"].find_one({})
    await stranger.close()
    async with opened(server, database="elsewhere") as elsewhere:
        with pytest.raises(Rejected):
            await elsewhere["things"].insert_one({})


async def test_wrong_passwords_beside_the_data_are_told(folder: Path) -> None:
    async with managed_mongod(settings(folder)) as server:
        await server.child.kill()
    (folder / "secrets.json").unlink()
    with pytest.raises(NotReady, match=r"secrets\.json"):
        async with managed_mongod(settings(folder)):
            pytest.fail("it cannot start")


async def test_a_server_that_ends_at_once_is_told(folder: Path) -> None:
    broken = MongodSettings(folder, engine="no such option")
    with pytest.raises(NotReady, match="ended at once"):
        async with managed_mongod(broken):
            pytest.fail("it cannot start")


async def test_a_server_that_never_answers_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod, "START_LIMIT_S", 0.2)
    script = folder.parent / "mongod"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o700)
    with pytest.raises(NotReady, match="did not come up"):
        async with managed_mongod(MongodSettings(folder, program=Program(script, (9, 0, 0), bundled=False))):
            pytest.fail("it cannot start")


async def test_the_program_on_path_goes_first_when_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    fake = tmp_path / "mongod"
    for version, chosen in (("v7.0.2", True), ("v4.4.1", False), ("nonsense", False)):
        fake.write_text(f"#!/bin/sh\necho 'db version {version}'\n")
        fake.chmod(0o700)
        found = await find_mongod()
        assert (found.path == fake, found.bundled) == (chosen, not chosen)
        assert found.version[0] >= binary.MONGOD_AT_LEAST
    fake.write_bytes(b"\x7fELF nonsense")
    assert (await find_mongod()).bundled
    monkeypatch.setattr(binary, "MONGOD_PACKAGE", "no-such-package")
    with pytest.raises(NotReady, match="no mongod"):
        await find_mongod()
