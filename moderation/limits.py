"""Token buckets: how often somebody may do something. Pure arithmetic in integers, and a bounded store in memory.

A bucket holds `burst` tokens and gains `per_minute` of them evenly. Levels are kept in 1/60 000 of a token, so that a
millisecond refills exactly `per_minute` units and nothing is ever rounded. ASVS 5.0 2.4.1.

May be imported by channels and server.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from storage.buckets import Spending
from storage.clock import Clock

TOKEN = 60_000
"""Units of one token: refill per millisecond is then the integer `per_minute`."""

KEYS_MAX = 100_000
"""Buckets remembered by one process, about 20 MB; the one used longest ago is forgotten first, and it is the fullest."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """State of one bucket.

    Attributes:
        level: Units left, 0 … burst * TOKEN; below 0, down to -burst * TOKEN, where several processes gave out too much.
        at_ms: Monotonic time of that level.
    """

    level: int
    at_ms: int


def take(bucket: Bucket | None, burst: int, per_minute: int, now_ms: int) -> tuple[Bucket, int]:
    """Take one token.

    Args:
        bucket: State before; None for one never used (full).
        burst: Capacity in tokens, >= 1.
        per_minute: Refill in tokens per minute, >= 1.
        now_ms: Monotonic time; going back counts as standing still.

    Returns:
        The state after, and 0 when there was a token, else the milliseconds until there is one (>= 1).
    """
    full = burst * TOKEN
    if bucket is None:
        return Bucket(full - TOKEN, now_ms), 0
    passed_ms = max(0, now_ms - bucket.at_ms)
    level = min(full, bucket.level + passed_ms * per_minute)
    if level >= TOKEN:
        return Bucket(level - TOKEN, bucket.at_ms + passed_ms), 0
    return Bucket(level, bucket.at_ms + passed_ms), -(-(TOKEN - level) // per_minute)


def lowered(bucket: Bucket | None, spending: Spending, level: int, unsettled: int, now_ms: int) -> Bucket:
    """A bucket after others were asked what is left.

    Args:
        bucket: State here; None for one that was forgotten (full).
        spending: What was settled; its burst and refill are the bucket's.
        level: Units left by the count of all.
        unsettled: Tokens taken here that are not in that count yet.
        now_ms: Monotonic time.

    Returns:
        The lower one of both counts: others only ever take, and a store that lost its memory gives nothing back.
    """
    full = spending.burst * TOKEN
    here = full
    if bucket is not None:
        here = min(full, bucket.level + max(0, now_ms - bucket.at_ms) * spending.per_minute)
        now_ms = max(now_ms, bucket.at_ms)
    return Bucket(max(-full, min(here, level - unsettled * TOKEN)), now_ms)


class Limits(Protocol):
    """Where buckets live.

    The store in memory limits per process. `moderation/shared_limits.py` stands behind the same port where there are several;
    both answer without waiting for the network, because every command passes here.
    """

    def take(self, key: str, burst: int, per_minute: int) -> int:
        """Take one token of `key`; 0 when there was one, else milliseconds until the next."""
        ...


class MemoryLimits:
    """Buckets of one process, bounded.

    Args:
        clock: Time.
        keys_max: Most buckets remembered.
        factor: Multiplies burst and refill of every bucket; 0 lets everything pass (load tests only).

    Attributes:
        factor: The same.
    """

    def __init__(self, clock: Clock, *, keys_max: int = KEYS_MAX, factor: int = 1) -> None:
        self._clock = clock
        self._keys_max = keys_max
        self.factor = factor
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, burst: int, per_minute: int) -> int:
        """Take one token of `key`; 0 when there was one, else milliseconds until the next."""
        if self.factor == 0:
            return 0
        bucket, wait_ms = take(
            self._buckets.get(key),
            burst * self.factor,
            per_minute * self.factor,
            self._clock.monotonic_ms(),
        )
        self._keep(key, bucket)
        return wait_ms

    def lower(self, spending: Spending, level: int, unsettled: int) -> None:
        """Take over what all processes together have left of a bucket; see `lowered`."""
        key = spending.key
        bucket = lowered(self._buckets.get(key), spending, level, unsettled, self._clock.monotonic_ms())
        self._keep(key, bucket)

    def _keep(self, key: str, bucket: Bucket) -> None:
        self._buckets[key] = bucket
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._keys_max:
            self._buckets.popitem(last=False)
