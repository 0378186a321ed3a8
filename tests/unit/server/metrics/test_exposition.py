"""Texts of several workers made one, and what the asker would like to read."""

import pytest

from server.metrics.collector import MomentCollector
from server.metrics.exposition import Damaged, brief_of, samples_of, text_of, together, wants_openmetrics
from server.metrics.moment import Moment
from server.metrics.table import FAMILIES
from tests.kit.figures import families_of, figures_of

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


def worker(number: int, deliveries: int) -> MomentCollector:
    """A worker that delivered something and answered a request."""
    moment = Moment()
    moment.core.deliveries = deliveries
    moment.core.lag_ms.observe(number)
    moment.http.observe("GET", "/api/v1/files/{id}", 200, 30)
    return MomentCollector(moment, str(number))


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (PROMETHEUS_2, True),
        (PROMETHEUS_3, True),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; Version=9.9.9", True),
        ("text/plain;q=0.9,application/openmetrics-text;q=0.2", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=x", False),
        ("*/*", False),
        ("text/html", False),
        ("", False),
        (";;,,;q=,", False),
    ],
)
def test_the_format_is_the_one_asked_for(accept: str, wanted: bool) -> None:
    assert wants_openmetrics(accept) is wanted


@pytest.mark.parametrize("open_format", [False, True])
def test_several_workers_make_one_text(open_format: bool) -> None:
    others = [samples_of(brief_of(worker(number, 10 * number))) for number in (1, 2)]
    text = together(text_of(worker(0, 5), open_format=open_format), others)
    families = {family.name: family for family in families_of(text)}
    assert len(families) == len(FAMILIES)
    delivered = {sample.labels["worker"]: sample.value for sample in families["huitang_deliveries"].samples}
    assert delivered == {"0": 5, "1": 10, "2": 20}
    durations = families["huitang_http_request_duration_seconds"].samples
    counted = [sample for sample in durations if sample.name.endswith("_count")]
    assert [sample.labels["worker"] for sample in counted] == ["0", "1", "2"]
    assert text.count("# TYPE huitang_deliveries") == 1
    assert text.endswith("# EOF\n") is open_format


def test_one_worker_alone_is_as_it_was() -> None:
    own = text_of(worker(0, 5), open_format=True)
    assert together(own, []) == own


def test_siblings_say_the_same_as_the_page() -> None:
    collector = worker(3, 77)
    lines = [line for found in samples_of(brief_of(collector)).values() for line in found]
    full = figures_of(families_of(text_of(collector, open_format=False)))
    assert figures_of(families_of("".join(lines))) == full


@pytest.mark.parametrize(
    "line",
    [
        "go_threads 5\n",
        'huitang_sessions{worker="1"} 5',
        'huitang_sessions{worker="1"} many\n',
        'huitang_sessions{worker="1"} 5 1780000000\n',
        'huitang_sessions{worker="1\\"} 5\n',
        "huitang_sessions 5\n",
        "\n",
        "#\n",
        "晚上好\n",
    ],
)
def test_a_line_nobody_of_ours_writes_is_refused(line: str) -> None:
    assert samples_of('# TYPE huitang_sessions gauge\nhuitang_sessions{worker="1"} 5\n') != {}
    with pytest.raises(Damaged):
        samples_of("# TYPE huitang_sessions gauge\n" + line)


def test_a_family_of_another_version_is_left_out() -> None:
    text = '# TYPE huitang_unheard_of gauge\nhuitang_unheard_of{worker="1"} 5\n'
    assert samples_of(text) == {}
    merged = together(text_of(worker(0, 5), open_format=False), [samples_of(text)])
    assert "unheard" not in merged
