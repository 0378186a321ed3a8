"""Scenarios of one room, by `chat_room`: many messages in flight, one in flight, and a steady rate for delays."""

from dataclasses import dataclass, field

from load_tests.outcome import Outcome
from load_tests.scenarios import chat_room
from load_tests.scenarios.chat_room import ChatRoom
from load_tests.screen import Screen


@dataclass(frozen=True, slots=True)
class Burst(ChatRoom):
    """Options."""

    inflight: int = field(default=20, metadata={"about": "unanswered messages at any time"})


@dataclass(frozen=True, slots=True)
class Sparse(ChatRoom):
    """Options."""

    senders: int = field(default=1, metadata={"about": "members who speak"})


@dataclass(frozen=True, slots=True)
class Latency(ChatRoom):
    """Options."""

    inflight: int = field(default=0, metadata={"about": "0: a steady rate"})
    rate: float = field(default=20.0, metadata={"about": "messages per second"})
    seconds: float = field(default=15.0, metadata={"about": "how long is spoken"})
    exact: int = field(default=20, metadata={"about": "every so many-th listener measures delays"})


async def run(options: ChatRoom, screen: Screen) -> Outcome:
    """Talk in one room.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    return (await chat_room.run(options, screen)).outcome(options)
