"""Point reads that meet: nobody gets an old answer, a fault, or somebody else's value."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from storage import batched
from storage.batched import Batched
from storage.errors import Busy, Unavailable


class Shelf:
    """Values that a test changes while reads are under way."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {"a": 1, "b": 2}
        self.reads: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: Exception | None = None

    async def read(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.reads.append(list(keys))
        found = {key: self.values[key] for key in keys if key in self.values}
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return found


async def test_who_asks_in_one_turn_shares_a_read() -> None:
    shelf = Shelf()
    reads = Batched(shelf.read)
    assert await asyncio.gather(*(reads.get(key) for key in "abca")) == [1, 2, None, 1]
    assert shelf.reads == [["a", "b", "c"]]


async def test_an_answer_is_never_older_than_its_question() -> None:
    shelf = Shelf()
    reads = Batched(shelf.read)
    shelf.gate.clear()
    early = asyncio.ensure_future(reads.get("a"))
    await asyncio.sleep(0.01)
    assert shelf.reads == [["a"]]
    shelf.values["a"] = 7
    late = asyncio.ensure_future(reads.get("a"))
    await asyncio.sleep(0.01)
    shelf.gate.set()
    assert (await early, await late) == (1, 7)


async def test_while_reads_are_under_way_the_others_gather() -> None:
    shelf = Shelf()
    reads = Batched(shelf.read)
    shelf.gate.clear()
    callers = []
    for number in range(50):
        callers.append(asyncio.ensure_future(reads.get(str(number))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert len(shelf.reads) == batched.READS_AT_ONCE
    shelf.gate.set()
    await asyncio.gather(*callers)
    assert len(shelf.reads) <= batched.READS_AT_ONCE + 2
    assert sorted(key for keys in shelf.reads for key in keys) == sorted(str(number) for number in range(50))


async def test_a_fault_reaches_those_who_asked_and_nobody_else() -> None:
    shelf = Shelf()
    reads = Batched(shelf.read)
    shelf.fault = Unavailable("away")
    outcomes = await asyncio.gather(reads.get("a"), reads.get("b"), return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    shelf.fault = None
    assert await reads.get("a") == 1


async def test_a_caller_that_leaves_disturbs_nobody() -> None:
    shelf = Shelf()
    reads = Batched(shelf.read)
    shelf.gate.clear()
    leaving, staying = (asyncio.ensure_future(reads.get(key)) for key in "ab")
    await asyncio.sleep(0.01)
    leaving.cancel()
    shelf.gate.set()
    assert await staying == 2
    assert await reads.get("a") == 1


async def test_callers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batched, "WAITING_MAX", 3)
    reads = Batched(Shelf().read)
    outcomes = await asyncio.gather(*(reads.get("a") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, Busy) for outcome in outcomes) == 2
    assert await reads.get("b") == 2, "the bound is released"


async def test_large_crowds_are_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batched, "KEYS_MAX", 10)
    shelf = Shelf()
    shelf.values = {str(number): number for number in range(35)}
    reads = Batched(shelf.read)
    assert await asyncio.gather(*(reads.get(str(number)) for number in range(35))) == list(range(35))
    assert [len(keys) for keys in shelf.reads] == [10, 10, 10, 5]
