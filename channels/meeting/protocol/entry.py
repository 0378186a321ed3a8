"""Commands of check-in: rounds, codes, claims, the member's own pass, manual entries, spot checks, disputes.

Imported by channels.meeting and tests.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from channels.meeting.protocol.sheet import MeetingRow, MeetingSelf
from channels.meeting.protocol.values import REASON_MAX
from channels.protocol.base import Command, Count, Id, Millis, Result, WireModel

PAPER_MAX = 50
"""People of one paper sheet that are marked by one command; a longer sheet takes several."""

EXTEND_MAX_MS = 3_600_000
TypedCode = Annotated[str, StringConstraints(max_length=32)]
"""As typed: full-width digits and spaces are folded."""
Token = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,200}$")]


class MeetingShowCode(Command):
    """The code of now, for the screen that shows it; asked again at its end."""

    type: Literal["meeting.show_code"] = "meeting.show_code"
    meeting: Id
    origin: str = Field(default="", pattern=r"^(https?://[0-9A-Za-z.:\[\]-]{1,200})?$")
    """Address of the client, so that the picture opens it on any phone; empty draws no picture."""


class MeetingCode(Result):
    """A code is computed for its step and never stored (domain.md 2.5)."""

    round: Id
    code: str
    """Six digits."""
    qr: str
    """Address that the picture holds, below the origin; its token stands in the fragment."""
    svg: str
    """The picture; empty without an origin."""
    server_now_ms: Millis
    expires_at_ms: Millis
    """End of the step."""
    step_ms: Millis


class MeetingCheckIn(Command):
    """Check in with one of: the six digits, the token of the picture, a claim made while signed out."""

    type: Literal["meeting.check_in"] = "meeting.check_in"
    meeting: Id
    code: TypedCode | None = None
    token: Token | None = None
    claim: Token | None = None
    remote: bool = False
    """Taking part from afar, where the template counts it."""


class MeetingCheckInResult(Result):
    """The caller is checked in; asking again answers the same."""

    at_ms: Millis
    late_ms: Millis
    already: bool
    """ALREADY_CHECKED_IN of domain.md 5.4: a success."""
    you: MeetingSelf


class MeetingOpenRound(Command):
    """Begin a further round of check-in."""

    type: Literal["meeting.open_round"] = "meeting.open_round"
    meeting: Id


class MeetingExtendRound(Command):
    """Move the end of the running round; `by_ms` 0 ends it now."""

    type: Literal["meeting.extend_round"] = "meeting.extend_round"
    meeting: Id
    by_ms: Millis = Field(le=EXTEND_MAX_MS)
    reason: str = Field(min_length=1, max_length=REASON_MAX)


class MeetingShowPass(Command):
    """The caller's own rotating code, for the organizer's camera."""

    type: Literal["meeting.show_pass"] = "meeting.show_pass"
    meeting: Id


class MeetingPass(Result):
    """A pass of one step."""

    token: Token
    svg: str
    """The token as a picture for the organizer's camera."""
    server_now_ms: Millis
    expires_at_ms: Millis


class MeetingScanPass(Command):
    """The organizer scanned a member's pass."""

    type: Literal["meeting.scan_pass"] = "meeting.scan_pass"
    meeting: Id
    token: Token


class MeetingMark(Command):
    """The desk sets somebody's row, with a reason: on paper, without phone, to correct, to settle what was disputed."""

    type: Literal["meeting.mark"] = "meeting.mark"
    meeting: Id
    member: Id
    status: Literal["on_time", "late", "leave", "official", "absent", "expected"]
    method: Literal["organizer", "paper"] = "organizer"
    late_ms: Millis = 0
    remote: bool = False
    reason: str = Field(min_length=1, max_length=REASON_MAX)


class PaperMark(WireModel):
    """Somebody who signed on paper."""

    member: Id
    status: Literal["on_time", "late"]
    at_ms: Millis | None = None
    """The time that is written, as server time; None when none is."""
    late_ms: Millis = 0


class MeetingMarkPaper(Command):
    """The desk takes over a signed paper sheet: all of these are marked as present, or none; who is present already stays."""

    type: Literal["meeting.mark_paper"] = "meeting.mark_paper"
    meeting: Id
    marks: list[PaperMark] = Field(min_length=1, max_length=PAPER_MAX)
    reason: str = Field(min_length=1, max_length=REASON_MAX)


class MeetingMarkPaperResult(Result):
    """Who was marked, and who was left as they are because they were present already, or are disputed."""

    marked: list[Id]
    left: list[Id]


class MeetingDispute(Command):
    """The desk did not see somebody who checked in: to be confirmed, not counted, the member is asked."""

    type: Literal["meeting.dispute"] = "meeting.dispute"
    meeting: Id
    member: Id


class MeetingAnswerDispute(Command):
    """The member answers: 我在场 / 我在线上参加 / 我未到会."""

    type: Literal["meeting.answer_dispute"] = "meeting.answer_dispute"
    meeting: Id
    answer: Literal["here", "remote", "not_here"]


class MeetingConfirm(Command):
    """The desk saw the member after all, or accepts the answer."""

    type: Literal["meeting.confirm"] = "meeting.confirm"
    meeting: Id
    member: Id
    reason: str = Field(default="", max_length=REASON_MAX)


class MeetingSignOut(Command):
    """The caller leaves before the end (`on`), or is back."""

    type: Literal["meeting.sign_out"] = "meeting.sign_out"
    meeting: Id
    on: bool = True


class MeetingSpotCheck(Command):
    """Ask some of those present whether they are here: named ones, or so many by lot."""

    type: Literal["meeting.spot_check"] = "meeting.spot_check"
    meeting: Id
    count: Count = Field(default=0, le=50)
    members: list[Id] = Field(default_factory=list, max_length=50)


class MeetingAnswerSpot(Command):
    """The caller is here."""

    type: Literal["meeting.answer_spot"] = "meeting.answer_spot"
    meeting: Id
    spot: Id


class MeetingRowResult(Result):
    """The row as it is now."""

    row: MeetingRow
