"""`python -m load_tests <scenario> [options]`: run one scenario against a server of its own and print the figures.

Exit code 0 when nothing was lost, 1 when something was, 2 when the options do not fit, 3 when it could not be set up, 130 when it was
stopped.
"""

import argparse
import asyncio
import dataclasses
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from load_tests.crowd import CrowdFault
from load_tests.house import HouseFault
from load_tests.limits import raise_file_limit
from load_tests.peers.table import PeerFault
from load_tests.profile import Profile, profiling
from load_tests.screen import Screen
from load_tests.table import SCENARIOS, Result, ScenarioRow


def parser() -> argparse.ArgumentParser:
    """The command line, made from the table."""
    root = argparse.ArgumentParser(prog="python -m load_tests", description=__doc__)
    scenarios = root.add_subparsers(dest="scenario", required=True, metavar="scenario")
    for row in SCENARIOS:
        own = scenarios.add_parser(row.name, help=row.about, description=row.about)
        own.add_argument("--json", type=Path, help="file for the figures")
        own.add_argument(
            "--profile", type=Path, help="folder for a py-spy profile of the server: stacks and a flame graph"
        )
        for field in dataclasses.fields(row.options):
            kind = type(field.default) if field.default is not None else Path
            about = f"{field.metadata['about']} (default: {field.default})".replace("%", "%%")
            own.add_argument(
                f"--{field.name.replace('_', '-')}", type=kind, default=field.default, help=about
            )
    return root


def keep(row: ScenarioRow, result: Result, target: Path) -> None:
    """Write the figures as JSON; `load_tests.table.Result` says that they are a dataclass."""
    fields: dict[str, Any] = dataclasses.asdict(result)  # type: ignore[call-overload]
    figures = {"scenario": row.name, "good": result.good} | fields
    target.write_text(json.dumps(figures, ensure_ascii=False, indent=1, default=str) + "\n")


async def run(row: ScenarioRow, options: Any, target: Path | None, profile: Profile | None) -> int:  # noqa: ANN401
    """Run one scenario (the options are of the row's own type); the exit code."""
    this = asyncio.current_task()
    if this is not None:  # a polite end sweeps up, too
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    try:
        with profiling(profile):
            result = await row.run(options, Screen())
    except (HouseFault, CrowdFault, PeerFault) as fault:
        print(fault, file=sys.stderr)
        return 3
    print("\n".join([*result.lines(), *(profile.notes if profile is not None else ())]))
    if target is not None:
        keep(row, result, target)
    return 0 if result.good else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run."""
    said = vars(parser().parse_args(arguments))
    name = said.pop("scenario")
    row = next(row for row in SCENARIOS if row.name == name)
    target, folder = said.pop("json"), said.pop("profile")
    try:
        options = row.options(**said)
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 2
    raise_file_limit()
    try:
        return uvloop.run(
            run(row, options, target, Profile(folder, row.name) if folder is not None else None)
        )
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 130


if __name__ == "__main__":
    sys.exit(main())
