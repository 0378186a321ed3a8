"""Run the checks, one suite after the other, and end with a table and the line `N passed, N failed`.

    .venv/bin/python scripts/check.py               everything (what `make test` and `.ci/run` do)
    .venv/bin/python scripts/check.py unit wire     these suites

Checks of style and types run in two lanes side by side (Python, web client); suites of tests run in order, because they
measure time and share two cores. Each suite's whole output is kept in .cache/check/<suite>.log. Standard library only.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from steps import ROOT, WEB, child_environment, venv_python

LOGS = ROOT / ".cache" / "check"
SERVER_LOGS = ROOT / ".cache" / "logs"
TAIL_LINES = 120
SUITE_TIMEOUT_S = 900  # a hanging suite must not hang the run; the whole run has 15 minutes


@dataclass(frozen=True)
class Count:
    """How many checks of a suite passed and failed."""

    passed: int
    failed: int


@dataclass(frozen=True)
class Suite:
    """One suite.

    Attributes:
        name: Word for the command line and the table.
        command: What to run.
        count: Reads the counts from the output; gets the exit code too.
        cwd: Where to run it.
    """

    name: str
    command: tuple[str, ...]
    count: Callable[["Suite", str, int], Count]
    cwd: Path = ROOT

    @property
    def report(self) -> Path:
        """Where the suite's machine-readable report goes, if it writes one."""
        return LOGS / f"{self.name}.report"


@dataclass(frozen=True)
class Outcome:
    """What came of one suite."""

    suite: Suite
    count: Count
    seconds: float
    output: str

    @property
    def good(self) -> bool:
        """Something ran and nothing failed."""
        return self.count.failed == 0 and self.count.passed > 0


def by_exit_code(_suite: Suite, _output: str, code: int) -> Count:
    """One check: did the command end well."""
    return Count(int(code == 0), int(code != 0))


def by_mypy(_suite: Suite, output: str, code: int) -> Count:
    """Source files without and with type errors."""
    clean = re.search(r"no issues found in (\d+) source files", output)
    if code == 0 and clean:
        return Count(int(clean[1]), 0)
    faults = re.search(r"in (\d+) files? \(checked (\d+)", output)
    return Count(int(faults[2]) - int(faults[1]), int(faults[1])) if faults else Count(0, 1)


def by_junit(suite: Suite, _output: str, code: int) -> Count:
    """Tests by pytest's report; a skipped test counts as failed: here everything a test needs is set up."""
    if not suite.report.is_file():
        return Count(0, 1)
    node = ElementTree.parse(suite.report).getroot().find("testsuite")  # noqa: S314 - pytest of ours wrote it
    if node is None:
        return Count(0, 1)
    total, *bad = (int(node.get(key, "0")) for key in ("tests", "failures", "errors", "skipped"))
    failed = min(total, sum(bad)) or int(code != 0)
    return Count(total - min(failed, total), failed)


def by_vitest(suite: Suite, _output: str, code: int) -> Count:
    """Tests by vitest's JSON report."""
    if not suite.report.is_file():
        return Count(0, 1)
    found = json.loads(suite.report.read_text())
    failed = found["numTotalTests"] - found["numPassedTests"]
    return Count(found["numPassedTests"], failed or int(code != 0))


def pytest_suite(name: str, *, parallel: bool = True, extra: Sequence[str] = ()) -> Suite:
    """The tests under tests/<name>; `parallel` spreads files over two workers."""
    spread = ("-n", "2", "--dist", "loadfile") if parallel else ()
    report = f"--junitxml={LOGS / name}.report"
    command = (
        str(venv_python()),
        "-m",
        "pytest",
        f"tests/{name}",
        "-q",
        "--show-capture=stdout",
        report,
        *spread,
        *extra,
    )
    return Suite(name, command, by_junit)


def tool(name: str, *command: str, count: Callable[[Suite, str, int], Count] = by_exit_code) -> Suite:
    """A Python tool of the virtual environment."""
    return Suite(name, (str(venv_python()), "-m", *command), count)


