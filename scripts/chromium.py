"""What tests need from the system: Chromium, fonts that draw Chinese, oathtool as a second opinion on TOTP, and a Redis 7.

Redis: the bundled one is 6.2, before sharded pub/sub. Debian's `redis-tools` carries the server's program under another name
(`redis-check-rdb`; it becomes a server when it is called `redis-server`) and, unlike `redis-server`, no service.
With root and apt-get they are installed; without, the one command to run first is printed. Standard library only.
"""

import os
import shutil
import subprocess

from steps import StepFailed, call, step

PROGRAMS = {"chromium": "chromium", "oathtool": "oathtool", "redis-check-rdb": "redis-tools"}
FONTS = {"Noto Sans CJK SC": "fonts-noto-cjk", "Noto Color Emoji": "fonts-noto-color-emoji"}


def missing_packages() -> list[str]:
    """Debian packages that have to be installed before all tests can run."""
    programs = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    return programs + [package for family, package in FONTS.items() if not _has_font(family)]


def _has_font(family: str) -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", family], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def apt_install(*packages: str) -> None:
    """Install Debian packages; the caller has made sure of root."""
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    with step(f"system packages: {' '.join(packages)}"):
        call(["apt-get", "update", "-q"])
        call(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages])


def ensure() -> None:
    """Make sure of all of them.

    Raises:
        StepFailed: Something is missing and we are not root, or there is no apt-get.
    """
    missing = missing_packages()
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise StepFailed(
            "The tests need Chromium, fonts, oathtool and Redis 7. Run this one command first:\n"
            f"      sudo apt-get install -y --no-install-recommends {' '.join(missing)}"
        )
    apt_install(*missing)
