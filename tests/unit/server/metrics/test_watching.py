"""The files for Prometheus and Grafana name figures that exist, and people are told what each alert means."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from server.metrics.collector import MomentCollector
from server.metrics.exposition import text_of
from server.metrics.moment import Moment, Standing
from server.metrics.page import PATH
from server.metrics.table import FAMILIES
from tests.kit.figures import families_of

ROOT = Path(__file__).resolve().parents[4]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/huitang.json").read_text())
RULES = YAML(typ="safe").load(ROOT / "deploy/prometheus/alerts.yml")
SCRAPE = YAML(typ="safe").load(ROOT / "deploy/prometheus/huitang.yml")
NAME = re.compile(r"\bhuitang_[a-z0-9_]+")
COLUMNS = 24


def exposed() -> set[str]:
    """Names of all samples there can be."""
    moment = Moment(now=Standing(facts_pending=0))
    moment.http.observe("GET", "/", 200, 1)
    text = text_of(MomentCollector(moment, "0"), open_format=False)
    return {sample.name for family in families_of(text) for sample in family.samples}


def unknown_in(expressions: Iterable[str]) -> list[str]:
    """Names in expressions that nothing exposes."""
    names = {name for expression in expressions for name in NAME.findall(expression)}
    return sorted(names - exposed())


def panels() -> list[dict[str, Any]]:
    """Panels with figures."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Every query of the dashboard."""
    for panel in panels():
        yield from (target["expr"] for target in panel["targets"])


def alerts() -> list[dict[str, Any]]:
    """Every alert."""
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def test_the_dashboard_asks_for_what_exists() -> None:
    asked = list(expressions())
    assert len(asked) > 40
    assert unknown_in(asked) == []
    assert all(NAME.search(expression) for expression in asked)


def test_a_name_that_does_not_exist_is_found() -> None:
    planted = ["rate(huitang_deliverys_total[1m])", "huitang_delivery_lag_seconds", "huitang_sessions"]
    assert unknown_in(planted) == ["huitang_delivery_lag_seconds", "huitang_deliverys_total"]


def test_every_family_is_on_the_dashboard() -> None:
    shown = {name for expression in expressions() for name in NAME.findall(expression)}
    bare = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown}
    assert sorted({family.full_name for family in FAMILIES} - bare) == []


def test_every_family_is_documented() -> None:
    page = (ROOT / "docs/metrics.md").read_text()
    assert [family.full_name for family in FAMILIES if f"| `{family.full_name}` |" not in page] == []


def test_the_dashboard_works_with_any_data_source() -> None:
    source, *others = DASHBOARD["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
    wanted = {"type": "prometheus", "uid": "${datasource}"}
    asking = [*others, *panels(), *(target for panel in panels() for target in panel["targets"])]
    assert [thing for thing in asking if thing["datasource"] != wanted] == []
    assert DASHBOARD["schemaVersion"] >= 36
    assert "id" not in DASHBOARD  # Grafana gives one; the uid is ours


def test_titles_are_in_both_languages() -> None:
    for panel in DASHBOARD["panels"]:
        zh, mark, en = panel["title"].partition(" · ")
        assert mark, panel["title"]
        assert re.search(r"[\u4e00-\u9fff]", zh), panel["title"]
        assert not re.search(r"[\u4e00-\u9fff]", en), panel["title"]


def test_panels_have_their_own_place_and_number() -> None:
    placed = DASHBOARD["panels"]
    assert len({panel["id"] for panel in placed}) == len(placed)
    for one, two in combinations((panel["gridPos"] for panel in placed), 2):
        apart_x = one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"]
        assert apart_x or apart_y, (one, two)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= COLUMNS for panel in placed)


def test_all_eight_rows_are_there() -> None:
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    words = ("Sessions", "Deliveries", "Lag", "Group commit", "Gaps", "Slow readers", "HTTP", "Worker")
    assert len(rows) == len(words)
    assert [word for word, row in zip(words, rows, strict=True) if word not in row] == []


def test_alerts_ask_for_what_exists() -> None:
    assert len(alerts()) > 10
    assert unknown_in(rule["expr"] for rule in alerts()) == []


def test_alerts_are_shaped_as_prometheus_wants_them() -> None:
    for rule in alerts():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
        assert re.fullmatch(r"Huitang[A-Z][A-Za-z]+", rule["alert"])
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert re.fullmatch(r"\d+[sm]", rule.get("for", "0s"))
        assert re.search(r"[\u4e00-\u9fff].* · .*[a-z]", rule["annotations"]["summary"])
        assert rule["expr"].count("(") == rule["expr"].count(")")
    assert len({rule["alert"] for rule in alerts()}) == len(alerts())


def test_operations_says_what_each_alert_means() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    told = re.findall(r"^\| `(Huitang\w+)` \|", page, re.MULTILINE)
    assert told == sorted(told, key=told.index)
    assert set(told) == {rule["alert"] for rule in alerts()}


@pytest.mark.parametrize("key", ["rule_files", "scrape_configs"])
def test_the_scrape_example_fits_the_server(key: str) -> None:
    (job,) = SCRAPE["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("huitang", PATH)
    assert job["authorization"]["type"] == "Bearer"
    assert "credentials" not in job["authorization"]  # a secret is not written into this file
    assert SCRAPE["rule_files"] == ["alerts.yml"]
    assert SCRAPE[key]
