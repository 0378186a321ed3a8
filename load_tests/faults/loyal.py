"""A member who comes back by itself whenever the line breaks, the way our web client does, and remembers each break.

Imported by load_tests.faults only.
"""

import asyncio
import random
import re
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import orjson
from picows import WSError
from typing_extensions import override

from load_tests.line import Frame, Line, Refusal, Target
from load_tests.member import SAMPLES_MAX, Member
from load_tests.passes import Pass
from load_tests.tracking import Mark, Wanted, label_of, marks_of, sent_ns_of

BASE_S = 0.5
CAP_S = 20.0
"""Full jitter between nothing and BASE_S doubled with each try, as in web_client/src/connection/backoff.ts."""

OWN = 0
"""Stands for the close code of a break that was our own wish."""

KEPT_MAX = 5_000

_ADVICE = re.compile(r" retry_after_ms=(\d{1,9})$")

Start = Callable[[Coroutine[Any, Any, None]], object]
LINE_FAULTS = (OSError, TimeoutError, WSError, Refusal)


def retry_s(attempt: int, chance: random.Random, advice_s: float = 0.0) -> float:
    """Seconds before try number `attempt`, from 0; the server's advice is a floor under the jitter."""
    return advice_s + chance.random() * min(CAP_S, BASE_S * 2.0**attempt)


@dataclass(slots=True)
class Break:
    """One line that ended. Times are CLOCK_MONOTONIC in ns, which all programs of a machine share; 0 for not yet.

    Attributes:
        broke_ns: When this side noticed.
        code: Close code; 1006 for a line that just broke, OWN for our own wish.
        tries: Handshakes until the topics were entered again.
        dialled_ns: When the last of them began: what lies before is back-off, what lies behind is the server's.
        back_ns: Topics entered again.
        heard_ns: First message applied that was sent after the break.
    """

    broke_ns: int
    code: int
    tries: int = 0
    dialled_ns: int = 0
    back_ns: int = 0
    heard_ns: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A frame of a message, read once for all members of a program: the server sends all of them the same bytes."""

    topic: str
    seq: int
    label: str
    sent_ns: int


class Readings:
    """The newest frames, read."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Told] = {}

    def of(self, raw: bytes) -> Told:
        """What a frame says."""
        if (told := self._kept.get(raw)) is None:
            event = orjson.loads(raw)
            label = label_of(event["text"])
            told = Told(event["topic"], event["seq"], label, sent_ns_of(label))
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[raw] = told
        return told


class Loyal(Member):
    """See module.

    Args:
        seat: The session.
        target: Where the server is.
        start: Starts the way back in a task that somebody owns.
        readings: Shared by the members of a program.

    Attributes:
        breaks: In order.
        back: Set while the member is connected and in its topics.
        unrecovered: Topics that the server did not continue from our position; what we had stays our claim.
    """

    def __init__(self, seat: Pass, target: Target, start: Start, readings: Readings) -> None:
        self.breaks: list[Break] = []
        self.back = asyncio.Event()
        self.unrecovered = 0
        self._start = start
        self._readings = readings
        self._chance: random.Random | None = None
        self._returning = False
        super().__init__(seat, target, exact=True)

    def stay(self, seed: int) -> None:
        """From now on, come back after every break."""
        self._chance = random.Random(f"{seed}.{self.seat.number}")
        if self.open:
            self.back.set()
        else:
            self._broken(self.close_code)

    def move(self) -> None:
        """Hang up and come back, as a phone does that changes its network."""
        if self.open and not self._returning:
            self.hang_up()
            self._broken(OWN)

    @override
    def hang_up(self) -> None:
        """See Member; the way back is the caller's affair."""
        self.back.clear()
        super().hang_up()

    def leave(self) -> None:
        """Hang up for good."""
        self._chance = None
        self.hang_up()

    # -- breaks ----------------------------------------------------------------------------------------------------

    @override
    def _new_line(self) -> Line:
        def ended(code: int) -> None:
            if line is self._line:  # the end of a line that was replaced concerns nobody
                self._ended(code)

        line = Line(self._told_exactly, self._pushed, ended)
        return line

    @override
    def _ended(self, code: int) -> None:
        leaving = self._leaving
        super()._ended(code)
        if not leaving:
            self._broken(code)

    def _broken(self, code: int) -> None:
        self.back.clear()
        if self._chance is None or self._returning:
            return
        self._returning = True
        self.breaks.append(Break(time.monotonic_ns(), code))
        self._start(self._return(self._chance, self.breaks[-1]))

    async def _return(self, chance: random.Random, this: Break) -> None:
        attempt, advice_s = 0, self._advised_s()
        try:
            while self._chance is not None:
                await asyncio.sleep(retry_s(attempt, chance, advice_s))
                this.tries += 1
                this.dialled_ns = time.monotonic_ns()
                attempt += 1
                try:
                    await self._enter_again()
                except LINE_FAULTS as fault:
                    asked_ms = fault.retry_after_ms if isinstance(fault, Refusal) else 0
                    advice_s = max(asked_ms / 1_000, self._advised_s())
                    if self.open:
                        self.hang_up()
                    continue
                if self.open:
                    this.back_ns = time.monotonic_ns()
                    self.back.set()
                    return
        finally:
            self._returning = False

    async def _enter_again(self) -> None:
        for track in self.tracks.values():
            track.broken()
        await self.connect()
        if self.tracks:
            lost = (await self.resume())["lost"]
            self.counts.taken_out += len(lost)

    def _advised_s(self) -> float:
        found = _ADVICE.search(self._line.close_reason)
        return int(found[1]) / 1_000 if found else 0.0

    # -- listening -------------------------------------------------------------------------------------------------

    @override
    def _told_exactly(self, raw: bytes) -> None:
        told = self._readings.of(raw)
        self.counts.messages += 1
        self.counts.size_bytes += len(raw)
        if told.sent_ns and len(self.delays_ns) < SAMPLES_MAX:
            self.delays_ns.append(time.monotonic_ns() - told.sent_ns)
        track = self.tracks.get(told.topic)
        if track is not None:
            track.take(told.seq, told.label)
            if track.position >= told.seq:
                self._applied(told.sent_ns)

    @override
    def _continued(self, topic: str, part: Frame) -> None:
        if not part["recovered"]:
            self.unrecovered += 1
        super()._continued(topic, part)
        self._applied_marks(marks_of(part["events"]))

    @override
    def _fetched(self, line: Line, topic: str, wanted: Wanted, frame: Frame) -> None:
        super()._fetched(line, topic, wanted, frame)
        if frame["type"] == "reply":
            self._applied_marks(marks_of(frame["result"]["events"]))

    def _applied_marks(self, marks: Iterable[Mark]) -> None:
        for _, label in marks:
            self._applied(sent_ns_of(label))

    def _applied(self, sent_ns: int) -> None:
        if self.breaks:
            this = self.breaks[-1]
            if not this.heard_ns and sent_ns > this.broke_ns:
                this.heard_ns = time.monotonic_ns()


def breaks_of(members: Sequence[Loyal]) -> list[list[list[int]]]:
    """All breaks by member, as numbers in the order of the fields of `Break`."""
    return [[list(astuple(one)) for one in member.breaks] for member in members]
