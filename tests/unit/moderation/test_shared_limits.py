"""Limits over several processes: answered at once, settled soon, local while the store is away. The store is a fake; the real
one is in tests/store/storage/test_buckets.py.
"""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from moderation import shared_limits
from moderation.limits import TOKEN, Bucket, MemoryLimits, lowered
from moderation.shared_limits import SharedLimits
from storage.buckets import Spending
from storage.clock import FixedClock


class Purse:
    """A store that takes and never refills, because the clock of these tests stands.

    Attributes:
        away: It does not answer.
    """

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}
        self.calls: list[list[Spending]] = []
        self.away = False

    async def spend(self, spendings: Sequence[Spending]) -> list[int] | None:
        self.calls.append(list(spendings))
        if self.away:
            return None
        for one in spendings:
            full = one.burst * TOKEN
            self.levels[one.key] = max(-full, self.levels.get(one.key, full) - one.tokens * TOKEN)
        return [self.levels[one.key] for one in spendings]

    async def close(self) -> None: ...


def of(purse: Purse, clock: FixedClock, factor: int = 1) -> SharedLimits:
    return SharedLimits(MemoryLimits(clock, factor=factor), purse)


async def test_two_processes_together_let_one_burst_pass_once_they_have_settled() -> None:
    purse, clock = Purse(), FixedClock()
    a, b = of(purse, clock), of(purse, clock)
    assert [a.take("k", 10, 60) for _ in range(6)] == [0] * 6
    assert await a._settle()
    assert b.take("k", 10, 60) == 0
    assert await b._settle()
    passed = sum(b.take("k", 10, 60) == 0 for _ in range(10))
    assert passed == 3  # 10 less 6 over there less 1 here
    assert len(purse.calls) == 2
    assert (a.settled, a.failed) == (1, 0)


async def test_an_overdraft_is_paid_back_before_the_next_token() -> None:
    purse, clock = Purse(), FixedClock()
    a, b = of(purse, clock), of(purse, clock)
    for limits in (a, b):
        assert [limits.take("k", 5, 60) for _ in range(5)] == [0] * 5
    for limits in (a, b):
        assert await limits._settle()
    assert b.take("k", 5, 60) == 6_000  # five tokens owed and one to come, a second each
    clock.advance(5_999)
    assert b.take("k", 5, 60) == 1
    clock.advance(1)
    assert b.take("k", 5, 60) == 0


async def test_what_is_taken_while_the_store_is_asked_is_not_forgotten() -> None:
    clock = FixedClock()
    limits: SharedLimits

    class Slow(Purse):
        @override
        async def spend(self, spendings: Sequence[Spending]) -> list[int] | None:
            limits.take("k", 10, 60)
            limits.take("k", 10, 60)
            return await super().spend(spendings)

    limits = of(Slow(), clock)
    limits.take("k", 10, 60)
    assert await limits._settle()
    assert sum(limits.take("k", 10, 60) == 0 for _ in range(20)) == 7


async def test_without_the_store_each_process_limits_alone_and_owes_nothing_later() -> None:
    purse, clock = Purse(), FixedClock()
    limits = of(purse, clock)
    purse.away = True
    assert [limits.take("k", 3, 60) > 0 for _ in range(4)] == [False, False, False, True]
    assert not await limits._settle()
    assert (limits.settled, limits.failed) == (0, 1)
    purse.away = False
    clock.advance(1_000)
    assert limits.take("k", 3, 60) == 0
    assert await limits._settle()
    assert [one.tokens for one in purse.calls[-1]] == [1]


async def test_what_waits_is_bounded_and_goes_in_bounded_calls() -> None:
    purse = Purse()
    limits = of(purse, FixedClock())
    for number in range(shared_limits.KEYS_MAX + 5):
        assert limits.take(str(number), 3, 60) == 0
    assert limits.failed == 5
    assert await limits._settle()
    assert len(purse.calls[0]) == shared_limits.BATCH


async def test_switched_off_limits_tell_nothing() -> None:
    purse = Purse()
    limits = of(purse, FixedClock(), factor=0)
    assert not any(limits.take("k", 1, 1) for _ in range(50))
    assert limits._waiting == {}


@given(
    st.integers(-50, 50),
    st.integers(0, 10_000),
    st.integers(-50, 50),
    st.integers(0, 60),
    st.integers(0, 100_000),
)
def test_lowering_never_gives_a_token(here: int, at_ms: int, level: int, unsettled: int, now_ms: int) -> None:
    spending = Spending("k", 1, 50, 600)
    before = Bucket(here * TOKEN, at_ms)
    after = lowered(before, spending, level * TOKEN, unsettled, now_ms)
    untouched = min(50 * TOKEN, before.level + max(0, now_ms - at_ms) * 600)
    assert -50 * TOKEN <= after.level <= untouched
    assert after.at_ms >= before.at_ms
