"""The parts of the bench, one row each: which scenario with which options, in full and quick, and how long it may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from load_tests.table import SCENARIOS, ScenarioRow
from load_tests.targets import TARGETS


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part.

    Attributes:
        name: In records, targets and for `ONLY`.
        scenario: Of `load_tests.table`.
        limit_s: One repetition may take so long, setting up included.
        full, quick: Options that are not the scenario's defaults.
        once: One repetition is enough, because it measures many times in itself.
    """

    name: str
    scenario: str
    limit_s: float
    full: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False

    @property
    def row(self) -> ScenarioRow:
        """The scenario."""
        return next(row for row in SCENARIOS if row.name == self.scenario)

    @property
    def targets(self) -> tuple[str, ...]:
        """Ids of targets that are judged by this part."""
        return tuple(dict.fromkeys(target.id for target in TARGETS if target.part == self.name))


PARTS: tuple[PartRow, ...] = (
    PartRow("start", "start", 60),
    PartRow(
        "peers",
        "peers",
        240,
        {"seconds": 4.0},
        {"subscribers": 200, "seconds": 1.0, "warm_seconds": 0.2},
    ),
    PartRow("durable", "durable", 150, {"seconds": 8.0}, {"seconds": 1.0}),
    PartRow("latency", "latency", 120, {"seconds": 12.0}, {"subscribers": 200, "seconds": 3.0}),
    PartRow("memory", "memory", 300, {}, {"sizes": "100 300"}),
    PartRow("storm", "reconnect_storm", 360, {}, {"sessions": 200, "branches": 10, "spread": 2.0}),
    PartRow(
        "checkin", "checkin_rush", 180, {}, {"members": 200, "within": 2.0, "watchers": 5, "rotate": False}
    ),
    PartRow("growth", "growth", 300, {"seconds": 6.0}, {"sizes": "50 200", "seconds": 1.0}),
    PartRow("pages", "pages", 600, {}, {"history": 20_000, "brief": 1_000, "pages": 50}, once=True),
    PartRow(
        "slow",
        "slow_readers",
        150,
        {},
        {"good": 80, "slow": 20, "seconds": 6.0, "alone_seconds": 3.0},
    ),
    PartRow("burst", "burst", 90, {"seconds": 6.0}, {"subscribers": 200, "seconds": 2.0}),
    PartRow("sparse", "sparse", 90, {"seconds": 6.0}, {"subscribers": 200, "seconds": 2.0}),
    PartRow(
        "day",
        "mixed_day",
        180,
        {"seconds": 40.0},
        {"members": 150, "branches": 10, "seconds": 6.0, "breaks": 0.5},
    ),
)


def chosen(words: str) -> tuple[PartRow, ...]:
    """Parts by their names or the ids of their targets, with spaces between them; all when there is no word.

    Raises:
        ValueError: A word is neither.
    """
    wanted = words.split()
    known = {part.name for part in PARTS} | {name for part in PARTS for name in part.targets}
    unknown = [word for word in wanted if word not in known and word.upper() not in known]
    if unknown:
        raise ValueError(f"unknown: {' '.join(unknown)}; there are {' '.join(sorted(known))}")
    if not wanted:
        return PARTS
    upper = {word.upper() for word in wanted}
    return tuple(part for part in PARTS if part.name in wanted or upper & set(part.targets))
