"""Topics waiting to be written: who is next, fairly, and who must not be written by two at once. Plain values, no I/O.

A lane is one topic as one process writes it. Appends wait in their lane. Ready lanes stand in a line; a writer takes many
of them at once, a fair share of each, so that one ordered batch serves many topics and no topic starves beside a loud one.
A lane is busy while a batch or a transaction writes there. Imported by storage.log and storage.group_commit.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from storage.entries import Append, Appended
from storage.errors import StorageError, Unavailable
from storage.numbering import Tail


@dataclass(slots=True, eq=False)
class Job:
    """One append waiting for its batch."""

    append: Append
    done: asyncio.Future[Appended]

    def settle(self, outcome: Appended) -> None:
        """Tell the caller; harmless when it is gone."""
        if not self.done.done():
            self.done.set_result(outcome)

    def fail(self, error: Exception) -> None:
        """Tell the caller; an error that is not storage's own says nothing of its cause."""
        if not self.done.done():
            self.done.set_exception(
                error if isinstance(error, StorageError) else Unavailable("the log cannot be written")
            )
            self.done.exception()  # a caller that went away leaves nobody to read it; this keeps the loop quiet


class Lane:
    """All that one process knows of one topic while it writes there.

    Attributes:
        topic: Its name.
        waiting: Appends, oldest first.
        tail: The believed end of the topic; None when it must be read.
        busy: A batch or a transaction writes there now.
        queued: It stands in the line of ready lanes, or is held until its pause is over.
        units: Transactions that wait for their turn, oldest first.
        races: Numbers lost to other processes in a row.
        rival_until_s: Loop time until which another process is believed to write there, too.
        pause: Ends the turn that is left to the rival.
    """

    __slots__ = ("busy", "pause", "queued", "races", "rival_until_s", "tail", "topic", "units", "waiting")

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.waiting: deque[Job] = deque()
        self.tail: Tail | None = None
        self.busy = False
        self.queued = False
        self.units: deque[asyncio.Future[None]] = deque()
        self.races = 0
        self.rival_until_s = 0.0
        self.pause: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Nobody writes or wants to."""
        return not (self.busy or self.queued or self.waiting or self.units)


Batch = list[tuple[Lane, list[Job]]]

WIDE = 8  # lanes from which on a batch takes one append of each: a refused one then holds up nobody


class Lanes:
    """The lanes of one process and the line of those that are ready.

    Args:
        remembered: Idle lanes whose tail is remembered; the one unused longest is forgotten first.

    Attributes:
        waiting_count: Appends that wait or are being written.
    """

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._lanes: OrderedDict[str, Lane] = OrderedDict()
        self._ready: deque[Lane] = deque()
        self.waiting_count = 0

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def has_ready(self) -> bool:
        """True when a writer would find something to write."""
        return bool(self._ready)

    def lane(self, topic: str) -> Lane:
        """The lane of a topic."""
        lane = self._lanes.get(topic)
        if lane is None:
            if len(self._lanes) >= self._remembered:
                self._forget()
            lane = self._lanes[topic] = Lane(topic)
        else:
            self._lanes.move_to_end(topic)
        return lane

    def known(self, topic: str) -> Lane | None:
        """The lane of a topic that was written here lately; None for others."""
        return self._lanes.get(topic)

    def add(self, lane: Lane, job: Job) -> None:
        """An append waits in its lane from now on."""
        lane.waiting.append(job)
        self.waiting_count += 1
        self.announce(lane)

    def announce(self, lane: Lane) -> None:
        """Put a lane in the line when it is due there."""
        if lane.waiting and not lane.busy and not lane.queued:
            lane.queued = True
            self._ready.append(lane)

    def take(self, most: int) -> Batch:
        """Take at most `most` appends for one batch, a fair share of every ready lane; the lanes are busy then.

        Of many ready lanes each gives one: such a batch needs no order among its documents. Of few each gives
        `most / lanes`; what shares leave over goes to the longest-waiting lanes.
        """
        wide = len(self._ready) >= WIDE
        share = 1 if wide else max(1, most // max(1, len(self._ready)))
        batch: Batch = []
        left = most
        while self._ready and left:
            lane = self._ready.popleft()
            lane.queued = False
            if lane.busy or not lane.waiting:
                continue
            lane.busy = True
            jobs = _pop(lane, min(share, left))
            left -= len(jobs)
            batch.append((lane, jobs))
        for lane, jobs in batch:
            if wide or not left:
                break
            more = _pop(lane, left)
            left -= len(more)
            jobs.extend(more)
        return batch

    def settled(self, count: int) -> None:
        """So many appends do not wait any more."""
        self.waiting_count -= count

    def put_back(self, lane: Lane, jobs: Iterable[Job]) -> None:
        """Appends of a batch that were not settled go first in their lane again, in their order."""
        lane.waiting.extendleft(reversed(list(jobs)))

    # -- one at a time ---------------------------------------------------------------------------------------------

    async def enter(self, lane: Lane) -> None:
        """Wait until a transaction may write in the lane; `leave` must follow. Not to be cancelled while it waits."""
        if not lane.busy:
            lane.busy = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.units.append(turn)
        await turn

    def leave(self, lane: Lane, *, unit: bool = False, hold: bool = False) -> None:
        """Whoever wrote in the lane is done; when appends and transactions both wait, they take turns.

        Args:
            lane: Which.
            unit: It was a transaction.
            hold: Keep the lane's appends out of the line until `resume`.
        """
        lane.busy = False
        if hold:
            lane.queued = True
        if lane.units and not (unit and lane.waiting and not hold):
            lane.busy = True
            lane.units.popleft().set_result(None)
        else:
            self.announce(lane)

    def resume(self, lane: Lane) -> None:
        """The pause of a lane that was held is over."""
        lane.queued = False
        self.announce(lane)

    def _forget(self) -> None:
        for topic, lane in self._lanes.items():
            if lane.idle:
                del self._lanes[topic]
                return


def _pop(lane: Lane, most: int) -> list[Job]:
    return [lane.waiting.popleft() for _ in range(min(most, len(lane.waiting)))]
