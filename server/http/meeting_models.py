"""Models of the routes of meetings. May be imported by server."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from channels.meeting.entry.paper import Verdict
from channels.protocol.base import Count, Id, Millis, WireModel

Token = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,200}$")]


class FileQuery(WireModel):
    """In which language."""

    lang: Literal["zh-CN", "en"] = "zh-CN"


class ClaimOrder(WireModel):
    """The token of the picture on the screen."""

    meeting: Id
    token: Token


class ClaimGiven(WireModel):
    """Use it with `meeting.check_in` after signing in."""

    claim: str
    expires_at_ms: Millis


class PaperLineShown(WireModel):
    """A line of a paper sheet; see channels.meeting.entry.paper."""

    row: Count
    """As the spreadsheet program counts, from 1."""
    name: str
    """As written there."""
    verdict: Verdict
    member: Id | None
    status: Literal["on_time", "late"] | None
    at_ms: Millis | None
    late_ms: Millis


class PaperShown(WireModel):
    """What a paper sheet would do: lines in its order. `mark` lines go into `meeting.mark_paper`."""

    lines: list[PaperLineShown]


class CalendarAddress(WireModel):
    """Address of the caller's calendar feed; shown once. Whoever has it reads the feed."""

    address: str
