"""From hand-made counts to the text of Prometheus and back: exact lines, base units, bounded labels."""

import re
from collections import Counter

import pytest

from channels.core.counts import Counts
from server.metrics.collector import MomentCollector, metric_of
from server.metrics.exposition import text_of
from server.metrics.families import Family, one
from server.metrics.http_times import OTHER, SERIES_MAX, HttpTimes
from server.metrics.moment import MachineUse, Moment, Standing
from server.metrics.table import AREAS, FAMILIES
from storage.bus.port import BusCounts
from storage.log_counts import LogCounts
from tests.kit.figures import families_of, figures_of, total

PLANTED = "13812345678 晚上好"


def moment() -> Moment:
    """A process that did a little of everything."""
    core = Counts(deliveries=12, writes=5, written_bytes=4_321, gaps=2, gap_entries=9, lagging=1, opened=4)
    core.resumes.update({"memory": 3, "gap": 1})
    core.closed.update({"SLOW_CONSUMER": 1, "lost": 2})
    core.commands.update({"done": 7, "BUSY": 1, PLANTED: 1})
    core.lag_ms.observe(1, 3)
    core.lag_ms.observe(30)
    core.lag_ms.observe(9_000)
    log = LogCounts(units=1, races=2, duplicates=3, refused=4, failed=5)
    log.batch_entries.observe(1)
    log.batch_entries.observe(64)
    http = HttpTimes()
    http.observe("GET", "/api/v1/files/{id}", 206, 7)
    http.observe("BREW", "-", 0, 3)
    return Moment(
        core=core,
        log=log,
        bus=BusCounts(published=8, heard=6, lost=1, links=2),
        http=http,
        now=Standing(sockets=3, sessions=2, bus_linked=True, facts_pending=11),
        machine=MachineUse(cpu_ms=1_500, resident_bytes=2**20, started_ms=1_780_000_000_250),
        at_ms=1_780_000_001_000,
        refusals=frozenset({"BUSY", "FORBIDDEN"}),
    )


def plain(at: Moment) -> str:
    return text_of(MomentCollector(at, "0"), open_format=False)


def block(text: str, name: str) -> list[str]:
    """Lines of one family."""
    found = re.search(rf"# HELP {name} .*\n((?:(?!# HELP).*\n)*)", text)
    assert found is not None, name
    return found[1].splitlines()


def test_a_counter_reads_exactly_so() -> None:
    assert block(plain(moment()), "huitang_deliveries_total") == [
        "# TYPE huitang_deliveries_total counter",
        'huitang_deliveries_total{worker="0"} 12.0',
    ]


def test_a_histogram_is_cumulative_and_in_seconds() -> None:
    assert block(plain(moment()), "huitang_delivery_lag_seconds") == [
        "# TYPE huitang_delivery_lag_seconds histogram",
        'huitang_delivery_lag_seconds_bucket{le="0.001",worker="0"} 3.0',
        'huitang_delivery_lag_seconds_bucket{le="0.002",worker="0"} 3.0',
        'huitang_delivery_lag_seconds_bucket{le="0.005",worker="0"} 3.0',
        'huitang_delivery_lag_seconds_bucket{le="0.01",worker="0"} 3.0',
        'huitang_delivery_lag_seconds_bucket{le="0.025",worker="0"} 3.0',
        'huitang_delivery_lag_seconds_bucket{le="0.05",worker="0"} 4.0',
        'huitang_delivery_lag_seconds_bucket{le="0.1",worker="0"} 4.0',
        'huitang_delivery_lag_seconds_bucket{le="0.25",worker="0"} 4.0',
        'huitang_delivery_lag_seconds_bucket{le="0.5",worker="0"} 4.0',
        'huitang_delivery_lag_seconds_bucket{le="1.0",worker="0"} 4.0',
        'huitang_delivery_lag_seconds_bucket{le="2.5",worker="0"} 4.0',
        'huitang_delivery_lag_seconds_bucket{le="+Inf",worker="0"} 5.0',
        'huitang_delivery_lag_seconds_count{worker="0"} 5.0',
        'huitang_delivery_lag_seconds_sum{worker="0"} 9.033',
    ]


