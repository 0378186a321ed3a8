"""Tests that need programs of the system which a plain installation does without: installs them, or says how, then runs the tests.

Standard library only.
"""

import os
import shutil
from collections.abc import Mapping

import chromium
from steps import ROOT, StepFailed, call, fail, step, venv_python


def check_with(programs: Mapping[str, str], tests: str) -> int:
    """Run a folder of tests; returns the exit code.

    Args:
        programs: Program -> Debian packages that bring it.
        tests: The folder.
    """
    path = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    absent = [packages for program, packages in programs.items() if not shutil.which(program, path=path)]
    missing = [package for packages in absent for package in packages.split()]
    try:
        if missing and (os.geteuid() != 0 or not shutil.which("apt-get")):
            raise StepFailed(
                f"Run this one command first:\n      sudo apt-get install -y --no-install-recommends {' '.join(missing)}"
            )
        if missing:
            chromium.apt_install(*missing)
        with step(tests):
            call([venv_python(), "-m", "pytest", "-q", tests], cwd=ROOT)
    except StepFailed as error:
        return fail(error)
    return 0
