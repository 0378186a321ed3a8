"""Members who speak until they are told to stop, and send again what has no answer: same client id, same text.

A message counts as acknowledged when its reply came. Whatever else happens (the line breaks, the store is away, nobody answers)
leaves the outcome unknown, and the same message goes out again until it is known. Imported by load_tests.faults only.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import uuid_utils

from load_tests.faults.loyal import Loyal
from load_tests.line import Refusal
from load_tests.tracking import label
from load_tests.words import Words

PAUSE_S = 0.1
GIVE_UP_S = 120.0
"""A message that is not settled by then is a fault of its own: the server did not come back."""

AGAIN_SHARE = 0.02
"""Of acknowledged messages that are sent once more: the answer must be the same number."""


@dataclass(slots=True)
class Spoken:
    """What came of it.

    Attributes:
        tried: Text of every message that left, by room.
        acknowledged: (room, text, seq, sent, answered) in the order of the answers; times CLOCK_MONOTONIC in ns.
        unknown: Why a message had to go out again -> how often.
        unsettled: Messages that were refused for good or given up.
        again: Acknowledged messages that were sent again.
        unequal: Those that then got another number.
    """

    tried: dict[str, list[str]] = field(default_factory=dict)
    acknowledged: list[tuple[str, str, int, int, int]] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    unsettled: int = 0
    again: int = 0
    unequal: int = 0


class Speech:
    """All speakers of a program.

    Args:
        speakers: Connected members; each speaks in its own rooms, one message at a time.
        rate: Messages per second of all together; 0 for as fast as they are answered.
        seed: Of rooms, texts and pauses.
    """

    def __init__(self, speakers: Sequence[Loyal], rate: float, seed: int) -> None:
        self._speakers = speakers
        self._every_s = len(speakers) / rate if rate else 0.0
        self._seed = seed
        self._stop = asyncio.Event()
        self.spoken = Spoken()

    def stop(self) -> None:
        """Begin no more messages."""
        self._stop.set()

    async def run(self) -> None:
        """Speak until `stop`; returns when everything is settled."""
        async with asyncio.TaskGroup() as group:
            for speaker in self._speakers:
                group.create_task(self._speak(speaker))

    async def _speak(self, speaker: Loyal) -> None:
        chance = random.Random(f"{self._seed}.speaker.{speaker.seat.number}")
        words, number = Words(chance.getrandbits(32)), 0
        await self._pause(chance.random() * self._every_s)
        while not self._stop.is_set():
            number += 1
            began_ns = time.monotonic_ns()
            room = chance.choice(speaker.seat.rooms)
            # No space, so that the whole text is the label by which it is known.
            body = "".join(words.body().split())
            text = f"{label(began_ns, str(speaker.seat.number), number)}·{body}"
            await self._say(speaker, room, text, chance)
            await self._pause(self._every_s * chance.uniform(0.5, 1.5))

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._stop.wait()
            except TimeoutError:
                return

    async def _say(self, speaker: Loyal, room: str, text: str, chance: random.Random) -> None:
        spoken, cid, sent_ns = self.spoken, str(uuid_utils.uuid7()), time.monotonic_ns()
        spoken.tried.setdefault(room, []).append(text)
        seq = await self._settled(speaker, room, text, cid)
        if seq is None:
            spoken.unsettled += 1
            return
        spoken.acknowledged.append((room, text, seq, sent_ns, time.monotonic_ns()))
        if chance.random() < AGAIN_SHARE:
            spoken.again += 1
            if await self._settled(speaker, room, text, cid) != seq:
                spoken.unequal += 1

    async def _settled(self, speaker: Loyal, room: str, text: str, cid: str) -> int | None:
        """The number under which the message stands; None when it was refused for good or nobody answers any more."""
        try:
            async with asyncio.timeout(GIVE_UP_S):
                while True:
                    await speaker.back.wait()
                    try:
                        return await speaker.send(room, text, cid)
                    except Refusal as refusal:
                        self.spoken.unknown[refusal.key] += 1
                        if not refusal.temporary:
                            return None
                        await asyncio.sleep(max(PAUSE_S, refusal.retry_after_ms / 1_000))
                    except TimeoutError:
                        self.spoken.unknown["TIMEOUT"] += 1
        except TimeoutError:
            return None
