"""The record of a bench: what is kept as JSON while it runs, and what a report is made from. Pure values, read and written."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.outcome import Outcome

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Run:
    """One repetition of a part; see `load_tests.outcome.Outcome`."""

    figures: Mapping[str, float]
    losses: Mapping[str, int]
    notes: Sequence[str] = ()


@dataclass(slots=True)
class Part:
    """What came of a part of the bench.

    Attributes:
        name: Of the part.
        about: One sentence.
        options: Of the scenario.
        runs: Repetitions that came to their end.
        fault: Why there are fewer than wanted; empty when there are not.
        took_s: All repetitions, setting up included.
    """

    name: str
    about: str
    options: Mapping[str, str]
    runs: list[Run] = field(default_factory=list)
    fault: str = ""
    took_s: float = 0.0


@dataclass(slots=True)
class Record:
    """A whole bench.

    Attributes:
        when: ISO date and time, UTC.
        quick: It was the short one, whose figures say little.
        repetitions: Wanted.
        machine: Facts.
        parts: In the order they ran.
    """

    when: str
    quick: bool
    repetitions: int
    machine: dict[str, str]
    parts: list[Part] = field(default_factory=list)

    def figures(self) -> dict[str, dict[str, list[float]]]:
        """Part -> figure -> value in each repetition that has it."""
        return {
            part.name: {
                name: [run.figures[name] for run in part.runs if name in run.figures]
                for name in dict.fromkeys(name for run in part.runs for name in run.figures)
            }
            for part in self.parts
        }

    def losses(self) -> dict[str, int]:
        """Part -> everything that was lost, doubled and so on, all repetitions."""
        return {part.name: sum(sum(run.losses.values()) for run in part.runs) for part in self.parts}


def run_of(outcome: Outcome) -> Run:
    """Of a scenario's outcome."""
    return Run(dict(outcome.figures), dict(outcome.losses), tuple(outcome.notes))


def options_of(options: Any) -> dict[str, str]:  # noqa: ANN401 - the scenario's own dataclass
    """For people and for the record; folders are no business of a report."""
    fields: dict[str, object] = dataclasses.asdict(options)
    return {name: str(value) for name, value in fields.items() if name != "folder"}


def write(record: Record, target: Path) -> None:
    """Keep it; whoever reads it meanwhile sees the old one or the new one."""
    kept = {"format": FORMAT, **dataclasses.asdict(record)}
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    fresh.replace(target)


def read(source: Path) -> Record:
    """Raises ValueError when it is no record of ours."""
    kept = json.loads(source.read_text())
    if not isinstance(kept, dict) or kept.pop("format", None) != FORMAT:
        raise ValueError(f"{source.name} is no record of a bench of format {FORMAT}")
    parts = [Part(**{**part, "runs": [_run(run) for run in part["runs"]]}) for part in kept.pop("parts")]
    return Record(**kept, parts=parts)


def _run(kept: dict[str, Any]) -> Run:
    return Run(kept["figures"], kept["losses"], tuple(kept["notes"]))
