"""The calendar feed as calendars read it (RFC 5545)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from channels.meeting.calendar import rendered
from channels.meeting.protocol.values import MeetingItem
from channels.meeting.reading import Held
from storage.ids import UnitId
from tests.unit.channels.meeting.test_plan import at
from tests.unit.channels.meeting.test_prefill import MEETING, state

PAGE = "https://hui.example"


def held(rev: int = 3, **fields: Any) -> Held:  # noqa: ANN401 - fields of the meeting
    starts_at_ms = at(2026, 12, 10)
    usual = {
        "stage": "announced", "title": "支部党员大会,很长的标题;带有标点\\和换行" * 3, "place": "社区二楼", "starts_at_ms": starts_at_ms,
        "ends_at_ms": starts_at_ms + 6_000_000, "announced_at_ms": at(2026, 12, 7),
        "items": [MeetingItem(id=MEETING, order=1, title="通报", kind="report", planned_ms=0)],
    }  # fmt: skip
    return Held(state(**{**usual, **fields}), rev, MEETING, UnitId(MEETING))


def events(*meetings: Held) -> list[Any]:
    content = rendered(list(meetings), "第二党支部", "Asia/Shanghai", PAGE)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar: Any = Calendar.from_ical(content)
    assert calendar["version"] == "2.0"
    return [part for part in calendar.walk() if part.name == "VEVENT"]


def test_a_meeting_is_an_event_in_the_zone_of_the_organisation() -> None:
    (event,) = events(held())
    assert event["uid"] == f"{MEETING}@huitang"
    assert event.decoded("dtstart") == datetime(2026, 12, 10, 19, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert str(event["summary"]) == "支部党员大会,很长的标题;带有标点\\和换行" * 3
    assert str(event["description"]) == "1. 通报"
    assert str(event["url"]) == f"{PAGE}/meetings/{MEETING}"
    assert (event["sequence"], event["status"]) == (3, "CONFIRMED")


def test_a_cancelled_meeting_stays_and_says_so() -> None:
    (event,) = events(held(rev=4, stage="cancelled"))
    assert (event["sequence"], event["status"]) == (4, "CANCELLED")


def test_nobody_is_named_and_nobody_is_invited() -> None:
    (event,) = events(held())
    assert "attendee" not in event
    assert "organizer" not in event
