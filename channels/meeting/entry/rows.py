"""Rows of the commands of this part. Imported by channels.meeting.feature."""

from channels.core.feature import CommandRow, RateClass
from channels.meeting.entry import check_in, desk, own, paper_desk, rounds
from channels.meeting.entry.errors import ENTRY_ERRORS
from channels.meeting.entry.sealed import CLAIMS, DEVICES, SEALED_FIELDS
from channels.meeting.entry.tries import TRIES
from channels.meeting.protocol import entry as wire
from channels.protocol.base import Done
from channels.protocol.errors import ErrorRow
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ROWS: tuple[CommandRow, ...] = (
    CommandRow(wire.MeetingShowCode, wire.MeetingCode, rounds.show_code, rate=RateClass.READ, writes=False),
    CommandRow(wire.MeetingCheckIn, wire.MeetingCheckInResult, check_in.check_in),
    CommandRow(wire.MeetingOpenRound, Done, rounds.open_round),
    CommandRow(wire.MeetingExtendRound, Done, rounds.extend_round),
    CommandRow(wire.MeetingShowPass, wire.MeetingPass, rounds.show_pass, rate=RateClass.READ, writes=False),
    CommandRow(wire.MeetingScanPass, wire.MeetingRowResult, rounds.scan_pass),
    CommandRow(wire.MeetingMark, wire.MeetingRowResult, desk.mark),
    CommandRow(wire.MeetingMarkPaper, wire.MeetingMarkPaperResult, paper_desk.mark_paper),
    CommandRow(wire.MeetingDispute, wire.MeetingRowResult, desk.dispute),
    CommandRow(wire.MeetingAnswerDispute, wire.MeetingRowResult, own.answer_dispute, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingConfirm, wire.MeetingRowResult, desk.confirm),
    CommandRow(wire.MeetingSignOut, wire.MeetingRowResult, own.sign_out, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingSpotCheck, Done, desk.spot_check),
    CommandRow(wire.MeetingAnswerSpot, Done, own.answer_spot, rate=RateClass.LIGHT),
)

ERRORS: tuple[ErrorRow, ...] = ENTRY_ERRORS
INDEXES: tuple[IndexSpec, ...] = tuple(
    IndexSpec(name, f"{name}_expiry", (("expires_at", 1),), expire_after_s=0)
    for name in (TRIES, DEVICES, CLAIMS)
)
SEALED: tuple[SealedField, ...] = SEALED_FIELDS
