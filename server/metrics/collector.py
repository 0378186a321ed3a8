"""From the figures of a moment to Prometheus's own families. May be imported by server and tests."""

from collections.abc import Iterator

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from server.metrics.families import Family, Value
from server.metrics.moment import Moment
from server.metrics.table import FAMILIES
from storage.histogram import Histogram

UNITS = ("seconds", "bytes")


class MomentCollector(Collector):
    """Shows one process's figures, all of them with the label `worker`.

    Args:
        moment: The figures.
        worker: Which worker of the installation this is, a small number.
    """

    def __init__(self, moment: Moment, worker: str) -> None:
        self._moment = moment
        self._worker = worker

    @override
    def collect(self) -> Iterator[Metric]:
        """Every family of the table, in its order."""
        for family in FAMILIES:
            yield metric_of(family, self._moment, self._worker)


def metric_of(family: Family, moment: Moment, worker: str) -> Metric:
    """One family with its samples at a moment."""
    name, labels = family.full_name, ("worker", *family.labels)
    unit = next((unit for unit in UNITS if name.removesuffix("_total").endswith(f"_{unit}")), "")
    samples = [((worker, *values), value) for values, value in family.read(moment)]
    if family.kind == "histogram":
        histogram = HistogramMetricFamily(name, family.meaning, labels=labels, unit=unit)
        for values, value in samples:
            histogram.add_metric(values, buckets_of(value, family.per), total_of(value) / family.per)
        return histogram
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    simple = kind(name.removesuffix("_total"), family.meaning, labels=labels, unit=unit)
    for values, value in samples:
        simple.add_metric(values, total_of(value) / family.per)
    return simple


def buckets_of(value: Value, per: int) -> list[tuple[str, float]]:
    """Upper bounds and how many values are not above them, as Prometheus wants it."""
    if not isinstance(value, Histogram):
        raise TypeError("a histogram family reads a histogram")
    buckets: list[tuple[str, float]] = []
    count = 0
    for bound, more in zip((*value.bounds, None), value.counts, strict=True):
        count += more
        buckets.append(("+Inf" if bound is None else str(bound / per), count))
    return buckets


def total_of(value: Value) -> int:
    """The sum of a histogram, or the number itself."""
    return value.total if isinstance(value, Histogram) else value
