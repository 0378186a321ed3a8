"""What the set-up and test scripts share: where things are, progress lines, stamps, child commands.

Standard library only, any Python >= 3.11: this runs before anything is installed. Not imported by the product.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("HUITANG_VENV", ROOT / ".venv"))
STAMPS = VENV / ".huitang"
WEB = ROOT / "web_client"


class StepFailed(Exception):
    """A step could not be done; the text says what the person at the keyboard can do about it."""


def venv_python() -> Path:
    """The interpreter inside the virtual environment."""
    return VENV / "bin" / "python"


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `title …` and, when done, how long it took in seconds."""
    print(f"  … {title}", flush=True)
    began = time.monotonic()
    yield
    print(f"  ✓ {title} ({time.monotonic() - began:.1f} s)", flush=True)


def call(command: Sequence[str | Path], *, cwd: Path = ROOT, hint: str = "") -> None:
    """Run a command; its output appears only when it fails.

    Raises:
        StepFailed: It ended with a non-zero code; carries the last lines of its output and `hint`.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-25:])
        raise StepFailed(
            f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n{tail}\n{hint}".rstrip()
        )


def child_environment() -> dict[str, str]:
    """Our environment with the virtual environment's programs first on the path."""
    environment = dict(os.environ)
    environment["PATH"] = f"{VENV / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    environment["VIRTUAL_ENV"] = str(VENV)
    environment.pop("PYTHONHOME", None)
    return environment


def digest_of(files: Iterable[Path], *extra: str) -> str:
    """SHA-256 over names and contents of `files`, in order of name, and over `extra`."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for text in extra:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def is_current(stamp: Path, digest: str) -> bool:
    """True when `stamp` was written for the same digest."""
    return stamp.is_file() and stamp.read_text() == digest


def write_stamp(stamp: Path, digest: str) -> None:
    """Remember that a step was done for `digest`."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def fail(error: StepFailed) -> int:
    """Say what went wrong; returns the exit code."""
    print(f"\n  ✗ {error}\n", file=sys.stderr, flush=True)
    return 1
