"""Token buckets: exact arithmetic, fairness over time, bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from moderation.limits import TOKEN, Bucket, MemoryLimits, take
from storage.clock import FixedClock


def test_burst_then_refill() -> None:
    clock = FixedClock()
    limits = MemoryLimits(clock)
    assert [limits.take("k", 3, 60) for _ in range(4)] == [0, 0, 0, 1_000]
    clock.advance(999)
    assert limits.take("k", 3, 60) == 1
    clock.advance(1)
    assert limits.take("k", 3, 60) == 0
    assert limits.take("other", 3, 60) == 0


@given(st.integers(1, 50), st.integers(1, 10_000), st.lists(st.integers(0, 5_000), min_size=1, max_size=60))
def test_never_more_than_burst_plus_refill(burst: int, per_minute: int, pauses_ms: list[int]) -> None:
    bucket: Bucket | None = None
    now_ms, passed = 0, 0
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        bucket, wait_ms = take(bucket, burst, per_minute, now_ms)
        passed += wait_ms == 0
        assert 0 <= bucket.level <= burst * TOKEN
    assert passed <= burst + now_ms * per_minute // TOKEN


@given(st.integers(0, TOKEN - 1), st.integers(1, 10_000))
def test_waiting_as_told_gives_the_token_and_less_does_not(level: int, per_minute: int) -> None:
    bucket = Bucket(level, 0)
    _, wait_ms = take(bucket, 1, per_minute, 0)
    assert take(bucket, 1, per_minute, wait_ms)[1] == 0
    assert take(bucket, 1, per_minute, wait_ms - 1)[1] > 0


def test_a_clock_that_goes_back_neither_fills_nor_empties() -> None:
    bucket, _ = take(Bucket(5 * TOKEN, 1_000), 10, 600, 0)
    assert bucket == Bucket(4 * TOKEN, 1_000)


def test_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    limits = MemoryLimits(FixedClock(), keys_max=100)
    for number in range(1_000):
        limits.take(str(number), 1, 1)
    assert len(limits) == 100
    assert limits.take("999", 1, 1) > 0


def test_factor_widens_and_zero_switches_off() -> None:
    wide, off = MemoryLimits(FixedClock(), factor=3), MemoryLimits(FixedClock(), factor=0)
    assert [wide.take("k", 1, 1) > 0 for _ in range(4)] == [False, False, False, True]
    assert not any(off.take("k", 1, 1) for _ in range(50))
    assert len(off) == 0
