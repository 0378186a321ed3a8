"""The report, from a record that was made up: what is short stands out, what is missing is said."""

import json
from pathlib import Path

import pytest

from load_tests.outcome import Outcome, bound_note
from load_tests.peers.table import OURS, YARDSTICK
from load_tests.records import Part, Record, Run, read, run_of, write
from load_tests.report import main, peers_table, publish, render, write_report
from load_tests.scenarios.peers import MODES, Measured, Peers, told


def runs(*values: dict[str, float], losses: int = 0) -> list[Run]:
    return [Run(figures, {"lost": losses}, ("a | note",)) for figures in values]


def peer_figures(ours_us: float) -> dict[str, float]:
    """As one repetition finds them: the yardstick at 4 and 6 µs, another server at 10."""
    yardstick = tuple({mode: Measured(us, 1e5, 0.5, 400.0, 0) for mode in MODES} for us in (4.0, 6.0))
    found = {
        OURS: {mode: Measured(ours_us, 2e5, 0.5, 400.0, 0) for mode in MODES},
        "websockets": {mode: Measured(10.0, 1e5, 0.95, 400.0, 0) for mode in MODES},
    }
    return dict(told(Peers(), (yardstick[0], yardstick[1]), found).figures)


@pytest.fixture
def record() -> Record:
    """Three repetitions of servers, a storm that lost something, a part that failed."""
    return Record(
        when="2030-01-02T03:04+00:00",
        quick=False,
        repetitions=3,
        machine={"cores": "2"},
        parts=[
            Part("peers", "servers", {}, runs(peer_figures(5.0), peer_figures(10.0), peer_figures(6.0))),
            Part(
                "memory",
                "memory",
                {"sizes": "10 20"},
                runs({"kib_per_session": 20.0, "kib_per_session_10": 24.0, "kib_per_session_20": 20.0}),
            ),
            Part("storm", "storm", {}, runs({"resumes_per_core_s": 900.0, "back_s_at_100": 3.0}, losses=2)),
            Part("day", "day", {}, [], "repetition 1: CrowdFault: nobody got in", 3.0),
        ],
    )


def test_ratios_are_to_the_yardstick_around_ours_and_the_best_peer() -> None:
    figures = peer_figures(5.0)
    assert figures[f"{YARDSTICK}_burst_us"] == 5.0
    assert figures[f"{OURS}_burst_ratio"] == 1.0
    assert figures["websockets_burst_ratio"] == 2.0
    assert figures[f"{OURS}_burst_of_best_peer"] == 0.5


def test_a_generator_without_time_is_named() -> None:
    assert bound_note(0.9) == ()
    assert "generator bound" in bound_note(0.91)[0]
    one = {mode: Measured(1.0, 1.0, 0.95, 400.0, 0) for mode in MODES}
    longer = {mode: Measured(1.0, 1.0, 0.5, 500.0, 1) for mode in MODES}
    outcome = told(Peers(), (one, one), {OURS: longer})
    assert any("generator of climit, burst" in note for note in outcome.notes)
    assert any("huitang, burst: frames of 500 bytes" in note for note in outcome.notes)
    assert (outcome.losses, outcome.good) == ({"missing": 2}, False)


def test_targets_met_and_short_and_not_measured(record: Record) -> None:
    lines = {line.split(" | ")[1]: line for line in render(record).splitlines() if line.startswith("| P")}
    cheap = next(line for what, line in lines.items() if "1 in flight" in what)
    assert "≤ 1.5 | 1.2 | 1 to 2 | met | -20%" in cheap
    dear = next(line for what, line in lines.items() if "20 in flight" in what)
    assert "≤ 0.35 | 1.2 | 1 to 2 | **short** | +243%" in dear
    assert "| **short** | +25% |" in next(line for what, line in lines.items() if "resident KiB" in what)
    assert "**short**: 2 losses" in next(line for what, line in lines.items() if "resumes per" in what)
    assert "not measured" in next(line for what, line in lines.items() if "check-in" in what)
    assert "left out" in next(line for line in lines.values() if line.startswith("| P11"))


def test_what_failed_is_said_and_notes_do_not_break_tables(record: Record) -> None:
    text = render(record)
    assert "**`day` is not complete:** repetition 1: CrowdFault: nobody got in" in text
    assert "| storm | **lost 2** |" in text
    assert "| day | not measured |" in text
    assert "- a / note" in text


def test_the_table_of_servers(record: Record) -> None:
    table = peers_table(record)
    assert table[0].startswith("| server | sparse, µs | × climit | deliveries/s | burst, µs")
    ours = next(line for line in table if line.startswith(f"| {OURS} "))
    assert "| 6 (5 to 10) | 1.2 (1 to 2) | 200,000 |" in ours
    assert any(line.startswith("| climit ") and "| 5 | 1 | 100,000 |" in line for line in table)
    assert not any(line.startswith("| socketio") for line in table)
    assert {line.count("|") for line in table[:5]} == {8}
    assert peers_table(Record("", False, 1, {})) == ["Not measured."]


def test_a_record_survives_being_written_and_pictures_are_drawn(record: Record, tmp_path: Path) -> None:
    write(record, tmp_path / "report.json")
    assert read(tmp_path / "report.json") == record
    report = write_report(record, tmp_path)
    assert "![cpu-per-delivery](cpu-per-delivery.svg)" in report.read_text()
    drawn = {path.stem for path in tmp_path.glob("*.svg")}
    assert (
        drawn
        == {path.stem for path in tmp_path.glob("*.png")}
        == {
            "cpu-per-delivery",
            "memory-per-session",
            "storm",
        }
    )
    published = publish(tmp_path, tmp_path / "docs")
    assert {path.name for path in published} == {
        "report.md",
        "report.json",
        *(f"{name}.svg" for name in drawn),
    }


def test_a_file_that_is_no_record_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"format": 99}))
    assert main([str(other)]) == 2
    assert "no record" in capsys.readouterr().err


def test_a_run_keeps_what_an_outcome_says() -> None:
    outcome = Outcome(None, {"x": 1.0}, {"lost": 0}, ("n",))
    assert outcome.good
    assert run_of(outcome) == Run({"x": 1.0}, {"lost": 0}, ("n",))
    assert outcome.lines()[-1] == "n"
