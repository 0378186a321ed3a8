import pytest

from storage.histogram import Histogram


def test_values_fall_below_the_bound_they_reach() -> None:
    sizes = Histogram((1, 5, 10))
    for value in (0, 1, 2, 5, 6, 10, 11, 400):
        sizes.observe(value)
    assert sizes.counts == [2, 2, 2, 2]
    assert sizes.total == 435


def test_a_value_may_count_several_times() -> None:
    sizes = Histogram((1, 5))
    sizes.observe(4, times=3)
    assert (sizes.counts, sizes.total) == ([0, 3, 0], 12)


@pytest.mark.parametrize("bounds", [(), (1, 1), (5, 2)])
def test_bounds_that_do_not_ascend_are_refused(bounds: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="ascend"):
        Histogram(bounds)
