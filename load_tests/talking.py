"""Members who speak: a closed loop with so many messages in flight, or a steady rate. Every label and answer is kept."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import uuid_utils

from load_tests.line import Refusal
from load_tests.member import Member
from load_tests.tracking import label
from load_tests.words import Words

TRIES_MAX = 20
PAUSE_S = 0.05
OPEN_MAX = 2_000
"""Messages of a steady rate that may wait for their answers; beyond it the next ones are not sent, and counted as skipped."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How is spoken.

    Attributes:
        room: Where.
        seconds: How long messages are begun.
        inflight: Closed loop: so many unanswered at any time; 0 for a rate.
        rate: Messages begun per second, all speakers together; 0 for a closed loop.
        seed: Of the texts.
    """

    room: str
    seconds: float
    inflight: int = 0
    rate: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class Spoken:
    """What came of it.

    Attributes:
        tried: Labels of all messages that left.
        acknowledged: (label, number) of those that were answered.
        acks_ns: From sending to the answer, retries included.
        refused: Key of a refusal -> how often; retried ones count, too.
        skipped: Not sent because too many were open.
        lasted_s: From the first sending to the last answer.
    """

    tried: list[str] = field(default_factory=list)
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    acks_ns: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    lasted_s: float = 0.0


class Talk:
    """One talk of several speakers in one room.

    Args:
        speakers: Connected members of the room.
        manner: How.
    """

    def __init__(self, speakers: Sequence[Member], manner: Manner) -> None:
        self._speakers = speakers
        self._manner = manner
        self._words = Words(manner.seed)
        self._count = 0
        self.spoken = Spoken()

    async def run(self) -> Spoken:
        """Speak until the time is over and every message is answered or given up."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            if self._manner.inflight:
                for place in range(self._manner.inflight):
                    group.create_task(self._slot(place, began + self._manner.seconds))
            else:
                await self._steadily(group, began)
        self.spoken.lasted_s = loop.time() - began
        return self.spoken

    async def _slot(self, place: int, until: float) -> None:
        loop, speaker = asyncio.get_running_loop(), self._speakers[place % len(self._speakers)]
        while loop.time() < until:
            await self._say(speaker)

    async def _steadily(self, group: asyncio.TaskGroup, began: float) -> None:
        loop, open_now = asyncio.get_running_loop(), asyncio.Semaphore(OPEN_MAX)
        for number in range(round(self._manner.seconds * self._manner.rate)):
            await asyncio.sleep(began + number / self._manner.rate - loop.time())
            if open_now.locked():
                self.spoken.skipped += 1
            else:
                await open_now.acquire()
                speaker = self._speakers[number % len(self._speakers)]
                task = group.create_task(self._say(speaker))
                task.add_done_callback(lambda _task: open_now.release())

    async def _say(self, speaker: Member) -> None:
        """One message; the same one again when the server was too busy for it."""
        self._count += 1
        began_ns = time.monotonic_ns()
        mark = label(began_ns, str(speaker.seat.number), self._count)
        text, cid = f"{mark} {self._words.body()}", str(uuid_utils.uuid7())
        self.spoken.tried.append(mark)
        for _ in range(TRIES_MAX):
            try:
                seq = await speaker.send(self._manner.room, text, cid)
            except Refusal as refusal:
                self.spoken.refused[refusal.key] += 1
                if not refusal.temporary:
                    return
                await asyncio.sleep(max(PAUSE_S, refusal.retry_after_ms / 1_000))
            except TimeoutError:
                self.spoken.refused["TIMEOUT"] += 1
                return
            else:
                self.spoken.acks_ns.append(time.monotonic_ns() - began_ns)
                self.spoken.acknowledged.append((mark, seq))
                return
