"""The servers that are compared, one row each, and how one of them is started."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from load_tests.peers.dialects import PLAIN, SOCKETIO
from load_tests.programs import start, stop

HERE = Path(__file__).resolve().parent
YARDSTICK = "climit"
OURS = "huitang"
START_S = 20.0
COMPILE_S = 60.0


class PeerFault(Exception):
    """A peer could not be started; the text says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One server.

    Attributes:
        name: In figures and on the command line.
        about: For people.
        dialect: See `load_tests.peers.dialects`.
        module: Program to run; empty for the yardstick, which is compiled.
    """

    name: str
    about: str
    dialect: str = PLAIN
    module: str = ""


PEERS = (
    Peer(YARDSTICK, "C, epoll, one send() per frame and socket"),
    Peer("websockets", "websockets, broadcast()", module="load_tests.peers.by_websockets"),
    Peer("starlette", "Starlette on uvicorn, await send_text", module="load_tests.peers.by_starlette"),
    Peer("socketio", "python-socketio on uvicorn, emit", SOCKETIO, "load_tests.peers.by_socketio"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A peer that serves.

    Attributes:
        pid, port: Of it.
    """

    pid: int
    port: int


def compiler() -> str:
    """The C compiler of the machine.

    Raises:
        PeerFault: There is none.
    """
    found = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        raise PeerFault(
            "没有 C 编译器,无法编译基准程序 climit:请安装 gcc(apt-get install gcc libc6-dev)\n"
            "no C compiler, so the yardstick cannot be built: install gcc (apt-get install gcc libc6-dev), or set CC"
        )
    return found


def compiled(folder: Path) -> Path:
    """The yardstick, compiled into a folder.

    Raises:
        PeerFault: There is no compiler, or it refuses.
    """
    target = folder / YARDSTICK
    command = [compiler(), "-O2", "-o", str(target), str(HERE / "climit.c")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_S, check=False)
    except subprocess.TimeoutExpired:
        raise PeerFault(f"the compiler did not end in {COMPILE_S:.0f} s") from None
    if done.returncode != 0:
        raise PeerFault(f"the yardstick does not compile:\n{done.stderr.strip()[-800:]}")
    return target


@asynccontextmanager
async def standing_peer(peer: Peer, folder: Path) -> AsyncIterator[Standing]:
    """A peer that serves while the block runs.

    Args:
        peer: Which.
        folder: For its log and, for the yardstick, its binary.

    Raises:
        PeerFault: It does not start.
    """
    arguments: tuple[str, ...] = ("-m", peer.module)
    program = None
    if not peer.module:
        program = folder / YARDSTICK
        if not program.exists():
            await asyncio.to_thread(compiled, folder)
        arguments = ("0",)
    with (folder / f"peer-{peer.name}.log").open("ab") as output:
        child = await _started(arguments, output, program)
        try:
            yield Standing(child.pid, await _port(peer, child))
        finally:
            await stop(child, 2.0)


async def _started(
    arguments: tuple[str, ...], output: IO[bytes], program: Path | None
) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUITANG_")}
    if program is None:
        return await start(arguments, kept, output, talks=True)
    return await start(arguments, kept, output, talks=True, program=str(program))


async def _port(peer: Peer, child: asyncio.subprocess.Process) -> int:
    line = b""
    if child.stdout is not None:
        try:
            async with asyncio.timeout(START_S):
                line = await child.stdout.readline()
        except TimeoutError:
            line = b""
    if not line.strip().isdigit():
        raise PeerFault(f"{peer.name} did not say where it listens")
    return int(line)
