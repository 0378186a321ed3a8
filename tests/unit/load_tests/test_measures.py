"""Figures of other programs, and the command line that the table makes."""

import dataclasses
import os
import time
from pathlib import Path

import pytest

from load_tests.__main__ import main, parser
from load_tests.house import PREFIX, sweep
from load_tests.limits import check_sockets
from load_tests.measures import Percentiles, cpu_ns, load_of, percentiles
from load_tests.scenarios.chat_room import ChatRoom
from load_tests.table import SCENARIOS


def test_percentiles_by_the_nearest_rank() -> None:
    assert percentiles([]) == Percentiles()
    found = percentiles(number * 1_000_000 for number in range(100, 0, -1))
    assert (found.count, found.p50_ms, found.p99_ms, found.max_ms) == (100, 51.0, 100.0, 100.0)


def test_cpu_time_of_a_program_is_its_own() -> None:
    before, own = cpu_ns(os.getpid()), time.process_time_ns()
    while time.process_time_ns() - own < 20_000_000:
        pass
    used = cpu_ns(os.getpid()) - before
    assert 20_000_000 <= used < 2_000_000_000
    assert load_of([os.getpid()]).rss_bytes > 10_000_000


def test_a_program_that_is_gone_is_said_to_be() -> None:
    with pytest.raises(ProcessLookupError):
        load_of([2**22 + 1])


def test_every_scenario_has_its_options_on_the_command_line() -> None:
    for row in SCENARIOS:
        said = vars(parser().parse_args([row.name]))
        assert {field.name for field in dataclasses.fields(row.options)} <= said.keys()
    said = vars(parser().parse_args(["chat_room", "--inflight", "20", "--seconds", "3", "--folder", "/x"]))
    assert (said["inflight"], said["seconds"], said["folder"]) == (20, 3.0, Path("/x"))


@pytest.mark.parametrize(
    "options",
    [{"inflight": 0}, {"rate": 5.0}, {"subscribers": 0}, {"senders": 1, "inflight": 40}, {"seconds": 0.0}],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"at least|either|more"):
        ChatRoom(**options)  # type: ignore[arg-type]


def test_they_are_refused_before_anything_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat_room", "--inflight", "0"]) == 2
    assert "either" in capsys.readouterr().err


def test_too_few_open_files_are_said_plainly() -> None:
    with pytest.raises(SystemExit, match="ulimit"):
        check_sockets(10**9)
    check_sockets(10)


def test_folders_of_killed_runs_are_swept_and_no_others(tmp_path: Path) -> None:
    dead, alive, foreign = (
        tmp_path / name for name in (f"{PREFIX}{2**22 + 1}-a", f"{PREFIX}{os.getpid()}-b", "huitang-1-c")
    )
    for folder in (dead, alive, foreign):
        folder.mkdir()
    sweep(tmp_path)
    assert [folder.exists() for folder in (dead, alive, foreign)] == [False, True, True]
