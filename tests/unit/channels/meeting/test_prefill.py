"""What the minutes know by themselves."""

import pytest

from channels.meeting.minutes.prefill import missing_parts, notes_of, rate_permille
from channels.meeting.protocol.minutes import MinutesSection
from channels.meeting.protocol.sheet import MeetingRow
from channels.meeting.protocol.values import Meeting, MeetingBaton, MeetingOfficers, MeetingRound
from channels.meeting.sheet import Sheet
from tests.unit.channels.meeting.test_plan import RULES, A, B

AT_MS = 1_780_000_000_000
MEETING = "01980000-0000-7002-8000-000000000001"


def state(**fields: object) -> Meeting:
    usual = {
        "id": MEETING, "unit": MEETING, "stage": "closed", "title": "大会", "starts_at_ms": AT_MS, "ends_at_ms": AT_MS + 1,
        "rules": RULES, "officers": MeetingOfficers(chair=A, recorder=B, organizer=A), "baton": MeetingBaton(owner=A, version=1),
        "made_by": A, "closed_at_ms": AT_MS + 1,
    }  # fmt: skip
    return Meeting(**{**usual, **fields})  # type: ignore[arg-type]  # fields of many types


def sheet(by_hand: int, by_code: int) -> Sheet:
    made = Sheet(MEETING)
    made.seat(
        MeetingRow(
            member=f"01980000-0000-7003-8000-{n:012x}", votes=True, status="on_time", order=n + 1,
            method="organizer" if n < by_hand else "code",
        )
        for n in range(by_hand + by_code)
    )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("attended", "expected", "rate"), [(39, 42, 929), (0, 0, 0), (1, 3, 333), (2, 3, 667), (1, 2_000, 1)]
)
def test_the_rate_is_rounded_half_up(attended: int, expected: int, rate: int) -> None:
    assert rate_permille(attended, expected) == rate


def test_more_than_a_fifth_by_hand_is_said() -> None:
    assert notes_of(state(), sheet(1, 4)) == []
    (note,) = notes_of(state(), sheet(2, 7))
    assert note.zh == "实到9人中有2人由组织者代录或纸质签到"


def test_an_extended_window_is_said_with_its_reason() -> None:
    longer = MeetingRound(
        id=MEETING,
        order=1,
        opens_at_ms=AT_MS,
        late_from_ms=AT_MS,
        closes_at_ms=AT_MS,
        extended_ms=90_001,
        reason="大雨",
    )
    (note,) = notes_of(state(rounds=[longer]), sheet(0, 1))
    assert note.zh == "第1轮签到延长2分钟:大雨"


def test_minutes_without_what_was_said_or_an_end_are_not_complete() -> None:
    said = [MinutesSection(id=MEETING, title="议题", text="讨论并通过")]
    assert missing_parts(state(), said) == []
    missing = missing_parts(state(closed_at_ms=None), [MinutesSection(id=MEETING, title="议题", text=" ")])
    assert [part.zh for part in missing] == ["讨论内容", "散会时间"]
