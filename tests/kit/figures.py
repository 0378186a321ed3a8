"""Reads what `/metrics` shows with Prometheus's own parsers."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]
"""Name and labels of a sample -> its value."""


def families_of(text: str) -> list[Metric]:
    """Families of a text in either format; only OpenMetrics has a last line."""
    if text.endswith("# EOF\n"):
        return list(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    return list(text_string_to_metric_families(text))


def figures_of(families: Iterable[Metric]) -> Figures:
    """Every sample."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def total(found: Figures, name: str, **labels: str) -> float:
    """Sum over all samples of a name with these labels."""
    return sum(value for (own, at), value in found.items() if own == name and set(labels.items()) <= set(at))
