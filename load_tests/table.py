"""The scenarios, one row each: what `python -m load_tests` offers and a report runs through."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from load_tests.scenarios import chat_room, peers
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
        "peers", "Ours beside the yardstick and other servers, one repetition.", peers.Peers, peers.run
    ),
)
