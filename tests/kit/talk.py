"""A small feature that exists only in tests: rooms where everybody let in may say something."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import Field

from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.core.feature import CommandRow, Feature, RateClass, TopicRow
from channels.protocol.base import Command, Done, Id, LiveEvent, LogEvent, Result, Seq, WireModel
from channels.protocol.errors import NOT_FOUND, ErrorRow, Refused
from storage import errors as storage_errors
from storage.log import Append, Entry

WALL = ErrorRow(9001, "WALL", "此路不通", "No way through")


class TalkSay(Command):
    """Say something in a room; `cid` makes a retry harmless."""

    type: Literal["talk.say"] = "talk.say"
    room: str = Field(pattern=r"^[0-9a-z-]{1,40}$")
    text: str = Field(max_length=20_000)
    cid: Id | None = None


class TalkSaid(LogEvent):
    """Somebody said something."""

    type: Literal["talk.said"] = "talk.said"
    sender: str
    text: str


class TalkSayResult(Result):
    """It is durable."""

    seq: Seq
    duplicate: bool


class TalkWave(Command):
    """Wave to those who are here."""

    type: Literal["talk.wave"] = "talk.wave"
    room: str


class TalkWaved(LiveEvent):
    """Somebody waves."""

    apart_ms: ClassVar[int] = 3_000
    type: Literal["talk.waved"] = "talk.waved"
    member: str


class TalkFail(Command):
    """Fail in a given way."""

    type: Literal["talk.fail"] = "talk.fail"
    how: str


class TalkWait(Command):
    """Answer only when the test opens the gate."""

    type: Literal["talk.wait"] = "talk.wait"


class TalkSnapshot(WireModel):
    """State of a room."""

    count: int


FAULTS: dict[str, Callable[[], Exception]] = {
    "busy": storage_errors.Busy,
    "unavailable": storage_errors.Unavailable,
    "guard": storage_errors.GuardFailed,
    "duplicate": lambda: storage_errors.Duplicate("some_index"),
    "refused": lambda: Refused(NOT_FOUND),
    "bug": lambda: RuntimeError("十三位的秘密"),
}


class Talk:
    """The feature with its switches.

    Attributes:
        banned: (room, member) pairs that may not be in the room; everybody else may.
        gate: `talk.wait` answers once it is set.
        waiting_count: Calls of `talk.wait` under way.
        feature: The row for a registry.
    """

    def __init__(self) -> None:
        self.banned: set[tuple[str, str]] = set()
        self.gate = asyncio.Event()
        self.waiting_count = 0
        self.feature = Feature(
            name="talk",
            commands=(
                CommandRow(TalkSay, TalkSayResult, self._say, bots=True),
                CommandRow(TalkWave, Done, self._wave, rate=RateClass.LIGHT, writes=False),
                CommandRow(TalkFail, Done, self._fail, capability="talk.fail"),
                CommandRow(TalkWait, Done, self._wait),
            ),
            events=(TalkSaid, TalkWaved),
            topic=TopicRow("talk", self._may_enter, self._snapshot, TalkSnapshot, self._render, roster=True),
            errors=(WALL,),
            capabilities={"talk.fail": "Fails on purpose"},
        )

    async def _say(self, command: TalkSay, context: Context) -> TalkSayResult:
        member = str(context.actor.member or context.actor.account)
        if (command.room, member) in self.banned:
            raise Refused(NOT_FOUND)
        appended = await context.append(
            Append(
                f"talk:{command.room}",
                "talk.said",
                {"text": command.text},
                sender=member,
                cid=command.cid,
                counter="main",
            )
        )
        return TalkSayResult(seq=appended.entry.seq, duplicate=appended.duplicate)

    async def _wave(self, command: TalkWave, context: Context) -> Done:
        context.publish_live(TalkWaved(topic=f"talk:{command.room}", member=str(context.actor.member)))
        return Done()

    async def _fail(self, command: TalkFail, context: Context) -> Done:
        raise FAULTS[command.how]()

    async def _wait(self, command: TalkWait, context: Context) -> Done:
        self.waiting_count += 1
        try:
            await self.gate.wait()
        finally:
            self.waiting_count -= 1
        return Done()

    async def _may_enter(self, actor: Actor, ident: str, reader: Reader) -> bool:
        return (ident, str(actor.member)) not in self.banned and ident != "closed"

    async def _snapshot(self, actor: Actor, ident: str, reader: Reader) -> TalkSnapshot:
        return TalkSnapshot(count=(await reader.log.head(f"talk:{ident}")).seq)

    @staticmethod
    def _render(entry: Entry) -> LogEvent:
        return TalkSaid(
            topic=entry.topic,
            seq=entry.seq,
            at_ms=entry.at_ms,
            sender=str(entry.sender),
            text=entry.body["text"],
        )
