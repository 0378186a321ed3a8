"""Rows of the commands of this part. Imported by channels.meeting.feature."""

from channels.core.feature import CommandRow, RateClass
from channels.meeting.leave import asking, roll
from channels.meeting.leave.errors import LEAVE_ERRORS
from channels.meeting.protocol import leave as wire
from channels.meeting.seating import EXCLUSIONS
from channels.protocol.base import Done
from channels.protocol.errors import ErrorRow
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ROWS: tuple[CommandRow, ...] = (
    CommandRow(wire.MeetingAskLeave, Done, asking.ask),
    CommandRow(wire.MeetingWithdrawLeave, Done, asking.withdraw),
    CommandRow(wire.MeetingDecideLeave, Done, asking.decide),
    CommandRow(wire.MeetingReadLeave, wire.MeetingLeaveNote, asking.read, rate=RateClass.READ),
    CommandRow(wire.MeetingExclude, wire.MeetingRollResult, roll.exclude),
    CommandRow(wire.MeetingAskCorrection, Done, roll.ask_correction),
    CommandRow(
        wire.MeetingCorrections,
        wire.MeetingCorrectionsResult,
        roll.corrections,
        rate=RateClass.READ,
        writes=False,
    ),
    CommandRow(wire.MeetingDecideCorrection, Done, roll.decide_correction),
)

ERRORS: tuple[ErrorRow, ...] = LEAVE_ERRORS
INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(asking.LEAVES, "meeting_leaves_erasure", (("erase_at", 1),), expire_after_s=0),
    IndexSpec(EXCLUSIONS, "meeting_exclusions_meeting", (("meeting", 1),)),
    IndexSpec(roll.CORRECTIONS, "meeting_corrections_meeting", (("meeting", 1), ("asked_at_ms", 1))),
)
SEALED: tuple[SealedField, ...] = (*asking.SEALED_FIELDS, *roll.SEALED_FIELDS)
