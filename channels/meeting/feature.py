"""The row of meetings: topics `meeting:<id>` and `meeting:<id>-sheet`, commands `meeting.*`; one tuple of rows per part."""

from channels.core.feature import BeatRow, CommandRow, FactRow, Feature, QueryRow, RateClass, TopicRow
from channels.core.settings import SettingsRow
from channels.meeting import life, listing, selves, sitting
from channels.meeting.calendar import FEED_INDEXES
from channels.meeting.call import rows as call
from channels.meeting.contract import Attendees
from channels.meeting.entry import rows as entry
from channels.meeting.errors import MEETING_ERRORS
from channels.meeting.floor import rows as floor
from channels.meeting.leave import rows as leave
from channels.meeting.minutes import rows as minutes
from channels.meeting.outage import PULSE_EVERY_S, pulse
from channels.meeting.protocol import life as wire
from channels.meeting.protocol.events import FLOOR_EVENTS, MeetingCounted
from channels.meeting.protocol.sheet import SHEET_EVENTS
from channels.meeting.reading import MEETING_INDEXES, render
from channels.meeting.settings import PART, listed
from channels.meeting.telling import TOLD, tell_members
from channels.protocol.base import Done

LIFE = (
    CommandRow(
        wire.MeetingKinds, wire.MeetingKindsResult, life.kinds, "meeting.manage", RateClass.READ, writes=False
    ),
    CommandRow(wire.MeetingCreate, wire.MeetingCreated, life.create, "meeting.manage"),
    CommandRow(wire.MeetingEdit, Done, life.edit),
    CommandRow(wire.MeetingAnnounce, wire.MeetingAnnounceResult, life.announce),
    CommandRow(wire.MeetingOpenLobby, Done, sitting.open_lobby),
    CommandRow(wire.MeetingOpen, Done, sitting.open_),
    CommandRow(wire.MeetingPause, Done, sitting.pause),
    CommandRow(wire.MeetingClose, Done, sitting.close),
    CommandRow(wire.MeetingCancel, Done, life.cancel),
    CommandRow(wire.MeetingList, wire.MeetingLines, listing.list_, rate=RateClass.READ, writes=False),
    CommandRow(wire.MeetingMe, wire.MeetingMeResult, selves.me, rate=RateClass.READ, writes=False),
)

PARTS = (entry, call, floor, leave, minutes)

FEATURE = Feature(
    name="meeting",
    commands=(*LIFE, *(row for part in PARTS for row in part.ROWS)),
    events=(*FLOOR_EVENTS, *SHEET_EVENTS, MeetingCounted),
    topic=TopicRow("meeting", selves.may_enter, selves.snapshot, wire.MeetingSnapshot, render),
    queries=(QueryRow(Attendees, listing.attendees),),
    facts=(FactRow(TOLD, tell_members),),
    beats=(BeatRow("outage", PULSE_EVERY_S, pulse),),
    errors=(*MEETING_ERRORS, *(row for part in PARTS for row in part.ERRORS)),
    indexes=(*MEETING_INDEXES, *FEED_INDEXES, *(index for part in PARTS for index in part.INDEXES)),
    capabilities={
        "meeting.manage": "call and run meetings, keep the attendance sheet",
        "meeting.approve_leave": "decide on leave, never one's own",
    },
    settings=(SettingsRow(PART, listed),),
    sealed=tuple(field for part in PARTS for field in part.SEALED),
)
