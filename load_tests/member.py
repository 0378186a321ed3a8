"""A member of the rehearsal with a client: enters topics, follows them without a hole, speaks, comes back after a break.

`exact` members decode every frame and keep what they saw; `light` ones count messages, because the generator must cost less
than the server it measures. What a light member counted is compared with the heads of its topics at the end. Only exact
members can resume: they know where they stand in each topic.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from channels.protocol.frames import PAGE_EVENTS
from load_tests.line import Frame, Line, Refusal, Target, result_of
from load_tests.passes import Pass
from load_tests.tracking import Track, Wanted, label_of, marks_of, sent_ns_of

AGAIN_S = 0.2
"""Before a fetch that the server was too busy for is tried again."""

SAMPLES_MAX = 1_000_000


@dataclass(slots=True)
class Counts:
    """What a member has met.

    Attributes:
        messages: Frames with a message.
        size_bytes: Of their payloads.
        lagged: How often the server said that it left something out.
        breaks: Connections that ended without our wish.
        taken_out: Topics the server took us out of.
        refused: Answers to fetches that were refused for good.
    """

    messages: int = 0
    size_bytes: int = 0
    lagged: int = 0
    breaks: int = 0
    taken_out: int = 0
    refused: int = 0


class Member:
    """One member with one connection at a time.

    Args:
        seat: The session.
        target: Where the server is.
        exact: See module.

    Attributes:
        tracks: Topic -> what this member has of it.
        counts: What it has met.
        delays_ns: From the send of a message (by another program on this machine) to its arrival here; exact members only.
        beat_due: When the next heartbeat is due (loop time), for whoever keeps many members alive.
        close_code: Of the last connection that ended.
    """

    def __init__(self, seat: Pass, target: Target, *, exact: bool) -> None:
        self.seat = seat
        self.exact = exact
        self.tracks: dict[str, Track] = {}
        self.counts = Counts()
        self.delays_ns: list[int] = []
        self.beat_due = 0.0
        self.heartbeat_s = 25.0
        self.close_code = 0
        self.epoch = ""
        self._target = target
        self._line = self._new_line()
        self._leaving = False
        self._welcomed = False

    @property
    def open(self) -> bool:
        """Connected and welcomed."""
        return self._welcomed and self._line.open

    # -- coming and going ------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """A new connection; see `Line.dial` for what it raises."""
        self._line = self._new_line()
        self._leaving = self._welcomed = False
        welcome = await self._line.dial(self._target, self.seat.secret)
        self._welcomed = True
        self.heartbeat_s = welcome["heartbeat_ms"] / 1_000
        self.beat_due = asyncio.get_running_loop().time() + self.heartbeat_s

    async def enter(self, epoch: str, topics: Sequence[str]) -> None:
        """Enter topics and follow them from their heads on; one round trip for all.

        Raises:
            Refusal: The server is busy, or a topic is closed to this member (key LOST).
        """
        self.epoch = epoch
        self.tracks |= {topic: Track(seen=[] if self.exact else None) for topic in topics}
        asked = {topic: {"epoch": epoch, "seq": 0} for topic in topics}
        entered: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def answered(frame: Frame) -> None:
            # In this very turn: live events may follow in the same segment.
            for topic, part in frame.get("result", {}).get("topics", {}).items():
                self.tracks[topic].start(part["head"])
            if not entered.done():
                entered.set_result(frame)

        self._line.say({"type": "resume", "topics": asked}, answered)
        lost = result_of(await asyncio.wait_for(entered, 30.0))["lost"]
        if lost:
            raise Refusal({"key": "LOST", "temporary": False})

    async def resume(self) -> Frame:
        """Enter the topics again after a break, by position; gaps are fetched behind it. Exact members only.

        Returns:
            The answer: its `topics` and `lost`.
        """
        if not self.exact:
            raise RuntimeError("a light member does not know where it stands")
        asked = {topic: {"epoch": self.epoch, "seq": track.position} for topic, track in self.tracks.items()}
        resumed: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def answered(frame: Frame) -> None:
            for topic, part in frame.get("result", {}).get("topics", {}).items():
                self._continued(topic, part)
            if not resumed.done():
                resumed.set_result(frame)

        self._line.say({"type": "resume", "topics": asked}, answered)
        return result_of(await asyncio.wait_for(resumed, 30.0))

    def hang_up(self) -> None:
        """Break the connection, as a tunnel would."""
        self._leaving = True
        self._line.hang_up()

    def stall(self) -> None:
        """Stop reading, as a program does that hangs."""
        self._line.stall()

    # -- speaking --------------------------------------------------------------------------------------------------

    async def send(self, room: str, text: str, cid: str) -> int:
        """Say something; returns the number it stands under. Repeat with the same `cid` when the outcome is unknown."""
        if not self.open:  # on the way back: a command before the welcome would be refused for good
            raise Refusal({"key": "BROKEN", "temporary": True})
        command = {"type": "chat.send", "room": room, "cid": cid, "text": text}
        return int((await self._line.ask(command))["seq"])

    async def ask(self, command: Mapping[str, Any]) -> Frame:
        """Any command; see `Line.ask`."""
        return await self._line.ask(dict(command))

    async def heads(self) -> dict[str, int]:
        """Newest entry of each topic, from a heartbeat."""
        heads: dict[str, int] = (await self._line.ask({"type": "heartbeat"}))["heads"]
        return heads

    def beat(self, now: float) -> None:
        """A heartbeat nobody waits for; exact members fetch what its heads say is missing."""
        self.beat_due = now + self.heartbeat_s
        self._line.say({"type": "heartbeat"}, lambda frame: None)

    async def stored(self, topic: str, after: int, before: int) -> list[tuple[int, str]]:
        """Entries of a topic this member is in, as the server has them stored: numbers and labels."""
        marks: list[tuple[int, str]] = []
        while after + 1 < before:
            page = await self._line.ask(
                {"type": "replay", "topic": topic, "after": after, "before": before, "limit": PAGE_EVENTS}
            )
            found = marks_of(page["events"])
            marks.extend(found)
            if not found or not page["more"]:
                break
            after = found[-1][0]
        return marks

    # -- listening -------------------------------------------------------------------------------------------------

    def _new_line(self) -> Line:
        return Line(self._told_exactly if self.exact else self._told_lightly, self._pushed, self._ended)

    def _told_lightly(self, raw: bytes) -> None:
        self.counts.messages += 1
        self.counts.size_bytes += len(raw)

    def _told_exactly(self, raw: bytes) -> None:
        now_ns = time.monotonic_ns()
        event = orjson.loads(raw)
        label = label_of(event["text"])
        self.counts.messages += 1
        self.counts.size_bytes += len(raw)
        sent_ns = sent_ns_of(label)
        if sent_ns and len(self.delays_ns) < SAMPLES_MAX:
            self.delays_ns.append(now_ns - sent_ns)
        track = self.tracks.get(event["topic"])
        if track is not None:
            track.take(event["seq"], label)

    def _pushed(self, frame: Frame) -> None:
        kind, topic = frame["type"], frame.get("topic", "")
        if kind == "lagged":
            self.counts.lagged += 1
            for name, head in frame["heads"].items():
                self._declared(name, head + 1)
        elif kind == "unsubscribed":
            self.counts.taken_out += 1
            self.tracks.pop(topic, None)
        elif "seq" in frame and topic in self.tracks and self.exact:
            self.tracks[topic].take(frame["seq"])

    def _ended(self, code: int) -> None:
        self.close_code = code
        if not self._leaving:
            self.counts.breaks += 1
        for track in self.tracks.values():
            track.broken()

    # -- catching up -----------------------------------------------------------------------------------------------

    def _continued(self, topic: str, part: Frame) -> None:
        """One topic of the answer to a resume."""
        track = self.tracks[topic]
        if not part["recovered"]:
            track.start(part["head"])  # another epoch: what was before is no concern of ours any more
            return
        if part["gap"] is not None:
            self._declared(topic, part["gap"]["before"])
        for seq, label in marks_of(part["events"]):
            track.take(seq, label)

    def _declared(self, topic: str, before: int) -> None:
        track = self.tracks.get(topic)
        if track is not None and self.exact:
            self._fetch(topic, track.declared(before))

    def _fetch(self, topic: str, wanted: Wanted | None) -> None:
        if wanted is None:
            return
        command = {"type": "replay", "topic": topic, "limit": PAGE_EVENTS}
        command |= {"after": wanted.after, "before": wanted.before}
        self._line.say(command, partial(self._fetched, self._line, topic, wanted))

    def _fetched(self, line: Line, topic: str, wanted: Wanted, frame: Frame) -> None:
        track = self.tracks.get(topic)
        if line is not self._line or not line.open or track is None or track.gap_before != wanted.before:
            return  # of a line that broke, or of a gap that another one took in
        if frame["type"] == "error":
            if not frame["temporary"]:
                self.counts.refused += 1
                return
            again_s = max(AGAIN_S, (frame.get("retry_after_ms") or 0) / 1_000)
            asyncio.get_running_loop().call_later(again_s, self._fetch, topic, wanted)
            return
        result = frame["result"]
        self._fetch(topic, track.replayed(marks_of(result["events"]), more=result["more"]))
