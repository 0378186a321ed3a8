"""The file that `huitang rehearsal create` writes: the house in its first line, then a session for each member."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Pass:
    """A session that may be used.

    Attributes:
        number: Place in the file, from 0.
        secret: Value of the session cookie.
        member: Member id.
        branch: Branch of the member.
        rooms: Rooms the member is in: the branch's, then the groups'.
        topics: Topics that a client of the member may be in.
    """

    number: int
    secret: str = field(repr=False)
    member: str
    branch: str
    rooms: tuple[str, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody in the file.

    Attributes:
        epoch: Of the log, for positions.
        branches: Branch ids; each is also the id of its room.
        history: Room that has a past, and how many messages; None when none has.
        passes: Sessions in order.
    """

    epoch: str
    branches: tuple[str, ...]
    history: tuple[str, int] | None
    passes: Sequence[Pass]

    def of_room(self, room: str) -> list[Pass]:
        """Sessions whose members are in a room."""
        return [one for one in self.passes if room in one.rooms]


def read_roll(path: Path) -> Roll:
    """Read the file; raises ValueError when it is of another format."""
    with path.open(encoding="utf-8") as lines:
        house: dict[str, Any] = json.loads(next(lines, "{}"))
        if house.get("kind") != "house" or house.get("format") != FORMAT:
            raise ValueError(f"{path.name} is no list of sessions of format {FORMAT}")
        passes = [_pass(number, json.loads(line)) for number, line in enumerate(lines)]
    past = house["history"]
    return Roll(
        epoch=house["epoch"],
        branches=tuple(branch["branch"] for branch in house["branches"]),
        history=None if past is None else (past["room"], past["messages"]),
        passes=passes,
    )


def _pass(number: int, row: dict[str, Any]) -> Pass:
    return Pass(
        number, row["secret"], row["member"], row["branch"], tuple(row["rooms"]), tuple(row["topics"])
    )
