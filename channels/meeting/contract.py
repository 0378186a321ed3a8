"""What other features may ask of meetings, and how their topics are named. Values only.

Topics: `meeting:<id>` for everybody who sits in it, `meeting:<id>-sheet` for its desk.
May be imported by every feature and server.
"""

from dataclasses import dataclass

from storage.ids import MemberId


def meeting_topic(meeting: str) -> str:
    """Topic of a meeting."""
    return f"meeting:{meeting}"


def sheet_topic(meeting: str) -> str:
    """Topic of its attendance sheet."""
    return f"meeting:{meeting}-sheet"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody on the frozen roll of a meeting.

    Attributes:
        member: Who.
        votes: Has the right to vote.
        present: Here now, not gone, not disputed.
    """

    member: MemberId
    votes: bool
    present: bool


@dataclass(frozen=True, slots=True)
class Attendees:
    """Question: who is on the frozen roll of a meeting, and who of them is here? Answer: tuple[Attendee, ...] by member."""

    meeting: str
