"""Members who check in to a meeting with the code of the moment, and answer when names are called. For programs of members.

A code that has changed meanwhile is asked for anew and tried again, as people do who look up at the screen; a broken line is
dialled again. Every answer is kept.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from picows import WSError

from load_tests.line import Refusal
from load_tests.member import Member
from load_tests.orders import Answer

TRIES_MAX = 40
PAUSE_S = 0.1
CODE_CHANGED = frozenset({"CODE_EXPIRED", "CHECKIN_CODE_WRONG"})


@dataclass(slots=True)
class Arrived:
    """What came of it.

    Attributes:
        members: Who was answered.
        acks_ns: From the first try to the answer, new codes and new lines included.
        refused: Key of a refusal -> how often.
        given_up: Who was not answered.
    """

    members: list[str] = field(default_factory=list)
    acks_ns: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    given_up: list[str] = field(default_factory=list)

    def told(self) -> Answer:
        """As an answer."""
        return {
            "members": self.members,
            "acks_ns": self.acks_ns,
            "refused": dict(self.refused),
            "given_up": self.given_up,
        }


class Wall:
    """The big screen as one program sees it: the code of now, asked for again when its step ends.

    Args:
        officer: Somebody at the desk of the meeting.
        meeting: Which.
    """

    def __init__(self, officer: Member, meeting: str) -> None:
        self._officer = officer
        self._meeting = meeting
        self._ends = 0.0
        self._lock = asyncio.Lock()
        self.code = ""
        self.changes = 0

    async def look(self, seen: str = "") -> str:
        """The code of now; another one than `seen` when that was refused."""
        async with self._lock:
            if self.code == seen or time.monotonic() >= self._ends:
                await self._ask()
            return self.code

    async def _ask(self) -> None:
        if not self._officer.open:
            await self._officer.connect()
        shown = await self._officer.ask({"type": "meeting.show_code", "meeting": self._meeting})
        self.changes += shown["code"] != self.code
        self.code = shown["code"]
        self._ends = time.monotonic() + (shown["expires_at_ms"] - shown["server_now_ms"]) / 1_000


async def check_in(member: Member, wall: Wall, meeting: str, arrived: Arrived) -> None:
    """One member checks in, and does not give up easily."""
    began_ns, code = time.monotonic_ns(), ""
    for _ in range(TRIES_MAX):
        try:
            if not member.open:
                await member.connect()
            code = code or await wall.look()
            await member.ask({"type": "meeting.check_in", "meeting": meeting, "code": code})
        except Refusal as refusal:
            arrived.refused[refusal.key] += 1
            if refusal.key in CODE_CHANGED:
                code = await wall.look(code)
            elif refusal.temporary:
                await asyncio.sleep(max(PAUSE_S, refusal.retry_after_ms / 1_000))
            else:
                break
        except (OSError, TimeoutError, WSError) as fault:
            arrived.refused[type(fault).__name__] += 1
            await asyncio.sleep(PAUSE_S)
        else:
            arrived.acks_ns.append(time.monotonic_ns() - began_ns)
            arrived.members.append(member.seat.member)
            return
    arrived.given_up.append(member.seat.member)
