"""What each event does to a snapshot of either topic. Pure; the specification of the client's reducer.

Imported by tests; clients of other languages read it.
"""

from collections.abc import Iterable

from channels.meeting.change import changed
from channels.meeting.protocol.events import MeetingEvent
from channels.meeting.protocol.life import MeetingSnapshot
from channels.meeting.protocol.sheet import MeetingRollFrozen
from channels.meeting.sheet import sheet_of
from channels.protocol.base import LogEvent


class Stale(Exception):
    """The roll was frozen: its rows come with a fresh snapshot."""


def apply_all(state: MeetingSnapshot, events: Iterable[LogEvent]) -> MeetingSnapshot:
    """The state after events of one of the two topics.

    Raises:
        Stale: Ask for a fresh snapshot.
    """
    if state.meeting is not None:
        meeting = state.meeting
        for event in events:
            if isinstance(event, MeetingEvent):
                meeting = changed(meeting, event.change)
        return state.model_copy(update={"meeting": meeting})
    if state.sheet is None:
        return state
    sheet = sheet_of(state.sheet)
    for event in events:
        if isinstance(event, MeetingRollFrozen) and event.seq > sheet.at:
            raise Stale
        sheet.apply(event)
    return MeetingSnapshot(sheet=sheet.wire())
