"""Story S1 through the pipeline; through sockets it is played in tests/wire/test_meeting_stories.py."""

from tests.flow.meeting.branch42 import Branch42
from tests.flow.meeting.story_s1 import from_notice_to_approved_minutes


async def test_s1_from_notice_to_approved_minutes(b42: Branch42) -> None:
    await from_notice_to_approved_minutes(b42)
