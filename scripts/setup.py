"""Set everything up on a machine that has Python >= 3.11, make and git; needs no root and waits for no key.

    python3 scripts/setup.py run      what the server needs, and the built web client
    python3 scripts/setup.py test     the same, and what the tests need
    python3 scripts/setup.py bench    what the server, the load tests and their reports need

Each step is skipped when its stamp says that nothing it depends on has changed, so a second call takes well under a
second. Standard library only.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import chromium
from steps import (
    ROOT,
    STAMPS,
    VENV,
    WEB,
    StepFailed,
    call,
    child_environment,
    digest_of,
    fail,
    is_current,
    step,
    venv_python,
    write_stamp,
)

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 22  # vitest 5, vue-i18n 11.4 and others ask for it
CLIENT_SOURCES = ("src", "public", "locales")
NO_VENV = (
    "This Python cannot make a virtual environment with pip in it. Run this one command first:\n"
    "      sudo apt-get install -y python3-venv"
)


def ensure_environment() -> None:
    """Make `.venv` unless a working one is there."""
    if venv_python().is_file() and _runs(venv_python(), "import pip"):
        return
    with step(f"virtual environment in {VENV.name}/"):
        if _runs(Path(sys.executable), "import ensurepip"):
            call([sys.executable, "-m", "venv", "--clear", VENV])
        elif _runs(Path(sys.executable), "import pip"):
            call([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
            call(
                [sys.executable, "-m", "pip", "--python", venv_python(), "install", "-q", "pip"], hint=NO_VENV
            )
        elif os.geteuid() == 0 and shutil.which("apt-get"):
            chromium.apt_install("python3-venv")
            call([sys.executable, "-m", "venv", "--clear", VENV])
        else:
            raise StepFailed(NO_VENV)


def _runs(python: Path, code: str) -> bool:
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0


def ensure_packages(name: str) -> None:
    """Install `requirements/<name>.txt`: exact versions, checked against their hashes."""
    wanted = ROOT / "requirements" / f"{name}.txt"
    digest = digest_of([wanted], sys.version)
    stamp = STAMPS / f"packages-{name}"
    if is_current(stamp, digest):
        return
    with step(f"Python packages ({name})"):
        options = [
            "-q",
            "--disable-pip-version-check",
            "--no-input",
            "--only-binary",
            ":all:",
            "--require-hashes",
        ]
        call(
            [venv_python(), "-m", "pip", "install", *options, "-r", wanted],
            hint="Is the package index reachable? Proxies and mirrors are set as for any pip (pip config, PIP_* variables).",
        )
    write_stamp(stamp, digest)


def ensure_command() -> None:
    """Put `huitang` beside the interpreter: the sources run from where they are, nothing is copied."""
    digest = digest_of([], str(ROOT), str(VENV))
    stamp = STAMPS / "command"
    if is_current(stamp, digest):
        return
    site = subprocess.run(
        [venv_python(), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (Path(site) / "huitang.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "huitang"
    command.write_text(
        f"#!{venv_python()}\nimport sys\n\nfrom server.__main__ import main\n\nsys.exit(main())\n"
    )
    command.chmod(0o755)
    write_stamp(stamp, digest)


def ensure_node() -> None:
    """Node >= 22: the machine's own, else the one that a Python package carries."""
    found = shutil.which("node", path=child_environment()["PATH"])
    if found and _node_major(found) >= OLDEST_NODE:
        return
    ensure_packages("web")
    found = shutil.which("node", path=child_environment()["PATH"])
    if not found or _node_major(found) < OLDEST_NODE:
        raise StepFailed(
            f"No Node >= {OLDEST_NODE} for building the client; install one, then call this again."
        )


def _node_major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = said.removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def ensure_client_packages() -> None:
    """Install what the lock file says, when it changed.

    `npm ci` would refuse a lock file written where a registry did not carry the builds for other systems.
    """
    digest = digest_of([WEB / "package-lock.json", WEB / "package.json"])
    stamp = WEB / "node_modules" / ".huitang"
    if is_current(stamp, digest):
        return
    ensure_node()
    with step("web client packages (npm)"):
        call(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WEB)
    write_stamp(stamp, digest)


def client_sources() -> list[Path]:
    """Every file the built client depends on."""
    top = [
        path
        for path in WEB.iterdir()
        if path.is_file() and path.suffix in {".json", ".ts", ".html", ".js", ".css"}
    ]
    below = [path for name in CLIENT_SOURCES for path in (WEB / name).rglob("*") if path.is_file()]
    return top + below


def ensure_client() -> None:
    """Build the client when its sources changed."""
    if not (WEB / "package-lock.json").is_file():
        return
    digest = digest_of(client_sources())
    stamp = WEB / "dist" / ".huitang"
    if is_current(stamp, digest):
        return
    ensure_client_packages()
    ensure_node()
    with step("web client"):
        call(["npm", "run", "--silent", "build"], cwd=WEB)
    write_stamp(stamp, digest)


def prepare(purpose: str) -> None:
    """Do every step that `purpose` ("run", "test" or "bench") needs."""
    if sys.version_info < OLDEST_PYTHON:
        raise StepFailed(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed.")
    ensure_environment()
    ensure_packages(purpose if purpose in {"test", "bench"} else "run")
    ensure_command()
    ensure_client()
    if purpose == "test":
        if (WEB / "package-lock.json").is_file():
            ensure_client_packages()
        chromium.ensure()


def main() -> int:
    """Prepare, then hand over to the server or the tests when asked to (`--then COMMAND …`)."""
    purpose, *rest = sys.argv[1:] or ["run"]
    began = time.monotonic()
    print(f"Huitang 会堂: setting up in {ROOT}", flush=True)
    try:
        prepare(purpose)
    except StepFailed as error:
        return fail(error)
    took_s = time.monotonic() - began
    print(f"  ✓ set up ({took_s:.1f} s)", flush=True)
    if rest[:1] == ["--then"]:
        os.environ.update(child_environment(), HUITANG_SETUP_SECONDS=f"{took_s:.1f}")
        os.execv(venv_python(), [str(venv_python()), *rest[1:]])  # noqa: S606 - our own interpreter takes over
    return 0


if __name__ == "__main__":
    sys.exit(main())