def web(name: str, *command: str, count: Callable[[Suite, str, int], Count] = by_exit_code) -> Suite:
    """A tool of the web client."""
    return Suite(name, ("npm", *command), count, WEB)


VITEST = ("vitest", "run", "--reporter=json", f"--outputFile={LOGS / 'vitest'}.report")
PYTHON_LANE = (
    tool("ruff", "ruff", "check", "."),
    tool("format", "ruff", "format", "--check", "."),
    tool("mypy", "mypy", count=by_mypy),
    pytest_suite("architecture", parallel=False),
    tool("generated", "server", "schema", "--check"),
)
WEB_LANE = (
    web("eslint", "run", "--silent", "lint"),
    web("vue-tsc", "run", "--silent", "types"),
    web("vitest", "exec", "--no", "--", *VITEST, count=by_vitest),
)
TESTS = (
    pytest_suite("unit"),
    pytest_suite("store"),
    pytest_suite("flow"),
    pytest_suite("replay"),
    pytest_suite("wire"),
    pytest_suite("browser", parallel=False),
    pytest_suite("after", parallel=False),  # searches the logs that the suites before it have written
)
SUITES = {suite.name: suite for suite in (*PYTHON_LANE, *WEB_LANE, *TESTS)}


def run(suite: Suite) -> Outcome:
    """Run one suite and say at once how it went."""
    suite.report.unlink(missing_ok=True)
    began = time.monotonic()
    try:
        done = subprocess.run(
            suite.command,
            cwd=suite.cwd,
            env=child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SUITE_TIMEOUT_S,
            check=False,
        )
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace")  # bytes, whatever text= says
        output, code = f"{said}\n{suite.name} did not end within {SUITE_TIMEOUT_S} s", 1
    (LOGS / f"{suite.name}.log").write_text(output)
    outcome = Outcome(suite, suite.count(suite, output, code), time.monotonic() - began, output)
    print(line(outcome), flush=True)
    if not outcome.good:
        print("\n".join(output.splitlines()[-TAIL_LINES:]), flush=True)
    return outcome


def line(outcome: Outcome) -> str:
    """One row of the table."""
    sign = "✓" if outcome.good else "✗"
    count = f"{outcome.count.passed:6d} passed {outcome.count.failed:5d} failed"
    return f"  {sign} {outcome.suite.name:<13}{count} {outcome.seconds:8.1f} s"


def run_all(wanted: Sequence[str]) -> list[Outcome]:
    """Run the wanted suites: both lanes side by side, then the tests."""
    lanes = [[suite for suite in lane if suite.name in wanted] for lane in (PYTHON_LANE, WEB_LANE)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        outcomes = [
            outcome
            for lane in pool.map(lambda lane: [run(suite) for suite in lane], lanes)
            for outcome in lane
        ]
    return outcomes + [run(suite) for suite in TESTS if suite.name in wanted]


def forget_logs() -> None:
    """Remove what servers under test logged in an earlier run; `tests/after` searches what this run writes."""
    shutil.rmtree(SERVER_LOGS, ignore_errors=True)
    SERVER_LOGS.mkdir(parents=True)


def main() -> int:
    """Run, then print the table."""
    wanted = sys.argv[1:] or list(SUITES)
    unknown = [name for name in wanted if name not in SUITES]
    if unknown:
        print(f"No such suite: {' '.join(unknown)}. There are: {' '.join(SUITES)}", file=sys.stderr)
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    if not sys.argv[1:]:
        forget_logs()
    began = time.monotonic()
    outcomes = run_all(wanted)
    print("\n  suite              counts                    time")
    print("\n".join(line(outcome) for outcome in outcomes))
    passed = sum(outcome.count.passed for outcome in outcomes)
    failed = sum(outcome.count.failed for outcome in outcomes)
    empty = [outcome.suite.name for outcome in outcomes if outcome.count == Count(0, 0)]
    if empty:
        print(f"\n  nothing ran in: {', '.join(empty)}")
    print(f"\n  whole run {time.monotonic() - began:.1f} s")
    print(f"{passed} passed, {failed + len(empty)} failed")
    return int(failed > 0 or bool(empty))


if __name__ == "__main__":
    sys.exit(main())
