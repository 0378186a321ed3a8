"""Writers as one would write them without thinking: keep a counter, insert, believe the first acknowledgement (w:1, j:false).

Several lanes, each numbered by one writer, so that nothing but the missing journal can lose an entry. After an error a writer does
what the pattern does: it reads the newest number and goes on from there. The managed mongod writes its journal every 5 ms, so what
is at stake is what was acknowledged in so much time: pages of entries, and threads that see each acknowledgement at once.
Imported by load_tests.faults only.
"""

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from load_tests.checker import Account, Sent, Verdict, judge
from load_tests.faults.database import ANSWER_MS, PyMongoError, Rows, behind, careless
from load_tests.faults.judging import total
from load_tests.house import House

COLLECTION = "drill_careless"
PAUSE_S = 0.1
PAGE = 100
KEPT_MAX = 200_000
"""Entries of a lane; beyond it the lane is done."""


@dataclass(slots=True)
class Lane:
    """One writer's entries: what it tried, and what it was told is stored."""

    number: int
    tried: list[str] = field(default_factory=list)
    acknowledged: list[Sent] = field(default_factory=list)


class Careless:
    """See module.

    Args:
        house: In whose MongoDB.
        lanes: Writers at once, a thread each.
    """

    def __init__(self, house: House, lanes: int) -> None:
        self._house = house
        self._lanes = [Lane(number) for number in range(lanes)]
        self._stop = threading.Event()

    @property
    def acknowledged(self) -> int:
        """Entries."""
        return sum(len(lane.acknowledged) for lane in self._lanes)

    async def run(self) -> None:
        """Write until `stop`, or until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(asyncio.to_thread(self._write, lane))
        finally:
            self.stop()

    def stop(self) -> None:
        """Begin no more."""
        self._stop.set()

    def verdict(self) -> Verdict:
        """Compare what was acknowledged so far with what is stored, by the checker of everything else. Blocking."""
        with behind(self._house) as database:
            rows = careless(database, COLLECTION)
            return total([judge(_account(rows, lane)) for lane in self._lanes])

    def _write(self, lane: Lane) -> None:
        with behind(self._house, ANSWER_MS) as database:
            rows, seq = careless(database, COLLECTION), -1
            with suppress(PyMongoError):
                rows.create_index([("lane", 1), ("seq", 1)])  # for reading; it refuses nothing
            while not self._stop.is_set() and len(lane.tried) < KEPT_MAX:
                try:
                    seq = _newest(rows, lane) if seq < 0 else seq
                    seq = _page(rows, lane, seq)
                except PyMongoError:
                    seq = -1
                    time.sleep(PAUSE_S)


def _newest(rows: Rows, lane: Lane) -> int:
    newest = rows.find_one({"lane": lane.number}, sort=[("seq", -1)])
    return 0 if newest is None else int(newest["seq"])


def _page(rows: Rows, lane: Lane, after: int) -> int:
    """Insert one page; returns its last number."""
    page = [Sent(f"lane{lane.number}.{len(lane.tried) + n}", after + 1 + n) for n in range(PAGE)]
    lane.tried.extend(sent.label for sent in page)
    rows.insert_many([{"lane": lane.number, "seq": sent.seq, "label": sent.label} for sent in page])
    lane.acknowledged.extend(page)
    return after + PAGE


def _account(rows: Rows, lane: Lane) -> Account:
    acknowledged = list(lane.acknowledged)  # before the reading: what comes meanwhile is not in question
    found = rows.find({"lane": lane.number}).sort("seq", 1)
    stored = [(int(row["seq"]), str(row["label"])) for row in found]
    return Account(lane.tried, acknowledged, stored)
