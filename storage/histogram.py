"""A histogram with fixed bounds: counts how many values fell below each. Plain integers, no time, no I/O.

May be imported by every floor.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise


class Histogram:
    """Counts of values by size.

    Args:
        bounds: Upper bounds, inclusive, strictly ascending, at least one.

    Attributes:
        bounds: As given.
        counts: Values in each interval; the last one counts what is above the highest bound.
        total: Sum of all values.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[int]) -> None:
        if not bounds or any(low >= high for low, high in pairwise(bounds)):
            raise ValueError("the bounds of a histogram ascend")
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0

    def observe(self, value: int, times: int = 1) -> None:
        """Count a value, `times` over."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times
