"""Stages of a meeting, in groups that commands ask for. Pure. Imported by channels.meeting."""

from channels.meeting.errors import WRONG_STAGE
from channels.meeting.protocol.values import Meeting
from channels.protocol.errors import Refused

BEFORE_OPENING = frozenset({"draft", "announced", "lobby"})
LIVE = frozenset({"in_session", "paused"})


def check_stage(state: Meeting, allowed: frozenset[str]) -> None:
    """Refuse what cannot be done at this point of a meeting.

    Raises:
        Refused: WRONG_STAGE.
    """
    if state.stage not in allowed:
        raise Refused(WRONG_STAGE)
