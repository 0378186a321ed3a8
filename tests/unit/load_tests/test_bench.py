"""The bench around its parts: one that fails, one that takes too long, one that is fine; none spoils another's figures."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typing_extensions import override

from load_tests.bench import SWEEP_S, Bench, Wish, main
from load_tests.crowd import CrowdFault
from load_tests.outcome import Outcome
from load_tests.parts import PartRow
from load_tests.records import read
from load_tests.screen import Screen
from load_tests.table import ScenarioRow


@dataclass(frozen=True)
class Options:
    """None."""

    folder: Path | None = None


async def fine(_options: Options, _screen: Screen) -> Outcome:
    return Outcome(None, {"value": 1.0}, {"lost": 0})


async def failing(_options: Options, _screen: Screen) -> Outcome:
    raise CrowdFault("nobody got in")


async def wrong(_options: Options, _screen: Screen) -> Outcome:
    raise ExceptionGroup("many", [KeyError("room")])


async def endless(_options: Options, _screen: Screen) -> Outcome:
    await asyncio.sleep(60)
    raise AssertionError("nobody ended it")


class Made(PartRow):
    """A part whose scenario is made up."""

    __slots__ = ("_made",)

    def __init__(
        self, name: str, run: Callable[[Options, Screen], Awaitable[Outcome]], limit_s: float
    ) -> None:
        super().__init__(name, name, limit_s)
        object.__setattr__(self, "_made", ScenarioRow(name, "made up", Options, run))

    @property
    @override
    def row(self) -> ScenarioRow:
        """The scenario."""
        made: ScenarioRow = object.__getattribute__(self, "_made")
        return made


class Homeless(Bench):
    """Asks no database for its version."""

    @override
    async def _look_at_databases(self) -> None:
        """Nothing."""


async def test_a_part_that_fails_or_hangs_leaves_the_others_their_figures(tmp_path: Path) -> None:
    parts = (
        Made("failing", failing, 60),
        Made("endless", endless, 0.05),
        Made("wrong", wrong, 60),
        Made("fine", fine, 60),
    )
    await Homeless(Wish(parts, quick=True, repetitions=2, limit_s=120), tmp_path).run()
    record = read(tmp_path / "report.json")
    assert [len(part.runs) for part in record.parts] == [0, 0, 0, 2]
    assert record.parts[0].fault.endswith("nobody got in")
    assert "took longer" in record.parts[1].fault
    assert "KeyError" in record.parts[2].fault
    assert record.parts[3].fault == ""
    assert record.figures()["fine"] == {"value": [1.0, 1.0]}


async def test_a_run_whose_time_is_over_begins_nothing_more(tmp_path: Path) -> None:
    wish = Wish((Made("fine", fine, 60),), quick=True, repetitions=1, limit_s=SWEEP_S)
    await Homeless(wish, tmp_path).run()
    record = read(tmp_path / "report.json")
    assert record.parts[0].runs == []
    assert "no time was left for repetition 1" in record.parts[0].fault


def test_words_that_are_no_part_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "P1 nothing"]) == 2
    assert "unknown: nothing" in capsys.readouterr().err
