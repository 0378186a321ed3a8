"""What a scenario found, in the one form that reports read: named figures, losses that must be 0, notes for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from load_tests.checker import Verdict
from load_tests.measures import Percentiles

BOUND_SHARE = 0.9
"""A generator that used more of its cores than this may have been what was measured."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one run.

    Attributes:
        options: What was asked for.
        figures: Name with its unit (`cpu_us_per_delivery`) -> value.
        losses: Kind -> how many; anything but 0 is a fault of the server.
        notes: In plain words: what limits the figures, what was found.
    """

    options: Any
    figures: Mapping[str, float]
    losses: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def good(self) -> bool:
        """Nothing was lost."""
        return not any(self.losses.values())

    def lines(self) -> list[str]:
        """For people."""
        width = max((len(name) for name in self.figures), default=0)
        figures = [f"{name:<{width}}  {number(value)}" for name, value in self.figures.items()]
        losses = ", ".join(f"{kind} {count}" for kind, count in self.losses.items()) or "none can occur"
        return [*figures, f"losses: {losses}", *self.notes]


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    size = abs(value)
    return (
        f"{value:,.0f}"
        if size >= 1_000 or value == int(value)
        else f"{value:.1f}"
        if size >= 100
        else f"{value:.3g}"
    )


def times(name: str, of: Percentiles) -> dict[str, float]:
    """Percentiles as figures."""
    return {
        f"{name}_p50_ms": of.p50_ms,
        f"{name}_p90_ms": of.p90_ms,
        f"{name}_p99_ms": of.p99_ms,
        f"{name}_max_ms": of.max_ms,
    }


def faults(verdict: Verdict) -> dict[str, int]:
    """What the checker found, as losses."""
    return {
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "reordered": verdict.reordered,
        "holes": verdict.holes,
        "phantoms": verdict.phantoms,
    }


def added(many: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Losses of several topics together."""
    kinds = dict.fromkeys(kind for losses in many for kind in losses)
    return {kind: sum(losses.get(kind, 0) for losses in many) for kind in kinds}


def bound_note(share: float, who: str = "generator") -> tuple[str, ...]:
    """Says so when the generator had no time left.

    Args:
        share: CPU time it used, of its programs' wall time: 1.0 is every program busy all the time.
        who: What it is called.
    """
    if share <= BOUND_SHARE:
        return ()
    return (f"generator bound: the {who} used {share:.0%} of its cores, throughput and delays are its own",)
