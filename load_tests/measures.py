"""Figures: percentiles of samples, CPU time and memory of other programs. Linux only (/proc, CPU clocks of programs)."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

CPUCLOCK_SCHED = 2
"""Of clock ids that name a program (linux/posix-timers.h): its run time on all threads, those that ended included."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of samples in milliseconds; all 0 when there are none."""

    count: int = 0
    p50_ms: float = 0.0
    p90_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0

    @override
    def __str__(self) -> str:
        return (
            f"p50 {self.p50_ms:.2f} ms, p99 {self.p99_ms:.2f} ms, max {self.max_ms:.1f} ms ({self.count:,})"
        )


def percentiles(samples_ns: Iterable[int]) -> Percentiles:
    """Percentiles by the nearest rank."""
    ordered = sorted(samples_ns)
    if not ordered:
        return Percentiles()
    p50, p90, p99 = (
        ordered[min(len(ordered) - 1, len(ordered) * share // 100)] / 1e6 for share in (50, 90, 99)
    )
    return Percentiles(len(ordered), p50, p90, p99, ordered[-1] / 1e6)


def cpu_ns(pid: int) -> int:
    """CPU time of a program, user and system, all its threads; raises ProcessLookupError when it is gone."""
    try:
        return time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED)
    except OSError:
        raise ProcessLookupError(pid) from None


def rss_bytes(pid: int) -> int:
    """Resident memory of a program; raises ProcessLookupError when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        raise ProcessLookupError(pid) from None
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) * 1_024 if lines else 0


@dataclass(frozen=True, slots=True)
class Load:
    """CPU time in ns and resident bytes of a group of programs at one moment."""

    cpu_ns: int
    rss_bytes: int

    def since(self, before: "Load") -> "Load":
        """CPU time since `before`; memory as it is now."""
        return Load(self.cpu_ns - before.cpu_ns, self.rss_bytes)


def load_of(pids: Sequence[int]) -> Load:
    """What programs have used so far."""
    return Load(sum(cpu_ns(pid) for pid in pids), sum(rss_bytes(pid) for pid in pids))
