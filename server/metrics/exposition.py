"""Texts of figures: written in both formats of Prometheus, and those of several workers made one. No I/O.

A sample reads the same in both formats, so what the workers leave for each other (`server/metrics/places.py`) is put below the
headings of the one that is asked. May be imported by server and tests.
"""

import re
from collections.abc import Iterable, Iterator

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.exposition import generate_latest as plain
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.registry import Collector, CollectorRegistry

from server.metrics.families import PREFIX
from server.metrics.table import FAMILIES

PLAIN_MEDIA = CONTENT_TYPE_PLAIN_0_0_4
OPENMETRICS_MEDIA = CONTENT_TYPE_LATEST
OPENMETRICS = "application/openmetrics-text"
HEADING = re.compile(r"# (?:HELP|TYPE) (\w+) ")
SAMPLE = re.compile(
    PREFIX + r'[a-z_]{1,80}\{(?:[a-z]{1,20}="[^"\\\n]{0,200}",?){1,8}\} (?:[0-9][0-9.e+-]{0,30}|NaN)'
)
NAMES = frozenset(family.full_name.removesuffix("_total") for family in FAMILIES)


class Damaged(ValueError):
    """A text that no worker of ours wrote."""


def text_of(collector: Collector, *, open_format: bool) -> str:
    """The figures of one process."""
    registry = CollectorRegistry()
    registry.register(collector)
    return (openmetrics(registry) if open_format else plain(registry)).decode()  # type: ignore[no-untyped-call]


def wants_openmetrics(accept: str) -> bool:
    """True when the Accept header would rather have OpenMetrics than the plain format."""
    weights = dict(_weights(accept))
    return weights.get(OPENMETRICS, 0.0) > 0 and weights[OPENMETRICS] >= weights.get("text/plain", 0.0)


def _weights(accept: str) -> Iterator[tuple[str, float]]:
    """Media type -> its best weight, worst first."""
    found: list[tuple[float, str]] = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        good = re.fullmatch(r"[01](?:\.\d{0,3})?", weight)
        found.append((float(weight) if good else 0.0, media))
    return ((media, weight) for weight, media in sorted(found))


def together(own: str, others: Iterable[dict[str, list[str]]]) -> str:
    """One text of several workers: below each heading the own samples, then those of the others."""
    listed = list(others)
    lines: list[str] = []
    for block in re.split(r"(?m)^(?=# HELP |# EOF)", own):
        lines.append(block)
        if heading := HEADING.match(block):
            for samples in listed:
                lines += samples.get(heading[1].removesuffix("_total"), ())
    return "".join(lines)


def brief_of(collector: Collector) -> str:
    """The same for siblings: samples below short headings, written in a tenth of the time, for it is done every two seconds."""
    lines: list[str] = []
    for metric in collector.collect():
        lines.append(f"# TYPE {metric.name} {metric.type}\n")
        for sample in metric.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            lines.append(f"{sample.name}{{{labels}}} {float(sample.value)!r}\n")
    return "".join(lines)


def samples_of(text: str) -> dict[str, list[str]]:
    """Family -> its sample lines in a text of `brief_of`; families this version does not know are left out.

    Raises:
        Damaged: A line is none that a worker writes.
    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines(keepends=True):
        if heading := HEADING.match(line):
            name = heading[1].removesuffix("_total")
            current = found.setdefault(name, []) if name in NAMES else []
        elif SAMPLE.fullmatch(line[:-1]) and line.endswith("\n"):
            current.append(line)
        elif not line.startswith("# "):
            raise Damaged("this is no line of figures")
    return found
