"""docs/metrics.md: every figure of `/metrics`, from the table the collector reads. May be imported by server."""

from server.metrics.families import Family
from server.metrics.table import AREAS
from server.schema.pages import GENERATED, table

INTRODUCTION = """# Metrics

`/metrics` shows these figures to a Prometheus that sends `Authorization: Bearer` with the value of `HUITANG_METRICS_TOKEN`; without
that setting there is no such page. It speaks the plain text format and OpenMetrics. [operations.md](operations.md) says what to
look at, `deploy/prometheus/` has a configuration and alerts, `deploy/grafana/huitang.json` a dashboard.

Every figure has the label `worker`: the number of the process, 0 when there is one only. A worker that replaces a dead one takes
its number, so counters may start over, as `rate()` expects. Whichever worker answers shows all of its machine; the figures of the
others are two seconds old at most.

No label holds anything of people: no topic, member, address, path or text. Requests are counted by the pattern of their route.
A label that is not in the program's own tables is counted as `other`.
"""


def metrics_page() -> str:
    """docs/metrics.md."""
    parts = [GENERATED, INTRODUCTION]
    for area, families in AREAS:
        parts += [f"## {area}\n", table(["metric", "kind", "labels", "meaning"], map(_cells, families))]
    return "\n".join(parts)


def _cells(family: Family) -> list[str]:
    labels = " ".join(f"`{label}`" for label in family.labels) or "–"
    return [f"`{family.full_name}`", family.kind, labels, family.meaning]
