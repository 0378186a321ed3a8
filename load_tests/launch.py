"""Becomes another program that the kernel kills when our parent dies. Run as a script, never imported.

    python launch.py <pid of the parent> <program> [argument …]

A program of its own and no `preexec_fn`, which can deadlock; the death signal survives exec (prctl(2), PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask for the signal, make sure that the parent did not die before that, become the program."""
    parent, program, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program, arguments)  # noqa: S606 - the program was chosen by our parent


if __name__ == "__main__":
    main()
