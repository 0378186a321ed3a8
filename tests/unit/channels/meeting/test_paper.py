"""A signed paper sheet read against the sheet of the meeting: who is marked, and what a person must look at."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.meeting.entry.paper import Hours, PaperCell, PaperLine, Seat, header_of, moment, read_paper
from channels.meeting.protocol.sheet import MeetingRow, RowStatus

ZONE = "Asia/Shanghai"


def at(clock: str) -> int:
    """A moment of 18 July 2026 in Shanghai, written `HH:MM:SS`."""
    return round(datetime.fromisoformat(f"2026-07-18T{clock}+08:00").timestamp() * 1_000)


HOURS = Hours(ZONE, opened_at_ms=at("19:00:00"), late_from_ms=at("19:15:00"), until_ms=at("20:32:00"))
NAMES = ("林书远", "宋佳宁", "高远", "王芳", "王芳", "孙列席", "龙海生", "田甜", "钟敏")
"""Invented; two of one name."""

STATUS: dict[int, RowStatus] = {6: "observer", 7: "excluded", 8: "on_time"}


def seat(
    order: int, status: RowStatus = "expected", *, disputed: bool = False, at_ms: int | None = None
) -> Seat:
    ident = f"01980000-0000-7000-8000-{order:012d}"
    row = MeetingRow(member=ident, votes=True, status=status, order=order, disputed=disputed, at_ms=at_ms)
    return Seat(NAMES[order - 1], row)


SEATS = [
    *(seat(order, STATUS.get(order, "expected")) for order in range(1, 9)),
    seat(9, "late", disputed=True),
]


def read(
    *rows: tuple[PaperCell, ...], head: tuple[str, ...] = ("序号", "姓名", "签名", "时间")
) -> list[PaperLine]:
    lines = read_paper([("2026年7月支部党员大会签到表",), head, *rows], SEATS, HOURS)
    assert lines is not None
    return lines


def test_who_signed_is_marked_and_who_did_not_is_not_made_absent() -> None:
    lines = read((1.0, "林书远", "林书远", ""), (2.0, "宋佳宁", "", ""), (3.0, "高 远", "√", "19:20"))
    assert [(line.verdict, line.status, line.late_ms) for line in lines] == [
        ("mark", "on_time", 0),
        ("not_here", None, 0),
        ("mark", "late", 300_000),
    ]
    assert lines[2].at_ms == at("19:20:00")
    assert [line.row for line in lines] == [3, 4, 5]


def test_of_one_name_the_number_says_who() -> None:
    lines = read((5.0, "王芳", "王芳", ""), (9.0, "王芳", "王芳", ""), ("", "王芳", "王芳", ""))
    assert [(line.verdict, line.member) for line in lines] == [
        ("mark", SEATS[4].row.member),
        ("several", None),
        ("several", None),
    ]


def test_a_number_that_does_not_fit_does_not_change_who_is_meant() -> None:
    (line,) = read((1.0, "高远", "√", ""))
    assert (line.verdict, line.member) == ("mark", SEATS[2].row.member)


@pytest.mark.parametrize(
    ("name", "sign", "written", "verdict"),
    [
        ("没有此人", "√", "", "unknown"),
        ("龙海生", "√", "", "excluded"),
        ("田甜", "田甜", "", "same"),
        ("田甜", "", "", "differs"),
        ("钟敏", "钟敏", "", "differs"),  # disputed: for people to settle
        ("孙列席", "√", "", "mark"),
        ("高远", "x", "", "unclear_mark"),
        ("高远", "×", "", "not_here"),
        ("高远", "—", "", "not_here"),
        ("高远", "", "19:05", "mark"),
        ("高远", "√", "七点多", "unclear_time"),
        ("高远", "√", "16:59", "unclear_time"),  # two hours before the opening at most
        ("高远", "√", "20:33", "unclear_time"),  # after the end
    ],
)
def test_what_a_person_must_look_at_is_named(name: str, sign: str, written: str, verdict: str) -> None:
    (line,) = read(("", name, sign, written))
    assert line.verdict == verdict
    assert (line.status is not None) == (verdict == "mark")


@pytest.mark.parametrize(
    ("status", "sign", "verdict", "marked"),
    [
        ("准时", "", "mark", "on_time"),
        ("迟到", "", "mark", "late"),
        ("请假", "", "not_here", None),
        ("On time", "", "mark", "on_time"),
        ("not here yet", "", "not_here", None),
        ("缺席", "高远", "unclear_mark", None),  # signed and absent: a contradiction
        ("半场", "", "unclear_mark", None),
        ("", "高远", "mark", "on_time"),
    ],
)
def test_words_of_the_exported_list_are_understood(
    status: str, sign: str, verdict: str, marked: str | None
) -> None:
    lines = read_paper([("姓名", "状态", "签名"), ("高远", status, sign)], SEATS, HOURS)
    assert lines is not None
    assert [(line.verdict, line.status) for line in lines] == [(verdict, marked)]


def test_somebody_twice_is_taken_once() -> None:
    lines = read((1.0, "林书远", "√", ""), (2.0, "林书远", "√", ""))
    assert [line.verdict for line in lines] == ["mark", "twice"]


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("19:05", "19:05:00"),
        ("19：05", "19:05:00"),
        ("19:05:30", "19:05:30"),
        ("19点05分", "19:05:00"),
        ("19时5分", "19:05:00"),
        ("下午7:05", "19:05:00"),
        ("晚上 7点05", "19:05:00"),
        ("7:05 PM", "19:05:00"),
        ("2026-07-18 19:05:00", "19:05:00"),
        (datetime.fromisoformat("2026-07-18T19:05"), "19:05:00"),
        ((19 * 60 + 5) / 1440, "19:05:00"),
    ],
)
def test_times_as_people_write_them(written: PaperCell, clock: str) -> None:
    assert moment(written, HOURS) == at(clock)


@pytest.mark.parametrize(
    "written",
    [
        "7:05",
        "25:00",
        "19:60",
        "五点",
        date(2026, 7, 18),
        1.5,
        -0.1,
        datetime.fromisoformat("2026-07-17T19:05"),
        "2026-07-17 19:05:00",
    ],
)
def test_what_is_no_time_of_this_meeting_is_none(written: PaperCell) -> None:
    assert moment(written, HOURS) is None


def test_a_meeting_may_pass_midnight() -> None:
    hours = Hours(ZONE, at("23:30:00"), at("23:45:00"), at("23:30:00") + 3 * 3_600_000)
    assert moment("00:10", hours) == at("23:30:00") + 40 * 60_000
    assert moment("23:40", hours) == at("23:40:00")


def test_a_table_without_names_or_marks_is_no_paper() -> None:
    assert read_paper([("姓名", "电话"), ("林书远", "1")], SEATS, HOURS) is None
    assert read_paper([], SEATS, HOURS) is None
    assert header_of([("No.", "Name", "Group", "Signature", "Time")]) == (
        0,
        {"order": 0, "name": 1, "sign": 3, "time": 4},
    )


CELLS = st.one_of(
    st.text(max_size=12), st.floats(allow_nan=False, allow_infinity=False), st.dates(), st.datetimes()
)


@given(
    st.lists(
        st.tuples(CELLS, st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), CELLS, CELLS), max_size=12
    )
)
def test_whatever_is_written_nobody_is_marked_twice_or_against_the_sheet(
    rows: list[tuple[PaperCell, ...]],
) -> None:
    lines = read(*rows)
    marked = [line for line in lines if line.verdict == "mark"]
    assert len({line.member for line in marked}) == len(marked)
    free = {seat.row.member for seat in SEATS if seat.row.status in ("expected", "observer")}
    assert {line.member for line in marked} <= free
    for line in marked:
        assert line.at_ms is None or HOURS.opened_at_ms - 2 * 3_600_000 <= line.at_ms <= HOURS.until_ms
