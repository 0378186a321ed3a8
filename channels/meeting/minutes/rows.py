"""Rows of the commands of this part. Imported by channels.meeting.feature."""

from channels.core.feature import CommandRow, RateClass
from channels.meeting.minutes import handlers
from channels.meeting.minutes.errors import MINUTES_ERRORS
from channels.meeting.protocol import minutes as wire
from channels.protocol.base import Done
from channels.protocol.errors import ErrorRow
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ROWS: tuple[CommandRow, ...] = (
    CommandRow(
        wire.MeetingMinutes, wire.MeetingMinutesResult, handlers.read, rate=RateClass.READ, writes=False
    ),
    CommandRow(wire.MeetingWriteMinutes, wire.MeetingMinutesResult, handlers.write),
    CommandRow(wire.MeetingSubmitMinutes, Done, handlers.submit),
    CommandRow(wire.MeetingReviewMinutes, Done, handlers.review),
    CommandRow(
        wire.MeetingStatements,
        wire.MeetingStatementsResult,
        handlers.statements,
        rate=RateClass.READ,
        writes=False,
    ),
    CommandRow(wire.MeetingCheckStatement, Done, handlers.check_statement),
    CommandRow(wire.MeetingAcknowledge, Done, handlers.acknowledge),
)

ERRORS: tuple[ErrorRow, ...] = MINUTES_ERRORS
INDEXES: tuple[IndexSpec, ...] = ()
SEALED: tuple[SealedField, ...] = ()
