"""Leave packages out of a requirements file with hashes, for the image: what production does not run need not be in it.

    python without.py NAME … < requirements/run.txt > hub.txt

Everything else stays as it is, hashes included, so that pip checks the same files as on any other machine. A name that is
not in the file is an error: it would mean that the list in the Dockerfile has fallen behind. Standard library only.
"""

import re
import sys
from collections.abc import Sequence

NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==")


def plain(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def without(text: str, names: Sequence[str]) -> str:
    """The file without these packages.

    Raises:
        ValueError: One of them is not in the file.
    """
    left_out = {plain(name) for name in names}
    kept, found, dropping = [], set(), False
    for line in text.splitlines(keepends=True):
        if start := NAME.match(line):
            name = plain(start[1])
            dropping = name in left_out
            found |= {name} & left_out
        if not dropping:
            kept.append(line)
    if missing := left_out - found:
        raise ValueError(f"not in the requirements: {', '.join(sorted(missing))}")
    return "".join(kept)


if __name__ == "__main__":
    try:
        sys.stdout.write(without(sys.stdin.read(), sys.argv[1:]))
    except ValueError as fault:
        sys.exit(str(fault))
