"""Resolve the pinned dependencies anew into requirements/*.txt: exact versions with hashes, no index address.

Needs uv (`pip install uv`); everything else works from the files this writes. Versions that are pinned already stay, so
that adding one package moves no other; delete a file first to take the newest of everything.
"""

import shutil
import sys

from steps import ROOT, StepFailed, call, fail, step

PROJECT = str(ROOT / "pyproject.toml")
FILES = {
    "run": (PROJECT,),
    "test": (PROJECT, "--extra", "test"),
    "bench": (PROJECT, "--extra", "test", "--extra", "bench"),
    "web": ("--group", "web"),
}
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "-q",
)


def main() -> int:
    """Write all files."""
    if not shutil.which("uv"):
        return fail(StepFailed("uv is needed for this: pip install uv"))
    try:
        for name, source in FILES.items():
            with step(f"requirements/{name}.txt"):
                target = ROOT / "requirements" / f"{name}.txt"
                call(["uv", "pip", "compile", *source, *OPTIONS, "-o", target])
    except StepFailed as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
