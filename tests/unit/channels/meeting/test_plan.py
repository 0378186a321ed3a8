"""Plans: what cannot be is refused with its field; rows of meetings keep the wall clock."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels.meeting.errors import PLAN_WRONG, ROLES_CLASH
from channels.meeting.kind import all_kinds, rules_of
from channels.meeting.plan import STARTS_MAX_MS, check_plan, repeated
from channels.meeting.protocol.life import MeetingItemDraft, MeetingPlan, MeetingRepeat
from channels.protocol.errors import ErrorRow, Refused

HOUR_MS = 3_600_000
A, B, C, STRANGER = (f"01980000-0000-7003-8000-00000000000{n}" for n in (1, 2, 3, 4))
FILE = all_kinds()["party_branch_zh"]
RULES = rules_of(FILE, FILE.kinds[0], 1)


def at(year: int, month: int, day: int, hour: int = 19, zone: str = "Asia/Shanghai") -> int:
    return int(datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).timestamp() * 1_000)


def plan(**fields: Any) -> MeetingPlan:  # noqa: ANN401 - fields of the plan
    starts_at_ms = fields.get("starts_at_ms", at(2026, 12, 10))
    usual = {
        "title": "大会", "starts_at_ms": starts_at_ms, "ends_at_ms": starts_at_ms + HOUR_MS, "chair": A, "organizer": A, "recorder": B,
    }  # fmt: skip
    return MeetingPlan(**{**usual, **fields})


def checked(wanted: MeetingPlan) -> None:
    check_plan(wanted, RULES, lambda member: member != STRANGER)


@pytest.mark.parametrize(
    ("fields", "row", "params"),
    [
        ({"ends_at_ms": at(2026, 12, 10)}, PLAN_WRONG, {"field": "ends_at_ms"}),
        ({"ends_at_ms": at(2026, 12, 12)}, PLAN_WRONG, {"field": "ends_at_ms"}),
        ({"starts_at_ms": 2**52}, PLAN_WRONG, {"field": "starts_at_ms"}),
        ({"link": "http://call.example"}, PLAN_WRONG, {"field": "link"}),
        ({"link": "javascript:alert(1)"}, PLAN_WRONG, {"field": "link"}),
        ({"recorder": A}, ROLES_CLASH, {}),
        ({"chair": STRANGER}, PLAN_WRONG, {"field": "chair"}),
        ({"tellers": [C, STRANGER]}, PLAN_WRONG, {"field": "tellers"}),
        ({"guests": [STRANGER]}, PLAN_WRONG, {"field": "guests"}),
        (
            {"items": [MeetingItemDraft(title="议", kind="motion", rule="nowhere")]},
            PLAN_WRONG,
            {"field": "rule"},
        ),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], row: ErrorRow, params: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        checked(plan(**fields))
    assert (caught.value.row, caught.value.params) == (row, params)


def test_what_can_be_is_not() -> None:
    checked(plan(tellers=[C], guests=[C], link="https://call.example/x"))
    last = plan(starts_at_ms=STARTS_MAX_MS)
    checked(last)
    assert len(repeated(last, MeetingRepeat(every="month", count=60), "Asia/Shanghai")) == 60


def starts(first_ms: int, every: str, count: int, zone: str = "Asia/Shanghai") -> list[str]:
    repeat = MeetingRepeat(every=every, count=count)  # type: ignore[arg-type]  # a Literal
    times = repeated(plan(starts_at_ms=first_ms), repeat, zone)
    assert all(time.ends_at_ms - time.starts_at_ms == HOUR_MS for time in times)
    return [
        f"{datetime.fromtimestamp(time.starts_at_ms / 1_000, ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        for time in times
    ]


def test_weeks_keep_the_weekday() -> None:
    assert starts(at(2026, 12, 24), "week", 3) == ["2026-12-24 19:00", "2026-12-31 19:00", "2027-01-07 19:00"]
    assert starts(at(2026, 12, 24), "two_weeks", 2) == ["2026-12-24 19:00", "2027-01-07 19:00"]


def test_a_month_without_the_day_takes_its_last_one() -> None:
    assert starts(at(2027, 11, 30), "month", 5) == [
        "2027-11-30 19:00",
        "2027-12-30 19:00",
        "2028-01-30 19:00",
        "2028-02-29 19:00",
        "2028-03-30 19:00",
    ]


def test_the_wall_clock_stands_while_summer_time_changes() -> None:
    zone = "Europe/Berlin"
    assert starts(at(2027, 3, 22, zone=zone), "week", 2, zone) == ["2027-03-22 19:00", "2027-03-29 19:00"]


def test_once_is_once() -> None:
    assert len(repeated(plan(), None, "Asia/Shanghai")) == 1
