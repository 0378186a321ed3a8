"""Messages to any of a member's rooms, each noted with its room, label and answer. For programs of members."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import uuid_utils

from load_tests.line import Refusal
from load_tests.member import Member
from load_tests.orders import Answer
from load_tests.tracking import label
from load_tests.words import Words

TRIES_MAX = 20
PAUSE_S = 0.05
BROKEN_PAUSE_S = 0.5


@dataclass(slots=True)
class Said:
    """What came of messages in several rooms.

    Attributes:
        tried: Labels.
        acknowledged: (room, label, number).
        acks_ns: From sending to the answer, retries included.
        refused: Key of a refusal -> how often.
        given_up: Messages whose outcome is unknown.
    """

    tried: list[str] = field(default_factory=list)
    acknowledged: list[tuple[str, str, int]] = field(default_factory=list)
    acks_ns: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    given_up: int = 0

    def told(self) -> Answer:
        """As an answer."""
        return {
            "tried": self.tried,
            "acknowledged": self.acknowledged,
            "acks_ns": self.acks_ns,
            "refused": dict(self.refused),
            "given_up": self.given_up,
        }


class Speaker:
    """Says things; several tasks may use it at once.

    Args:
        said: Where it is noted.
        words: Bodies.
        filler: At the end of each message.
    """

    def __init__(self, said: Said, words: Words, filler: str = "") -> None:
        self._said = said
        self._words = words
        self._filler = filler
        self._count = 0

    async def say(self, member: Member, room: str) -> None:
        """One message; the same again when the server was too busy for it, or the line broke."""
        self._count += 1
        began_ns = time.monotonic_ns()
        mark = label(began_ns, str(member.seat.number), self._count)
        text, cid = f"{mark} {self._words.body()}{self._filler}", str(uuid_utils.uuid7())
        self._said.tried.append(mark)
        for _ in range(TRIES_MAX):
            try:
                seq = await member.send(room, text, cid)
            except Refusal as refusal:
                self._said.refused[refusal.key] += 1
                if not refusal.temporary:
                    break
                pause_s = BROKEN_PAUSE_S if refusal.key == "BROKEN" else PAUSE_S
                await asyncio.sleep(max(pause_s, refusal.retry_after_ms / 1_000))
            except TimeoutError:
                self._said.refused["TIMEOUT"] += 1
                break
            else:
                self._said.acks_ns.append(time.monotonic_ns() - began_ns)
                self._said.acknowledged.append((room, mark, seq))
                return
        self._said.given_up += 1
