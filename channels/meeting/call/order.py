"""In which order names are called. Pure: it follows from the roll-call and the roll, so it survives take-overs and restarts.

Imported by channels.meeting.call.
"""

import hashlib
from collections.abc import Iterable, Mapping

from channels.meeting.protocol.sheet import MeetingAnswer, MeetingRow
from channels.meeting.protocol.values import MeetingRollCall


def names_in_order(call: MeetingRollCall, rows: Iterable[MeetingRow]) -> list[str]:
    """Everybody expected, in the order of the roll or drawn by lot."""
    expected = [row for row in rows if row.status not in ("excluded", "observer")]
    expected.sort(key=lambda row: (row.order, row.member))
    names = [row.member for row in expected]
    if call.sequence == "random":
        names.sort(key=lambda name: hashlib.sha256(f"{call.id}|{name}".encode()).digest())
    return names


def following(
    call: MeetingRollCall, names: list[str], answers: Mapping[str, MeetingAnswer], *, again: bool
) -> tuple[str | None, bool]:
    """Who is called next.

    Args:
        call: The roll-call as it stands.
        names: Everybody in their order.
        answers: What was answered so far.
        again: Begin the second pass over those without an answer.

    Returns:
        The member, or None when everybody was called; and whether that is the second pass.
    """
    second = call.second or again
    if second:
        names = [name for name in names if name not in answers or name == call.called]
    start = 0
    if call.called in names and not (again and not call.second):
        start = names.index(call.called) + 1
    waiting = [name for name in names[start:] if name not in answers]
    return (waiting[0] if waiting else None), second
