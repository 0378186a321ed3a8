"""`make deploy-check`: what deploy/ says, held against the programs it is for: nginx, Caddy, systemd-analyze, shellcheck.

Not part of `make test`, because an installation from source needs none of them. With root and apt-get they are installed (no
service of theirs is left running by us: the tests start their own); without, the one command to run first is printed.
"""

import os
import shutil
import sys

import chromium
from steps import ROOT, StepFailed, call, fail, step, venv_python

PROGRAMS = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "systemd-analyze": "systemd",
    "shellcheck": "shellcheck",
}


def main() -> int:
    """Install what is missing, then run the tests of tests/deploy."""
    path = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program, path=path)]
    try:
        if missing and (os.geteuid() != 0 or not shutil.which("apt-get")):
            raise StepFailed(
                f"Run this one command first:\n      sudo apt-get install -y --no-install-recommends {' '.join(missing)}"
            )
        if missing:
            chromium.apt_install(*missing)
        with step("tests/deploy"):
            call([venv_python(), "-m", "pytest", "-q", "tests/deploy"], cwd=ROOT)
    except StepFailed as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
