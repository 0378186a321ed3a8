"""The door to the database: fair, bounded, and deaf to cancelled callers."""

import asyncio

import pytest

from storage.errors import Busy, Unavailable
from storage.gate import Gate


class Bench:
    """Operations that end when the test says so."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.go = asyncio.Event()

    async def work(self, number: int) -> int:
        self.begun.append(number)
        try:
            await self.go.wait()
        finally:
            self.ended.append(number)
        return number


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_first_come_first_served_and_never_wider_than_the_places() -> None:
    gate, bench = Gate(places=3, waiting=100, timeout_s=5), Bench()
    calls = asyncio.gather(*(gate.run(lambda n=n: bench.work(n)) for n in range(20)))  # type: ignore[misc]
    await settle()
    assert bench.begun == [0, 1, 2]
    assert (gate.under_way, gate.waiting) == (3, 17)
    bench.go.set()
    assert await calls == list(range(20))
    assert bench.begun == list(range(20))
    assert (gate.under_way, gate.waiting) == (0, 0)


async def test_a_newcomer_does_not_overtake_those_who_wait() -> None:
    gate, bench = Gate(places=1, waiting=10, timeout_s=5), Bench()
    first = asyncio.ensure_future(gate.run(lambda: bench.work(1)))
    await settle()
    second = asyncio.ensure_future(gate.run(lambda: bench.work(2)))
    await settle()
    bench.go.set()
    await first  # the place is free for one moment, and promised to the second
    await gate.run(lambda: bench.work(3))
    assert await second == 2
    assert bench.begun == [1, 2, 3]


async def test_a_cancelled_caller_does_not_cancel_the_operation() -> None:
    gate, bench = Gate(places=1, waiting=10, timeout_s=5), Bench()
    caller = asyncio.ensure_future(gate.run(lambda: bench.work(1)))
    await settle()
    caller.cancel()
    await asyncio.wait((caller,))
    assert caller.cancelled()
    assert (gate.under_way, bench.ended) == (1, [])
    waiting = asyncio.ensure_future(gate.run(lambda: bench.work(2)))
    await settle()
    assert bench.begun == [1], "the place is given back only when the operation has ended"
    bench.go.set()
    assert await waiting == 2
    assert bench.ended == [1, 2]


async def test_a_caller_cancelled_in_the_queue_leaves_no_trace() -> None:
    gate, bench = Gate(places=1, waiting=10, timeout_s=5), Bench()
    first = asyncio.ensure_future(gate.run(lambda: bench.work(1)))
    queued = [asyncio.ensure_future(gate.run(lambda n=n: bench.work(n))) for n in (2, 3)]  # type: ignore[misc]
    await settle()
    queued[0].cancel()
    await settle()
    assert gate.waiting == 1
    bench.go.set()
    assert (await first, await queued[1]) == (1, 3)
    assert bench.begun == [1, 3]


async def test_the_queue_is_bounded_in_number_and_in_time() -> None:
    gate, bench = Gate(places=1, waiting=1, timeout_s=0.01), Bench()
    first = asyncio.ensure_future(gate.run(lambda: bench.work(1), limit_s=5))
    await settle()
    patient = asyncio.ensure_future(gate.run(lambda: bench.work(2)))
    await settle()
    with pytest.raises(Busy):
        await gate.run(lambda: bench.work(3))
    with pytest.raises(Busy):
        await patient
    bench.go.set()
    assert await first == 1
    assert bench.begun == [1]


async def test_a_driver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.gate.GRACE_S", 0.0)
    gate, bench = Gate(places=1, waiting=1, timeout_s=0.01), Bench()
    with pytest.raises(Unavailable):
        await gate.run(lambda: bench.work(1))
    assert gate.under_way == 1, "it keeps its place"
    bench.go.set()
    await gate.close()
    assert gate.under_way == 0


async def test_an_operation_that_cannot_begin_gives_its_place_back() -> None:
    gate = Gate(places=1, waiting=1, timeout_s=1)

    def broken() -> asyncio.Future[int]:
        raise ValueError("no cursor")

    for _ in range(3):
        with pytest.raises(ValueError, match="no cursor"):
            await gate.run(broken)
    assert gate.under_way == 0


async def test_a_closed_gate_lets_those_inside_end_and_nobody_in() -> None:
    gate, bench = Gate(places=1, waiting=5, timeout_s=5), Bench()
    inside = asyncio.ensure_future(gate.run(lambda: bench.work(1)))
    await settle()
    queued = asyncio.ensure_future(gate.run(lambda: bench.work(2)))
    await settle()
    closing = asyncio.ensure_future(gate.close())
    await settle()
    with pytest.raises(Unavailable):
        await gate.run(lambda: bench.work(3))
    bench.go.set()
    await closing
    assert await inside == 1
    with pytest.raises(Unavailable):
        await queued
