"""How often Python looks for garbage in circles, set for a server. May be imported by server.

Almost all of what a server makes is freed by reference counts, at once. What is left to the collector are few circles among
very many objects that live as long as the process or a connection. With Python's defaults a fifth of the time of a busy
process went into looking, and each full look stopped the loop for up to 100 ms.
"""

import gc

YOUNG_COUNT = 20_000
"""New containers between two looks at the youngest: some hundred commands."""

STEPS = 20
"""Looks at one generation between two looks at the next."""


def settle() -> None:
    """Call once everything is built: what exists now lives as long as the process and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_COUNT, STEPS, STEPS)
