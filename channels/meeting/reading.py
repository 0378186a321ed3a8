"""From log entries to events; from stored meetings to states. What other modules of the feature read with.

meetings         {_id, org, unit, branch, rev, stage, starts_at_ms, invited [member]?, series?, state {Meeting}, made_at_ms}
meeting_rolls    {_id: meeting, version, rows [{MeetingRow as frozen}]}

`state` is the fold of the meeting's log and is changed in the same unit as each entry, guarded by `rev`; stage, beginning and unit
stand beside it for look-ups. The sheet is a fold of `meeting:<id>-sheet` that every process keeps for the meetings it is asked
about and brings up to date from the log before each use (`sheets.py`).

Imported by channels.meeting.
"""

from dataclasses import dataclass
from typing import Any

from channels.core.context import Reader
from channels.meeting.contract import meeting_topic, sheet_topic
from channels.meeting.protocol.events import FLOOR_EVENTS
from channels.meeting.protocol.sheet import SHEET_EVENTS
from channels.meeting.protocol.values import Meeting
from channels.protocol.base import LogEvent, wire_type
from channels.protocol.errors import UNKNOWN_TOPIC, Refused
from storage.client import Document
from storage.ids import UnitId
from storage.indexes import IndexSpec
from storage.log import Entry

MEETINGS = "meetings"
ROLLS = "meeting_rolls"

MEETING_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(MEETINGS, "meetings_unit_start", (("unit", 1), ("starts_at_ms", 1))),
    IndexSpec(
        MEETINGS,
        "meetings_cid",
        (("made_by", 1), ("cid", 1)),
        unique=True,
        partial={"cid": {"$exists": True}},
    ),
)

_EVENTS: dict[str, type[LogEvent]] = {wire_type(event): event for event in (*FLOOR_EVENTS, *SHEET_EVENTS)}

SHEET_SUFFIX = "-sheet"


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting as stored.

    Attributes:
        state: Everything about it.
        rev: Counts changes; guards against lost updates.
        org: Organisation.
        branch: The branch its unit belongs to.
    """

    state: Meeting
    rev: int
    org: str
    branch: UnitId

    @property
    def topic(self) -> str:
        """Topic of the floor."""
        return meeting_topic(self.state.id)

    @property
    def sheet_topic(self) -> str:
        """Topic of the sheet."""
        return sheet_topic(self.state.id)


@dataclass(slots=True)
class Parsed:
    """The last parsed states of a process, so that a rush of check-ins does not parse one meeting again and again."""

    held: dict[str, Held]

    def __init__(self) -> None:
        self.held = {}


PARSED_MAX = 200


def render(entry: Entry) -> LogEvent:
    """The event of an entry of either topic of a meeting.

    Raises:
        KeyError: An entry that meetings never wrote.
    """
    fields: dict[str, Any] = {"topic": entry.topic, "seq": entry.seq, "at_ms": entry.at_ms, **entry.body}
    return _EVENTS[entry.type].model_validate(fields)


async def find(reader: Reader, meeting: str) -> Held | None:
    """A meeting as it is now, or None."""
    found = await reader.mongo[MEETINGS].by_id(meeting)
    if found is None:
        return None
    parsed = reader.memory.of(Parsed).held
    known = parsed.get(meeting)
    if known is not None and known.rev == found["rev"]:
        return known
    held = to_held(dict(found))
    if len(parsed) >= PARSED_MAX:
        del parsed[next(iter(parsed))]
    parsed[meeting] = held
    return held


async def load(reader: Reader, meeting: str) -> Held:
    """A meeting as it is now.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    held = await find(reader, meeting)
    if held is None:
        raise Refused(UNKNOWN_TOPIC)
    return held


def to_held(found: Document) -> Held:
    """A stored meeting as a value."""
    return Held(Meeting.model_validate(found["state"]), found["rev"], found["org"], UnitId(found["branch"]))


def stored(held: Held) -> Document:
    """The fields of a document that follow from the state."""
    state = held.state
    return {
        "rev": held.rev,
        "unit": state.unit,
        "stage": state.stage,
        "starts_at_ms": state.starts_at_ms,
        "ends_at_ms": state.ends_at_ms,
        "state": state.model_dump(),
    }
