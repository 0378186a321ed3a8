"""Running the workbench: a few at a time, each with a time limit, never longer than its caller.

May be imported by server.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.protocol.errors import BUSY, Refused
from server.files.errors import DOCUMENT_REFUSED, IMAGE_BROKEN, IMAGE_TOO_LARGE
from server.files.kinds import FileKind, extension_of
from server.files.workbench import PIXELS_MAX, SIDE_MAX

WORKBENCH = Path(__file__).with_name("workbench.py")
AT_ONCE = 2  # each keeps one core and up to 500 MB busy
WAITING_MAX = 40  # four full messages; who comes later is asked to come back
LIMIT_S = 60.0  # wall time of one file on a busy machine (40 megapixels: 3 s of CPU); the child bounds its CPU time itself

FORMATS = {
    "image/jpeg": "JPEG,MPO",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
    "image/avif": "AVIF",
}
"""Media type -> decoders that may see it. One kind, one decoder: a file that is two things at once is only one here."""


@dataclass(frozen=True, slots=True)
class Made:
    """What the workbench says of a file.

    Attributes:
        width, height: Of the picture that is kept, None for documents.
    """

    width: int | None = None
    height: int | None = None


class _Said(BaseModel):
    """The child's line; the child may have been taken over, so its word is checked like anybody's."""

    model_config = ConfigDict(strict=True, extra="forbid")
    ok: bool = False
    fault: Literal["broken", "too_large", "refused"] = "broken"
    width: int | None = Field(default=None, ge=1, le=SIDE_MAX)
    height: int | None = Field(default=None, ge=1, le=SIDE_MAX)


class Bench:
    """The workbench of one process."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def run(self, kind: FileKind, name: str, folder: Path) -> Made:
        """Check and remake the file `source` in the folder.

        Raises:
            Refused: IMAGE_BROKEN, IMAGE_TOO_LARGE, DOCUMENT_REFUSED, or BUSY when too many wait.
        """
        task = f"image:{FORMATS[kind.mime]}" if kind.is_image else f"office:{extension_of(name)}"
        async with self._place():
            said = await _run_child(task, folder)
        if said.ok:
            return Made(said.width, said.height)
        if not kind.is_image:
            raise Refused(DOCUMENT_REFUSED)
        if said.fault == "too_large":
            raise Refused(IMAGE_TOO_LARGE, mp=PIXELS_MAX // 1_000_000)
        raise Refused(IMAGE_BROKEN)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= WAITING_MAX:
            raise Refused(BUSY, retry_after_ms=2_000)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()


async def _run_child(task: str, folder: Path) -> "_Said":
    """What the child says; a fault when it crashed, was killed by a limit, or took too long."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(WORKBENCH),
        task,
        str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": "", "LC_ALL": "C.UTF-8"},
        cwd=str(folder),
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            output = await child.stdout.readline() if child.stdout is not None else b""
            await child.wait()
    except (TimeoutError, ValueError):  # too slow, or a line without end
        return _Said()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        return _Said()
    try:
        return _Said.model_validate_json(output)
    except ValidationError:
        return _Said()
