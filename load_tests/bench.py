"""`make bench`: every part in turn, three times, into one report. What stands is kept after every part.

    python -m load_tests.bench                          the whole, at most 35 minutes
    python -m load_tests.bench --quick                  small and short, about 3 minutes: shows that it works
    python -m load_tests.bench --only "P1 P2 storm"     parts by name, or by the targets they are judged by

All parts are done once before any is done again, so that the first minutes have a figure for everything, and the repetitions of a
part lie apart in time. A part that fails or takes too long does not end the others.
"""

import argparse
import asyncio
import dataclasses
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from load_tests.crowd import CrowdFault
from load_tests.house import HouseFault, HousePlan, standing
from load_tests.limits import raise_file_limit
from load_tests.machine import databases, machine
from load_tests.outcome import Outcome
from load_tests.parts import PartRow, chosen
from load_tests.peers.table import PeerFault
from load_tests.profile import Profile, profiling
from load_tests.programs import ROOT
from load_tests.records import Part, Record, options_of, run_of, write
from load_tests.report import publish, write_report
from load_tests.scenarios.chat_room import ChatRoomResult
from load_tests.screen import Screen
from load_tests.targets import judge_targets

OUT = ROOT / ".cache" / "bench"
FULL_S, QUICK_S = 34 * 60.0, 8 * 60.0
"""Longest run; what is not begun by then is left out, and said to be."""

REPETITIONS = 3
SWEEP_S = 30.0
"""After its limit a part may take so long to clear up."""

UNDER_PROFILER = "the first repetition ran under the profiler, which costs the server some time"
LONG_HISTORY = 5_000_000
LONG_PAGES_S = 1_800.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        parts: In order.
        quick: Small and short.
        repetitions: Of each part.
        limit_s: Of the whole run.
        profile: Record a profile of the server in the first repetition of each part.
        long_history: Pages over five million messages instead of one.
    """

    parts: tuple[PartRow, ...]
    quick: bool
    repetitions: int
    limit_s: float
    profile: bool = False
    long_history: bool = False

    def options(self, part: PartRow) -> Any:  # noqa: ANN401 - the scenario's own dataclass
        """Of a part."""
        options = dict(part.quick if self.quick else part.full)
        if part.name == "pages" and self.long_history:
            options["history"] = LONG_HISTORY
        return part.row.options(**options)

    def limit_of(self, part: PartRow) -> float:
        """Of one repetition, s."""
        return LONG_PAGES_S if part.name == "pages" and self.long_history else part.limit_s


class Bench:
    """One run.

    Args:
        wish: What is asked for.
        folder: Where everything goes.
    """

    def __init__(self, wish: Wish, folder: Path) -> None:
        self._wish = wish
        self._folder = folder
        self._began = time.monotonic()
        when = datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat(timespec="minutes")
        self.record = Record(when, wish.quick, wish.repetitions, machine())
        for part in wish.parts:
            self.record.parts.append(Part(part.name, part.row.about, options_of(wish.options(part))))

    async def run(self) -> None:
        """All parts, in rounds."""
        await self._look_at_databases()
        for turn in range(self._wish.repetitions):
            for row, part in zip(self._wish.parts, self.record.parts, strict=True):
                if turn and row.once:
                    continue
                await self._once(row, part, turn)
                write(self.record, self._folder / "report.json")

    async def _look_at_databases(self) -> None:
        try:
            async with asyncio.timeout(90), standing(HousePlan(members=1, workers=2)) as house:
                self.record.machine |= await databases(house)
        except (HouseFault, TimeoutError) as fault:
            self.record.machine["MongoDB"] = f"could not be asked: {fault}"[:200]

    async def _once(self, row: PartRow, part: Part, turn: int) -> None:
        left_s, usual_s = self._left_s(), part.took_s / max(1, turn)
        if left_s < max(10.0, usual_s):
            part.fault = part.fault or f"no time was left for repetition {turn + 1}"
            return
        _say(f"[{self._passed()}] {row.name}, {turn + 1} of {1 if row.once else self._wish.repetitions}")
        profile = Profile(self._folder, f"profile-{row.name}") if self._wish.profile and not turn else None
        began = time.monotonic()
        try:
            async with asyncio.timeout(min(left_s, self._wish.limit_of(row))):
                with profiling(profile):
                    outcome = await row.row.run(self._wish.options(row), Screen())
        except TimeoutError:
            part.fault = (
                f"repetition {turn + 1} took longer than {time.monotonic() - began:.1f} s and was ended"
            )
        except (HouseFault, CrowdFault, PeerFault, SystemExit) as fault:
            part.fault = f"repetition {turn + 1}: {fault}"[:1_000]
        except Exception as fault:
            part.fault = f"repetition {turn + 1}: {type(_root(fault)).__name__}: {_root(fault)}"[:1_000]
        else:
            self._keep(part, _outcome(outcome), profile)
        part.took_s += time.monotonic() - began
        if part.fault:
            _say(f"         {row.name}: {part.fault.splitlines()[0]}")

    def _keep(self, part: Part, outcome: Outcome, profile: Profile | None) -> None:
        if profile is not None:
            notes = tuple(note.replace(f"{self._folder}/", "") for note in profile.notes)
            outcome = dataclasses.replace(outcome, notes=(*outcome.notes, UNDER_PROFILER, *notes))
        part.runs.append(run_of(outcome))
        lost = {kind: count for kind, count in outcome.losses.items() if count}
        if lost:
            _say(f"         LOSSES {lost}")

    def _left_s(self) -> float:
        return self._wish.limit_s - (time.monotonic() - self._began) - SWEEP_S

    def _passed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes:02}:{seconds:02}"


def _outcome(result: object) -> Outcome:
    if isinstance(result, ChatRoomResult):
        return result.outcome(result.options)
    if not isinstance(result, Outcome):
        raise TypeError(f"no outcome: {type(result).__name__}")
    return result


def _root(fault: BaseException) -> BaseException:
    """The first fault inside groups of faults."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


