"""Rows of the commands of this part. Imported by channels.meeting.feature."""

from channels.core.feature import CommandRow, RateClass
from channels.meeting.floor import agenda, motions, opinions, voting
from channels.meeting.floor.errors import FLOOR_ERRORS
from channels.meeting.protocol import floor as wire
from channels.protocol.base import Done
from channels.protocol.errors import ErrorRow
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ROWS: tuple[CommandRow, ...] = (
    CommandRow(wire.MeetingStartItem, Done, agenda.start_item),
    CommandRow(wire.MeetingEndItem, Done, agenda.end_item),
    CommandRow(wire.MeetingRaiseHand, Done, agenda.raise_hand, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingLowerHand, Done, agenda.lower_hand, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingGiveFloor, Done, agenda.give_floor),
    CommandRow(wire.MeetingSetFloor, Done, agenda.set_floor, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingPropose, wire.MeetingProposed, motions.propose),
    CommandRow(wire.MeetingOpenVote, Done, motions.open_vote),
    CommandRow(wire.MeetingVote, wire.MeetingVoteResult, voting.vote, rate=RateClass.LIGHT),
    CommandRow(wire.MeetingEnterTally, Done, voting.enter_tally),
    CommandRow(wire.MeetingCloseVote, Done, voting.close_vote),
    CommandRow(wire.MeetingSetMotion, Done, motions.set_motion),
    CommandRow(wire.MeetingFileOpinion, Done, opinions.file_opinion),
    CommandRow(wire.MeetingSetTask, wire.MeetingTaskResult, motions.set_task),
)

ERRORS: tuple[ErrorRow, ...] = FLOOR_ERRORS
INDEXES: tuple[IndexSpec, ...] = (IndexSpec(opinions.OPINIONS, "meeting_opinions_motion", (("motion", 1),)),)
SEALED: tuple[SealedField, ...] = opinions.SEALED_FIELDS
