"""Rows of the commands of this part. Imported by channels.meeting.feature."""

from channels.core.feature import CommandRow, RateClass
from channels.meeting.call import handlers
from channels.meeting.protocol import call as wire
from channels.protocol.base import Done
from channels.protocol.errors import ErrorRow
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ROWS: tuple[CommandRow, ...] = (
    CommandRow(wire.MeetingTakeBaton, wire.MeetingBatonResult, handlers.take_baton),
    CommandRow(wire.MeetingStartRollCall, Done, handlers.start),
    CommandRow(wire.MeetingCall, Done, handlers.call, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingAnswerCall, Done, handlers.answer, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingRecordAnswer, Done, handlers.record, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingEndRollCall, Done, handlers.end),
)

ERRORS: tuple[ErrorRow, ...] = ()
INDEXES: tuple[IndexSpec, ...] = ()
SEALED: tuple[SealedField, ...] = ()