def _say(words: str) -> None:
    print(words, flush=True)


def verdicts(record: Record) -> list[str]:
    """The targets, for the terminal."""
    words = {True: "met", False: "SHORT", None: "-"}
    lines = []
    for one in judge_targets(record.figures(), record.losses()):
        if one.found is not None:
            value = f"{one.found.median:,.4g} ({one.found.least:,.4g} to {one.found.most:,.4g})"
            about = f"{one.target.about} (at {one.target.sense} {one.target.limit:g})"
            lost = f", {one.losses} losses" if one.losses else ""
            lines.append(
                f"{one.target.id:<4} {words[one.met]:<6}{value:<34} {one.distance:+5.0%}{lost}  {about}"
            )
    return lines


def parser() -> argparse.ArgumentParser:
    """The command line."""
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="small and short")
    asked.add_argument("--only", default="", help="names of parts or ids of targets")
    asked.add_argument(
        "--repetitions", type=int, default=0, help=f"of each part (default: {REPETITIONS}, quick 1)"
    )
    asked.add_argument(
        "--minutes", type=float, default=0.0, help="limit of the whole run (default: 34, quick 8)"
    )
    asked.add_argument(
        "--profile", action="store_true", help="py-spy profiles of the first repetition of each part"
    )
    asked.add_argument(
        "--long-history", action="store_true", help="pages over 5 million messages; takes some minutes longer"
    )
    asked.add_argument("--publish", action="store_true", help="copy the report to docs/benchmarks/")
    asked.add_argument("--out", type=Path, default=OUT, help="where the folder of this run is made")
    return asked


def wish_of(said: argparse.Namespace) -> Wish:
    """From the command line.

    Raises:
        ValueError: A word of `--only` is unknown, or a number does not fit.
    """
    if said.repetitions < 0 or said.minutes < 0:
        raise ValueError("--repetitions and --minutes are at least 1")
    usual_s = QUICK_S if said.quick else FULL_S
    return Wish(
        parts=chosen(said.only),
        quick=said.quick,
        repetitions=said.repetitions or (1 if said.quick else REPETITIONS),
        limit_s=said.minutes * 60 or usual_s,
        profile=said.profile,
        long_history=said.long_history and not said.quick,
    )


async def measure(wish: Wish, folder: Path) -> Record:
    """Run it; what stands when it is stopped is kept, too."""
    this = asyncio.current_task()
    if this is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    bench = Bench(wish, folder)
    try:
        await bench.run()
    finally:
        write(bench.record, folder / "report.json")
        write_report(bench.record, folder)
    return bench.record


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and report; 0 when every part is complete and nothing was lost, 1 when not, 2 for options that do not fit."""
    said = parser().parse_args(arguments)
    try:
        wish = wish_of(said)
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 2
    raise_file_limit()
    folder = said.out / datetime.fromtimestamp(_now_s(), UTC).strftime("%Y-%m-%d-%H%M%S")
    folder.mkdir(parents=True)
    try:
        record = uvloop.run(measure(wish, folder))
    except (asyncio.CancelledError, KeyboardInterrupt):
        print(f"stopped; what stands is in {folder}", file=sys.stderr)
        return 130
    print("\n".join(["", *verdicts(record), "", f"report: {folder / 'report.md'}"]))
    if said.publish:
        print("\n".join(str(path) for path in publish(folder)))
    return int(any(part.fault for part in record.parts) or any(record.losses().values()))


def _now_s() -> float:
    """Wall-clock time; the one place of the load tests that wants it."""
    return time.clock_gettime(time.CLOCK_REALTIME)


if __name__ == "__main__":
    sys.exit(main())