def test_outcomes_are_words_of_ours_only() -> None:
    text = plain(moment())
    assert block(text, "huitang_commands_total")[1:] == [
        'huitang_commands_total{outcome="done",worker="0"} 7.0',
        'huitang_commands_total{outcome="BUSY",worker="0"} 1.0',
        'huitang_commands_total{outcome="other",worker="0"} 1.0',
    ]
    assert not any(part in text for part in PLANTED.split())


@pytest.mark.parametrize("named", ["resumes", "closed"])
def test_reasons_are_words_of_ours_only(named: str) -> None:
    at = moment()
    before = plain(at)
    getattr(at.core, named)[PLANTED] += 2
    after = plain(at)
    assert not any(part in after for part in PLANTED.split())
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(changed) == 1
    assert changed[0].endswith(" 2.0") and '="other"' in changed[0]  # noqa: PT018 - one line, two ends


def test_requests_carry_method_route_and_class() -> None:
    text = plain(moment())
    labels = 'method="GET",route="/api/v1/files/{id}",status="2xx",worker="0"'
    assert f"huitang_http_request_duration_seconds_count{{{labels}}} 1.0" in text
    assert f"huitang_http_request_duration_seconds_sum{{{labels}}} 0.007" in text
    assert 'method="other",route="-",status="none",worker="0"' in text
    assert "BREW" not in text


def test_series_of_requests_are_bounded() -> None:
    http = HttpTimes()
    for number in range(SERIES_MAX + 50):
        http.observe("GET", f"/r{number}", 200, 1)
    assert len(http.series) == SERIES_MAX + 1
    assert sum(http.series[OTHER, OTHER, OTHER].counts) == 50


def test_what_is_not_known_is_missing_instead_of_nought() -> None:
    known = plain(moment())
    unknown = plain(Moment())
    assert 'huitang_facts_pending{worker="0"} 11.0' in known
    assert "huitang_facts_pending{" not in unknown
    assert "# TYPE huitang_facts_pending gauge" in unknown


def test_both_formats_are_read_back_by_prometheus_own_parsers() -> None:
    collector = MomentCollector(moment(), "0")
    one_way = families_of(text_of(collector, open_format=False))
    other_way = families_of(text_of(collector, open_format=True))
    read = figures_of(one_way)
    assert read == figures_of(other_way)
    assert len(one_way) == len(other_way) == len(FAMILIES)
    assert total(read, "huitang_cpu_seconds_total", worker="0") == 1.5
    assert total(read, "huitang_start_time_seconds", worker="0") == 1_780_000_000.25
    assert {family.unit for family in other_way} == {"", "seconds", "bytes"}


def test_a_still_moment_does_not_move() -> None:
    at = moment()
    still = at.still()
    before = plain(still)
    assert before == plain(at)
    at.core.deliveries += 1
    at.core.closed["lost"] += 1
    at.core.lag_ms.observe(1)
    at.log.batch_entries.observe(1)
    at.bus.heard += 1
    at.http.observe("GET", "/api/v1/files/{id}", 206, 7)
    at.loop_lag_ms.observe(1)
    assert plain(still) == before
    assert plain(at) != before


# -- the table keeps Prometheus's guide --------------------------------------------------------------------------------


def test_names_are_used_once() -> None:
    assert [name for name, count in Counter(row.full_name for row in FAMILIES).items() if count > 1] == []
    assert sum(len(rows) for _, rows in AREAS) == len(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_keeps_the_guide(family: Family) -> None:
    name = family.full_name
    assert re.fullmatch(r"huitang_[a-z]+(_[a-z]+)*", name)
    assert name.endswith("_total") == (family.kind == "counter")
    assert not re.search(r"_(ms|millis|kb|count|sum|bucket|info)\b", name)
    assert family.per == (1_000 if "seconds" in name else 1)
    assert family.meaning.endswith(".")
    assert not set(family.labels) & {"topic", "member", "address", "path", "account", "worker", "le"}


def test_a_histogram_row_must_read_a_histogram() -> None:
    wrong = Family("wrong", "histogram", "Wrong.", one(lambda m: m.core.deliveries))
    with pytest.raises(TypeError, match="histogram"):
        metric_of(wrong, Moment(), "0")
