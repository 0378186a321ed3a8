"""The targets of the real-time core as rows: which figure of which part has to be at most, or at least, what. Pure.

P1 to P10 are measured here. P11 (size and smoothness of the web client) belongs to the client's own tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Sense = Literal["most", "least"]
MOST: Sense = "most"
LEAST: Sense = "least"
LEFT_OUT = {"P11": "size and smoothness of the web client: belongs to the client's own tests"}


@dataclass(frozen=True, slots=True)
class Target:
    """One row.

    Attributes:
        id: P1 … P10; several rows may make one target.
        part: Of the bench (`load_tests.parts`).
        figure: Name in the part's outcome.
        sense: The figure must be at most, or at least, `limit`.
        limit: In the unit of the figure.
        about: For people.
    """

    id: str
    part: str
    figure: str
    sense: Sense
    limit: float
    about: str


TARGETS: tuple[Target, ...] = (
    Target(
        "P1", "peers", "huitang_sparse_ratio", MOST, 1.5, "CPU per delivery, 1 in flight, × the C yardstick"
    ),
    Target(
        "P2", "peers", "huitang_burst_ratio", MOST, 0.35, "CPU per delivery, 20 in flight, × the C yardstick"
    ),
    Target(
        "P2", "peers", "huitang_burst_of_best_peer", MOST, 1.0, "the same, × the best of the other servers"
    ),
    Target(
        "P3", "durable", "one_sends_per_s", LEAST, 10_000, "durable sends per second, one topic, 64 senders"
    ),
    Target("P3", "durable", "one_ack_p99_ms", MOST, 60, "their p99, ms"),
    Target(
        "P3", "durable", "many_sends_per_s", LEAST, 10_000, "durable sends per second, 100 topics, 64 senders"
    ),
    Target("P3", "durable", "many_ack_p99_ms", MOST, 60, "their p99, ms"),
    Target("P4", "durable", "two_of_one", LEAST, 0.7, "two processes on one topic, × one process"),
    Target(
        "P5", "latency", "delivery_p50_ms", MOST, 5, "delivery at 20 messages/s to 1,000 members, p50, ms"
    ),
    Target("P5", "latency", "delivery_p99_ms", MOST, 25, "the same, p99, ms"),
    Target("P6", "memory", "kib_per_session", MOST, 16, "resident KiB for each idle session in five topics"),
    Target("P7", "storm", "resumes_per_core_s", LEAST, 500, "resumes per second and core of the server"),
    Target(
        "P8",
        "checkin",
        "check_in_p99_ms",
        MOST,
        500,
        "check-in rush, p99, ms",
    ),
    Target(
        "P9", "growth", "cpu_growth", MOST, 0.2, "CPU per delivery, largest against smallest room: growth"
    ),
    Target("P9", "growth", "cpu_apart", MOST, 0.2, "the same, largest apart in either direction"),
    Target(
        "P9",
        "pages",
        "newest_growth",
        MOST,
        0.2,
        "newest page of 50, long past against 10,000 messages: growth",
    ),
    Target("P9", "pages", "anywhere_growth", MOST, 0.2, "page of 50 from anywhere, the same: growth"),
    Target("P10", "start", "second_start_s", MOST, 5, "server command to first page, second start, s"),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Of a figure over the repetitions."""

    median: float
    least: float
    most: float
    count: int


def spread(values: Sequence[float]) -> Spread:
    """Median and range; raises ValueError when there is no value."""
    if not values:
        raise ValueError("no value has no spread")
    return Spread(float(median(values)), min(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a target.

    Attributes:
        target: The row.
        found: None when it was not measured.
        losses: Of the part, all repetitions; a target with losses is not met, whatever its figure.
    """

    target: Target
    found: Spread | None
    losses: int

    @property
    def met(self) -> bool | None:
        """None when it was not measured."""
        if self.found is None:
            return None
        if self.losses:
            return False
        value, limit = self.found.median, self.target.limit
        return value <= limit if self.target.sense == MOST else value >= limit

    @property
    def distance(self) -> float:
        """How far the median is on the wrong side, as a share of the limit; negative when it is on the right side."""
        if self.found is None:
            return 0.0
        share = self.found.median / self.target.limit - 1
        return share if self.target.sense == MOST else -share


def judge_targets(
    figures: Mapping[str, Mapping[str, Sequence[float]]], losses: Mapping[str, int]
) -> list[Judged]:
    """Every row of the table.

    Args:
        figures: Part -> figure -> value in each repetition.
        losses: Part -> everything that was lost, doubled and so on.
    """
    judged = []
    for target in TARGETS:
        values = figures.get(target.part, {}).get(target.figure, ())
        found = spread(values) if values else None
        judged.append(Judged(target, found, losses.get(target.part, 0)))
    return judged
