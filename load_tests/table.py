"""The scenarios, one row each: what `python -m load_tests` offers and a report runs through."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from load_tests.faults import controls, kills, soak
from load_tests.scenarios import (
    chat_room,
    checkin_rush,
    fan_out,
    growth,
    many_topics,
    memory,
    mixed_day,
    peers,
    reconnect_storm,
    roll_call,
    slow_readers,
    start,
)
from load_tests.screen import Screen


class Result(Protocol):
    """A frozen dataclass of figures; `dataclasses.asdict` makes it JSON."""

    @property
    def good(self) -> bool:
        """Nothing went wrong that must not."""
        ...

    def lines(self) -> list[str]:
        """The figures for people."""
        ...


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario.

    Attributes:
        name: Word for the command line.
        about: One sentence.
        options: A frozen dataclass; its fields with their defaults are the options, `about` in their metadata is the help.
        run: Carries it out.
    """

    name: str
    about: str
    options: type[Any]
    run: Callable[[Any, Screen], Awaitable[Result]]


SCENARIOS: tuple[ScenarioRow, ...] = (
    ScenarioRow("chat_room", "One room: many listen, a few speak.", chat_room.ChatRoom, chat_room.run),
    ScenarioRow(
        "burst", "One room, twenty messages in flight: CPU per delivery.", fan_out.Burst, fan_out.run
    ),
    ScenarioRow("sparse", "One room, one message in flight: CPU per delivery.", fan_out.Sparse, fan_out.run),
    ScenarioRow("latency", "One room at a steady rate: delays.", fan_out.Latency, fan_out.run),
    ScenarioRow(
        "many_topics", "Durable sends per second in many rooms.", many_topics.ManyTopics, many_topics.run
    ),
    ScenarioRow(
        "durable",
        "Durable sends in one room, in many, and on two processes.",
        many_topics.Durable,
        many_topics.run_durable,
    ),
    ScenarioRow(
        "reconnect_storm",
        "Everybody is cut off and comes back, messages behind.",
        reconnect_storm.ReconnectStorm,
        reconnect_storm.run,
    ),
    ScenarioRow(
        "slow_readers",
        "Some stop reading: what others notice, what memory does.",
        slow_readers.SlowReaders,
        slow_readers.run,
    ),
    ScenarioRow("memory", "Resident memory for each idle session.", memory.Memory, memory.run),
    ScenarioRow("growth", "CPU per delivery over the size of a room.", growth.Growth, growth.run),
    ScenarioRow("pages", "Time of a page over the length of the past.", growth.Pages, growth.run_pages),
    ScenarioRow(
        "checkin_rush",
        "Everybody checks in to a meeting within seconds, while the code rotates.",
        checkin_rush.CheckinRush,
        checkin_rush.run,
    ),
    ScenarioRow(
        "roll_call",
        "Everybody is called by name, then all at once; the organizer's line is cut half way.",
        roll_call.RollCall,
        roll_call.run,
    ),
    ScenarioRow("mixed_day", "A compressed working day.", mixed_day.MixedDay, mixed_day.run),
    ScenarioRow(
        "peers", "Ours beside the yardstick and other servers, one repetition.", peers.Peers, peers.run
    ),
    ScenarioRow("start", "From the server command to the first page.", start.Start, start.run),
    ScenarioRow("soak", "Drill: a long talk, Redis killed and emptied meanwhile.", soak.Soak, soak.run),
    ScenarioRow("kills", "Drill: programs are killed in a burst.", kills.Kills, kills.run),
    ScenarioRow("controls", "Drill: without its safeguards it must fail.", controls.Controls, controls.run),
)
