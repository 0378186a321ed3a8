"""Short words for the flow tests of meetings: who comes, what the screen shows, what the sheet says."""

from channels.meeting.contract import sheet_topic
from channels.meeting.protocol.entry import MeetingCheckIn, MeetingCheckInResult, MeetingShowCode
from channels.meeting.protocol.events import MeetingQuorumReached
from channels.meeting.protocol.sheet import MeetingCounts, MeetingRow
from channels.meeting.protocol.values import Meeting
from channels.meeting.reading import load
from channels.meeting.sheets import sheet_of_meeting
from tests.flow.meeting.branch42 import Branch42

ORGANIZER = "宋佳宁"


async def state_of(b42: Branch42, meeting: str) -> Meeting:
    """The meeting as stored."""
    return (await load(b42.world.reader, meeting)).state


async def row_of(b42: Branch42, meeting: str, name: str) -> MeetingRow:
    """Somebody's row."""
    sheet = await sheet_of_meeting(b42.world.reader, meeting)
    return sheet.rows[b42.ids[name]]


async def counts_of(b42: Branch42, meeting: str) -> MeetingCounts:
    """The numbers; they are counted anew, too, to be sure."""
    sheet = await sheet_of_meeting(b42.world.reader, meeting)
    assert sheet.numbers == sheet.recounted()
    return sheet.counts()


async def code_of(b42: Branch42, meeting: str) -> str:
    """What the screen shows now."""
    shown = await b42.do(ORGANIZER, MeetingShowCode, meeting=meeting)
    return str(shown.code)


async def come(b42: Branch42, meeting: str, name: str) -> MeetingCheckInResult:
    """Somebody checks in with the code of the moment."""
    result = await b42.do(name, MeetingCheckIn, meeting=meeting, code=await code_of(b42, meeting))
    assert isinstance(result, MeetingCheckInResult)
    return result


async def come_all(b42: Branch42, meeting: str, names: list[str]) -> None:
    """Many check in, a second apart."""
    for name in names:
        b42.world.clock.advance(1_000)
        await come(b42, meeting, name)


def quorum_events(b42: Branch42, meeting: str) -> list[tuple[str, int]]:
    """(rule, present) of every mark that was told, in order."""
    told = b42.world.events(b42.world.heard, f"meeting:{meeting}")
    return [
        (mark.rule, mark.present)
        for event in told
        if isinstance(event, MeetingQuorumReached)
        for mark in event.change.quorum_set
    ]


def sheet_entries(b42: Branch42, meeting: str, name: str) -> int:
    """Check-ins of somebody in the log."""
    return sum(
        entry.topic == sheet_topic(meeting)
        and entry.type == "meeting.checked_in"
        and entry.body["member"] == b42.ids[name]
        for entry in b42.world.heard
    )
