"""Many topics in one batch on a real mongod: durable together, refused one by one; rivals that take turns."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from storage.client import Mongo
from storage.clock import FixedClock
from storage.entries import LOG_INDEXES, Append, Appended, Entry
from storage.errors import Busy, Rejected
from storage.ids import SystemIds
from storage.log import TopicLog

ids = SystemIds()


def message(topic: str, *, cid: str | None = None, sender: str = "m1", **body: int) -> Append:
    return Append(topic, "chat.sent", body, sender=sender, cid=cid or ids.uuid7(), counter="main")


@pytest.fixture
async def log(mongo: Mongo) -> AsyncIterator[TopicLog]:
    await mongo.ensure_indexes(LOG_INDEXES)
    log = TopicLog(mongo, FixedClock(), "e1")
    yield log
    await log.close()


def telling(other: TopicLog) -> Callable[[Sequence[Entry]], None]:
    """What the bus does: tell the other process a little later."""

    def tell(entries: Sequence[Entry]) -> None:
        asyncio.get_running_loop().call_soon(other.heard, entries[0].topic, entries[-1].seq)

    return tell


async def numbers(log: TopicLog, topic: str) -> list[int]:
    return [entry.seq for entry in await log.since(topic, 0, 10_000)]


async def test_a_hundred_topics_share_few_batches(log: TopicLog) -> None:
    heard: dict[str, list[int]] = {}
    log.listeners.append(
        lambda entries: heard.setdefault(entries[0].topic, []).extend(e.seq for e in entries)
    )
    topics = [f"chat:{k}" for k in range(100)]
    await asyncio.gather(*(log.append(message(topic)) for topic in topics for _ in range(5)))
    assert sum(log.counts.batch_entries.counts) <= 40
    assert log.counts.batch_entries.total == 500
    for topic in topics:
        assert heard[topic] == [1, 2, 3, 4, 5]
        assert await numbers(log, topic) == [1, 2, 3, 4, 5]


async def test_a_known_client_id_among_many_topics_disturbs_nobody(log: TopicLog) -> None:
    first = await log.append(message("chat:0", cid="c"))
    topics = [f"chat:{k}" for k in range(1, 30)]
    again, *others = await asyncio.gather(
        log.append(message("chat:0", cid="c")), *(log.append(message(topic)) for topic in topics)
    )
    assert again == Appended(first.entry, duplicate=True)
    assert all(outcome.entry.seq == 1 for outcome in others)
    assert (await log.append(message("chat:0"))).entry.seq == 2, "the refused number was not used up"
    assert log.counts.duplicates == 1


async def test_an_append_that_the_database_refuses_fails_alone(log: TopicLog) -> None:
    poison = message("chat:13", too_large_for_int=2**63)
    outcomes = await asyncio.gather(
        *(log.append(poison if k == 13 else message(f"chat:{k}")) for k in range(30)), return_exceptions=True
    )
    faults = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert faults, "the poisoned one is refused"
    assert all(isinstance(fault, Rejected) for fault in faults)
    assert (await log.append(message("chat:13"))).entry.seq == 1
    for k in range(30):
        found = await numbers(log, f"chat:{k}")
        assert found == list(range(1, len(found) + 1))


async def test_one_topic_cannot_take_all_places(log: TopicLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.log.TOPIC_WAITING_MAX", 10)
    loud = [asyncio.ensure_future(log.append(message("chat:loud"))) for _ in range(30)]
    other = asyncio.ensure_future(log.append(message("chat:other")))
    outcomes = await asyncio.gather(*loud, return_exceptions=True)
    assert sum(isinstance(outcome, Busy) for outcome in outcomes) == 20
    assert (await other).entry.seq == 1
    assert log.counts.refused == 20


@pytest.mark.parametrize("topics", [1, 40])
async def test_rivals_that_hear_of_each_other_share_one_order(
    log: TopicLog, mongo: Mongo, topics: int
) -> None:
    rival = TopicLog(mongo, FixedClock(), "e1")
    log.listeners.append(telling(rival))
    rival.listeners.append(telling(log))

    async def write(writer: TopicLog, name: int) -> None:
        for k in range(15):
            await writer.append(message(f"chat:{(name + k) % topics}", sender=f"m{name}"))

    await asyncio.gather(*(write(writer, name) for name in range(24) for writer in (log, rival)))
    total = 0
    for k in range(topics):
        entries = await log.since(f"chat:{k}", 0, 10_000)
        assert [e.seq for e in entries] == [e.n for e in entries] == list(range(1, len(entries) + 1))
        total += len(entries)
    assert total == 2 * 24 * 15
    await rival.close()


async def test_what_is_heard_is_never_trusted(log: TopicLog) -> None:
    """A note that lies about the end leaves no hole: the end is read, not believed."""
    await log.append(message("chat:1"))
    log.heard("chat:1", 900)
    log.heard("chat:unknown", 5)
    assert (await log.append(message("chat:1"))).entry.seq == 2
    assert (await log.append(message("chat:unknown"))).entry.seq == 1
