"""Models of the routes of meetings. May be imported by server."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from channels.protocol.base import Id, Millis, WireModel

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


class CalendarAddress(WireModel):
    """Address of the caller's calendar feed; shown once. Whoever has it reads the feed."""

    address: str
