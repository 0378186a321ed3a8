"""What a client has missed: judged from its position, over every position there is."""

import json
from typing import cast

import pytest

from channels.core.paging import Budget, Page, Pager, Wish
from channels.core.registry import Registry
from channels.core.rendering import Rendering
from channels.core.sequencer import Sequencer
from channels.protocol.base import WireModel
from channels.protocol.frames import Gap, Position
from storage.log import Entry, Head, TopicLog
from tests.kit.talk import Talk, TalkSnapshot

T = "talk:hall"


class BookLog:
    """A log of `count` entries in memory; counts its readings."""

    epoch = "e1"

    def __init__(self, count: int, text: str = "x") -> None:
        self.entries = [Entry(T, n, "talk.said", n, "m", body={"text": text}) for n in range(1, count + 1)]
        self.reads_count = 0

    async def head(self, topic: str) -> Head:
        self.reads_count += 1
        return Head(self.epoch, len(self.entries))

    async def since(self, topic: str, after: int, limit: int) -> list[Entry]:
        self.reads_count += 1
        return self.entries[after : after + limit]

    async def between(self, topic: str, after: int, before: int, limit: int) -> list[Entry]:
        return self.entries[after : min(before - 1, after + limit)]

    async def newest(self, topic: str, limit: int) -> list[Entry]:
        self.reads_count += 1
        return self.entries[-limit:]


def pager(log: BookLog) -> Pager:
    return Pager(cast(TopicLog, log), Rendering(Registry((Talk().feature,))))


async def read(log: BookLog, since: Position | None, budget: Budget, memory: Sequencer | None = None) -> Page:
    async def snapshot() -> WireModel:
        return TalkSnapshot(count=len(log.entries))

    return await pager(log).read(Wish(T, since, budget, snapshot), memory or Sequencer())


def seqs(page: Page) -> list[int]:
    return [json.loads(event)["seq"] for event in page.events]


@pytest.mark.parametrize("have", range(41))
async def test_every_position_within_the_log_is_continued_without_a_silent_hole(have: int) -> None:
    page = await read(BookLog(40), Position(epoch="e1", seq=have), Budget(events=10))
    first = max(have + 1, 31)
    assert seqs(page) == list(range(first, 41))
    assert page.head == 40
    assert page.gap == (Gap(after=have, before=first) if first > have + 1 else None)
    assert page.snapshot is None


@pytest.mark.parametrize(
    "since", [None, Position(epoch="e2", seq=3), Position(epoch="e1", seq=41), Position(epoch="e2", seq=41)]
)
async def test_any_other_position_starts_over(since: Position | None) -> None:
    page = await read(BookLog(40), since, Budget())
    assert (page.head, page.events, page.gap, page.snapshot) == (40, (), None, TalkSnapshot(count=40))


async def test_a_page_is_bounded_in_bytes_but_never_empty() -> None:
    log = BookLog(20, "长" * 1_000)
    page = await read(log, Position(epoch="e1", seq=0), Budget(size_bytes=10_000))
    assert seqs(page) == [18, 19, 20]
    assert page.gap == Gap(after=0, before=18)
    one = await read(log, Position(epoch="e1", seq=10), Budget(size_bytes=1))
    assert (seqs(one), one.gap) == ([20], Gap(after=10, before=20))


def remembering(log: BookLog, after: int) -> Sequencer:
    """A topic whose memory holds the entries after `after`."""
    memory, rendering = Sequencer(), Rendering(Registry((Talk().feature,)))
    memory.anchor(after)
    memory.accept([rendering.item(entry)._replace(revises=False) for entry in log.entries[after:]])
    return memory


@pytest.mark.parametrize("have", range(41))
@pytest.mark.parametrize("budget", [Budget(), Budget(events=5), Budget(size_bytes=300), Budget(size_bytes=1)])
async def test_a_page_from_memory_is_the_page_from_the_log(have: int, budget: Budget) -> None:
    log = BookLog(40)
    since = Position(epoch="e1", seq=have)
    page = await read(log, since, budget)
    log.reads_count = 0
    remembered = await read(log, since, budget, remembering(log, 20))
    assert (seqs(remembered), remembered.head, remembered.gap) == (seqs(page), page.head, page.gap)
    assert (log.reads_count == 0) == (min(40 - have, budget.events) <= 20)


async def test_memory_that_lags_behind_is_not_mistaken_for_the_end_of_the_log() -> None:
    """A client that heard more on another process comes here before the note does."""
    memory = Sequencer()
    memory.anchor(30)
    page = await read(BookLog(40), Position(epoch="e1", seq=38), Budget(), memory)
    assert (seqs(page), page.head, page.snapshot) == ([39, 40], 40, None)


@pytest.mark.parametrize(
    ("after", "before", "limit", "expected", "more"),
    [
        (0, 41, 200, range(1, 41), False),
        (0, 41, 10, range(1, 11), True),
        (30, 41, 10, range(31, 41), False),
        (30, 100, 10, range(31, 41), True),
        (40, 100, 10, range(0), False),
        (5, 7, 10, range(6, 7), False),
        (5, 6, 10, range(0), False),
        (9, 3, 10, range(0), False),
    ],
)
async def test_replay_pages_end(after: int, before: int, limit: int, expected: range, more: bool) -> None:
    events, found_more = await pager(BookLog(40)).replay(T, after, before, limit)
    assert [json.loads(event)["seq"] for event in events] == list(expected)
    assert found_more == more


async def test_a_replay_cut_by_bytes_says_that_more_remains() -> None:
    events, more = await pager(BookLog(40, "长" * 6_000)).replay(T, 0, 41, 200)
    assert 1 <= len(events) < 40
    assert more
