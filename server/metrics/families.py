"""What a metric is: a row of a table, and the ways its samples are read from a moment. The rows are in `server/metrics/table.py`.

Names follow the guide of Prometheus: base units (seconds, bytes), `_total` for what only grows. Labels have few values, all of
them ours: no topic, member, address or path. May be imported by server and tests.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from server.metrics.moment import Moment
from storage.histogram import Histogram

PREFIX = "huitang_"
OTHER = "other"
DONE = "done"

Kind = Literal["counter", "gauge", "histogram"]
Value = int | Histogram
Sample = tuple[tuple[str, ...], Value]
"""Values of the labels, and the value."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Attributes:
        name: As Prometheus knows it, without PREFIX.
        kind: What its value means.
        meaning: One sentence.
        read: Its samples at a moment.
        labels: Names of its labels; `worker` comes to all of them.
        per: What a value is divided by.
    """

    name: str
    kind: Kind
    meaning: str
    read: Callable[[Moment], Iterable[Sample]]
    labels: tuple[str, ...] = ()
    per: int = 1

    @property
    def full_name(self) -> str:
        """As Prometheus knows it."""
        return PREFIX + self.name


def one(read: Callable[[Moment], Value | None]) -> Callable[[Moment], Iterable[Sample]]:
    """A family without labels; without a value when there is none."""

    def samples(moment: Moment) -> Iterator[Sample]:
        value = read(moment)
        if value is not None:
            yield (), value

    return samples


def named(
    read: Callable[[Moment], Counter[str]], known: tuple[str, ...]
) -> Callable[[Moment], Iterable[Sample]]:
    """A family with one label of known values, all of them shown; whatever else was counted is `other`."""

    def samples(moment: Moment) -> Iterator[Sample]:
        counted = read(moment)
        for word in known:
            yield (word,), counted[word]
        yield (OTHER,), sum(count for word, count in counted.items() if word not in known)

    return samples


def outcomes(moment: Moment) -> Iterator[Sample]:
    """Commands by outcome: there are hundreds of refusals, so only those that happened are shown."""
    counted = moment.core.commands
    known = moment.refusals | {DONE}
    yield (DONE,), counted[DONE]
    yield from (((word,), counted[word]) for word in sorted(counted) if word in known and word != DONE)
    yield (OTHER,), sum(count for word, count in counted.items() if word not in known)


def requests(moment: Moment) -> Iterator[Sample]:
    """Durations of HTTP requests."""
    yield from sorted(moment.http.series.items())
