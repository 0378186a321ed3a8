"""Sees to it that no worker outlives its parent for long. Run as a script by the supervisor, never imported.

    python keeper.py <seconds of grace>   <  one process number per line

Reads the numbers of the workers from its standard input, whose other end the parent alone holds. When that ends, the parent
is gone, however it went: the kernel has told the workers to stop (PR_SET_PDEATHSIG), and whoever still runs after the
grace is killed, a worker that hangs in its drain or does not run at all included. A program of its own and not a thread
of the worker: what hangs may hold the interpreter. Descriptors of processes and not numbers: numbers are used again.
"""

import os
import select
import signal
import sys
import time


def main() -> None:
    """Note whom to watch until the input ends; then wait, then kill."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # our end is the end of the parent
    watched: set[int] = set()
    for line in sys.stdin:
        forget_ended(watched, 0.0)
        try:
            watched.add(os.pidfd_open(int(line)))
        except ProcessLookupError:
            continue  # ended already
    deadline_s = time.monotonic() + float(sys.argv[1])
    while watched and (left_s := deadline_s - time.monotonic()) > 0:
        forget_ended(watched, left_s)
    for descriptor in watched:
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            continue


def forget_ended(watched: set[int], wait_s: float) -> None:
    """Let go of those that ended; waits for the first one, at most so long."""
    ended, _, _ = select.select(tuple(watched), (), (), wait_s)
    for descriptor in ended:
        watched.discard(descriptor)
        os.close(descriptor)


main()
