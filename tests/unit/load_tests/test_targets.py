"""Targets: which side of the limit a median is on, and how far."""

import pytest

from load_tests.parts import PARTS, chosen
from load_tests.targets import LEAST, MOST, TARGETS, Judged, Spread, Target, judge_targets, spread

CHEAP = Target("P1", "peers", "ratio", MOST, 1.5, "cheap")
FAST = Target("P3", "durable", "rate", LEAST, 10_000, "fast")


def judged(target: Target, value: float, losses: int = 0) -> Judged:
    return Judged(target, spread([value]), losses)


def test_median_and_spread() -> None:
    assert spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0, 3)
    assert spread([4.0, 1.0]) == Spread(2.5, 1.0, 4.0, 2)
    with pytest.raises(ValueError, match="no value"):
        spread([])


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (CHEAP, 1.5, True),
        (CHEAP, 1.5001, False),
        (CHEAP, 0.0, True),
        (FAST, 10_000, True),
        (FAST, 9_999.9, False),
        (FAST, 20_000, True),
    ],
)
def test_the_limit_itself_is_met(target: Target, value: float, met: bool) -> None:
    assert judged(target, value).met is met


def test_losses_spoil_a_target_that_is_met_otherwise() -> None:
    assert judged(CHEAP, 1.0).met is True
    assert judged(CHEAP, 1.0, losses=1).met is False


def test_distance_is_a_share_of_the_limit_and_positive_on_the_wrong_side() -> None:
    assert judged(CHEAP, 3.0).distance == pytest.approx(1.0)
    assert judged(CHEAP, 0.75).distance == pytest.approx(-0.5)
    assert judged(FAST, 5_000).distance == pytest.approx(0.5)
    assert judged(FAST, 15_000).distance == pytest.approx(-0.5)


def test_what_was_not_measured_is_neither_met_nor_short() -> None:
    rows = judge_targets({"peers": {"huitang_sparse_ratio": [1.0, 2.0, 1.2]}}, {})
    assert len(rows) == len(TARGETS)
    measured = [row for row in rows if row.found is not None]
    assert [(row.target.id, row.met) for row in measured] == [("P1", True)]
    assert {row.met for row in rows if row.found is None} == {None}


def test_every_target_from_one_to_ten_is_there_and_has_its_part() -> None:
    assert {target.id for target in TARGETS} == {f"P{number}" for number in range(1, 11)}
    assert {target.part for target in TARGETS} <= {part.name for part in PARTS}


def test_parts_are_picked_by_name_and_by_target() -> None:
    assert [part.name for part in chosen("p1 P2")] == ["peers"]
    assert [part.name for part in chosen("day P9")] == ["growth", "pages", "day"]
    assert chosen("") == PARTS
    with pytest.raises(ValueError, match="unknown: P11"):
        chosen("P1 P11")


def test_every_part_has_options_that_its_scenario_takes() -> None:
    for part in PARTS:
        assert part.row.options(**part.full) != part.row.options(**part.quick) or part.name == "start"
        assert part.limit_s >= 60
