"""Reading the topic log: by seq for resume, by ordinal for pages and unread. Imported by storage.log."""

from collections.abc import Iterable, Sequence

from storage.batched import Batched
from storage.client import Collection, Document, Mongo, Unit
from storage.entries import LOG, Entry, Head, to_entry

PROBES = 31
"""Ordinals looked at in one read of a search by time: a room of a million messages is searched in four reads."""


class LogReader:
    """All reads of the log; majority read concern, primary.

    Args:
        mongo: The database.
        epoch: Epoch of this installation's log (changes only when a backup is restored).
    """

    def __init__(self, mongo: Mongo, epoch: str) -> None:
        self._mongo = mongo
        self.epoch = epoch
        self._heads = Batched(self.heads)

    @property
    def _log(self) -> Collection:
        return self._mongo.collection(LOG)

    async def head(self, topic: str, *, unit: Unit | None = None) -> Head:
        """Newest position of a topic; many who ask at once share a read, except inside a transaction."""
        if unit is None:
            return Head(self.epoch, await self._heads.get(topic) or 0)
        found = await self._log.find_one({"topic": topic}, sort=(("seq", -1),), fields=("seq",), unit=unit)
        return Head(self.epoch, found["seq"] if found else 0)

    async def heads(self, topics: Iterable[str]) -> dict[str, int]:
        """Newest seq of each topic; topics without entries get 0."""
        wanted = dict.fromkeys(topics, 0)
        rows = await self._log.aggregate(
            [
                {"$match": {"topic": {"$in": list(wanted)}}},
                {"$sort": {"topic": 1, "seq": -1}},
                {"$group": {"_id": "$topic", "seq": {"$first": "$seq"}}},
            ]
        )
        return wanted | {row["_id"]: row["seq"] for row in rows}

    async def since(self, topic: str, after: int, limit: int) -> list[Entry]:
        """Entries with seq > after, oldest first, at most `limit`."""
        return await self._forward({"topic": topic, "seq": {"$gt": after}}, "seq", limit)

    async def between(self, topic: str, after: int, before: int, limit: int) -> list[Entry]:
        """Entries with after < seq < before, oldest first, at most `limit`."""
        return await self._forward({"topic": topic, "seq": {"$gt": after, "$lt": before}}, "seq", limit)

    async def newest(self, topic: str, limit: int) -> list[Entry]:
        """The newest `limit` entries, oldest first."""
        return await self._backward({"topic": topic}, "seq", limit)

    async def entry(self, topic: str, seq: int) -> Entry | None:
        """One entry, or None."""
        found = await self._log.find_one({"topic": topic, "seq": seq})
        return to_entry(found) if found else None

    async def entries(self, topic: str, seqs: Sequence[int]) -> list[Entry]:
        """The entries with these numbers, oldest first; missing ones are left out."""
        if not seqs:
            return []
        return await self._forward({"topic": topic, "seq": {"$in": list(seqs)}}, "seq", len(seqs))

    async def by_cid(self, sender: str, cid: str) -> Entry | None:
        """The entry a sender's client id stands for, or None."""
        found = await self._log.find_one({"sender": sender, "cid": cid})
        return to_entry(found) if found else None

    async def counter_head(self, topic: str, counter: str, *, unit: Unit | None = None) -> int:
        """Newest ordinal of a counter, 0 for none."""
        found = await self._log.find_one(
            {"topic": topic, "counter": counter}, sort=(("n", -1),), fields=("n",), unit=unit
        )
        return found["n"] if found else 0

    async def counter_tails(self, topic: str, counters: Sequence[str]) -> dict[str, Entry]:
        """Newest entry of each counter of one topic; counters without entries are left out."""
        rows = await self._log.aggregate(
            [
                {"$match": {"topic": topic, "counter": {"$in": list(counters)}}},
                {"$sort": {"topic": 1, "counter": 1, "n": -1}},
                {"$group": {"_id": "$counter", "newest": {"$first": "$$ROOT"}}},
            ]
        )
        return {row["_id"]: to_entry(row["newest"]) for row in rows}

    async def tails(self, topics: Sequence[str], counter: str) -> dict[str, Entry]:
        """Newest entry of one counter in each of many topics; topics without one are left out."""
        rows = await self._log.aggregate(
            [
                {"$match": {"topic": {"$in": list(topics)}, "counter": counter}},
                {"$sort": {"topic": 1, "counter": 1, "n": -1}},
                {"$group": {"_id": "$topic", "newest": {"$first": "$$ROOT"}}},
            ]
        )
        return {row["_id"]: to_entry(row["newest"]) for row in rows}

    async def page(
        self, topic: str, counter: str, *, after_n: int | None = None, before_n: int | None = None, limit: int
    ) -> list[Entry]:
        """A page of one counter, oldest first.

        Args:
            topic: `kind:id`.
            counter: Counter name.
            after_n: Entries with n > after_n, the oldest `limit` of them.
            before_n: Entries with n < before_n, the newest `limit` of them; with neither bound, the newest page.
            limit: Most entries, >= 1.
        """
        query: Document = {"topic": topic, "counter": counter}
        if after_n is not None:
            return await self._forward(query | {"n": {"$gt": after_n}}, "n", limit)
        if before_n is not None:
            query["n"] = {"$lt": before_n}
        return await self._backward(query, "n", limit)

    async def first_since(self, topic: str, counter: str, at_ms: int) -> int | None:
        """Ordinal of a counter's first entry at or after a moment; None when all are earlier, or there are none.

        Ordinals are given as time passes, so a search over the index of ordinals finds it, and no write pays for an index by
        time. Where a server's clock was set back, it is one of the entries that follow an earlier one.
        """
        low, high = 0, await self.counter_head(topic, counter) + 1
        end = high
        while high - low > 1:
            step = -(-(high - low) // (PROBES + 1))
            probes = list(range(low + step, high, step))
            query = {"topic": topic, "counter": counter, "n": {"$in": probes}}
            rows = await self._log.find(query, sort=(("n", 1),), fields=("n", "at_ms"), limit=len(probes))
            low, high = _narrowed(rows, at_ms, low, high)
        return high if high < end else None

    async def _forward(self, query: Document, key: str, limit: int) -> list[Entry]:
        return [to_entry(d) for d in await self._log.find(query, sort=((key, 1),), limit=limit)]

    async def _backward(self, query: Document, key: str, limit: int) -> list[Entry]:
        found = await self._log.find(query, sort=((key, -1),), limit=limit)
        return [to_entry(d) for d in reversed(found)]


def _narrowed(rows: Sequence[Document], at_ms: int, low: int, high: int) -> tuple[int, int]:
    """The two neighbours among ordinals that were looked at (oldest first): the last before a moment, the first not before it.

    Raises:
        RuntimeError: None of them is there. A counter has no holes, so this is another database.
    """
    if not rows:
        raise RuntimeError("a counter has a hole")
    for row in rows:
        if row["at_ms"] >= at_ms:
            return low, row["n"]
        low = row["n"]
    return low, high
