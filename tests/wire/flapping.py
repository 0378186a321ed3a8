"""Clients that lose their connection at a random byte, again and again, and believe every word of the server.

They do not mend holes by themselves: what the server declares (a gap marker, a lagged notice) is fetched, everything else is
applied as it comes. A seam in the server therefore ends up in `applied` as a missing or doubled number.
"""

import asyncio
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.wire.client import Frame as Message

BUDGETS = (60, 400, 2_000, 20_000, 200_000)
"""Most bytes of a life: ends in the handshake, the hello, the answer, a few events, many events."""


@dataclass
class Room:
    """What a client has of one topic: applied numbers, and what waits behind a declared gap."""

    applied: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    gap_before: int | None = None

    @property
    def position(self) -> int:
        """The last number without a declared gap before it."""
        return self.applied[-1] if self.applied else 0

    @property
    def digest(self) -> str:
        """SHA-256 over everything applied, in order."""
        return digest_of(zip(self.applied, self.texts, strict=True))

    def take(self, event: Message) -> None:
        """Believe an event."""
        if self.gap_before is None:
            self.applied.append(event["seq"])
            self.texts.append(event["text"])
        else:
            self.waiting.append(event)

    def close_gap(self) -> None:
        """Everything before the waiting events has come."""
        self.gap_before = None
        waiting, self.waiting = self.waiting, []
        for event in waiting:
            self.take(event)

    def forget_waiting(self) -> None:
        """The connection broke: what was not continuous is asked for again."""
        self.gap_before, self.waiting = None, []


def digest_of(pairs: "zip[tuple[int, str]]") -> str:
    """SHA-256 over (number, text) pairs."""
    digest = hashlib.sha256()
    for seq, text in pairs:
        digest.update(f"{seq}:{text}\n".encode())
    return digest.hexdigest()


class FlappingClient:
    """One member who follows rooms over a bad line.

    Attributes:
        rooms: Topic -> what it has.
        lives: Connections so far.
    """

    def __init__(self, number: int, topics: list[str], epoch: str, chance: random.Random) -> None:
        self.rooms = {topic: Room() for topic in topics}
        self.lives = 0
        self._number = number
        self._epoch = epoch
        self._chance = chance
        self._ref = 0
        self._conn = ClientProtocol(parse_uri("ws://127.0.0.1/ws"))
        self._writer: asyncio.StreamWriter | None = None

    async def live(self, port: int, budget_bytes: int | None, done: Callable[[], bool]) -> None:
        """One connection: until `budget_bytes` were read, or `done`."""
        self.lives += 1
        self._conn = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/ws"), max_size=None)
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            self._conn.send_request(self._conn.connect())
            self._flush()
            while not done():
                try:
                    async with asyncio.timeout(0.05 if budget_bytes is None else 2.0):
                        data = await reader.read(65_536)
                except TimeoutError:
                    continue
                if budget_bytes is not None:
                    data, budget_bytes = data[:budget_bytes], budget_bytes - len(data)
                self._take(data)
                if not data or (budget_bytes is not None and budget_bytes <= 0):
                    break
        finally:
            self._writer.transport.abort()
            for room in self.rooms.values():
                room.forget_waiting()

    def budget(self) -> int:
        """How long the next life lasts."""
        return self._chance.randint(1, self._chance.choice(BUDGETS))

    def _take(self, data: bytes) -> None:
        self._conn.receive_data(data)
        for event in self._conn.events_received():
            if isinstance(event, Frame):
                if event.opcode is Opcode.TEXT:
                    self._heard(json.loads(bytes(event.data)))
            else:
                self._say(
                    {"type": "hello", "protocol": 1, "client": "flap/1", "token": f"bearer-{self._number}"}
                )
        self._flush()

    def _heard(self, message: Message) -> None:
        match message["type"]:
            case "welcome":
                since = {t: {"epoch": self._epoch, "seq": room.position} for t, room in self.rooms.items()}
                if self._chance.random() < 0.5:
                    self._say({"type": "resume", "topics": since})
                else:
                    for topic, position in since.items():
                        self._say({"type": "subscribe", "topic": topic, "since": position})
            case "reply":
                self._answered(message["result"])
            case "talk.said":
                self.rooms[message["topic"]].take(message)
            case "lagged":
                for topic, head in message["heads"].items():
                    self._missed(topic, head + 1)
            case "error":
                assert message["temporary"], message["key"]
                assert self._writer is not None
                self._writer.transport.abort()

    def _answered(self, result: Message) -> None:
        if "topics" in result:
            for part in result["topics"].values():
                self._entered(part)
        elif "head" in result:
            self._entered(result)
        elif "more" in result:
            room = self.rooms[result["topic"]]
            for event in result["events"]:
                room.applied.append(event["seq"])
                room.texts.append(event["text"])
            if room.gap_before is not None and room.position + 1 < room.gap_before:
                self._missed(result["topic"], room.gap_before)
            else:
                room.close_gap()

    def _entered(self, part: Message) -> None:
        assert part["recovered"], "the position was within the log"
        room = self.rooms[part["topic"]]
        if part["gap"] is not None:
            self._missed(part["topic"], part["gap"]["before"])
        for event in part["events"]:
            room.take(event)

    def _missed(self, topic: str, before: int) -> None:
        room = self.rooms[topic]
        room.gap_before = before
        limit = self._chance.choice((5, 40, 200))
        self._say(
            {"type": "replay", "topic": topic, "after": room.position, "before": before, "limit": limit}
        )

    def _say(self, message: Message) -> None:
        self._ref += 1
        self._conn.send_text(json.dumps(message | {"ref": self._ref}).encode())

    def _flush(self) -> None:
        assert self._writer is not None
        if not self._writer.is_closing():
            self._writer.write(b"".join(self._conn.data_to_send()))
