"""The attendance list: formats, frozen header, sums, and names that would like to be formulas."""

import csv
import io
import zipfile

import openpyxl
import pytest

from channels.meeting.minutes.workbook import AttendanceList, to_csv, to_xlsx
from channels.meeting.protocol.minutes import MeetingMinutesText, MinutesHead
from channels.meeting.protocol.sheet import MeetingCounts, MeetingRow
from channels.meeting.protocol.values import MeetingText

AT_MS = 1_780_000_000_000
NASTY = (
    '=HYPERLINK("https://evil.example","点我")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "'=1",
    "林 书远",
)


def member(number: int) -> str:
    return f"01980000-0000-7003-8000-{number:012x}"


def listed() -> AttendanceList:
    rows = [
        MeetingRow(member=member(n), votes=True, status="late" if n == 1 else "on_time", order=n + 1, method="code", at_ms=AT_MS,
                   late_ms=90_000 if n == 1 else 0)
        for n in range(len(NASTY))
    ]  # fmt: skip
    zero = dict.fromkeys(MeetingCounts.model_fields, 0)
    counts = MeetingCounts(
        **{**zero, "expected": len(NASTY), "attended": len(NASTY), "late": 1, "on_time": len(NASTY) - 1}
    )
    head = MinutesHead(
        organisation="社区", unit="支部", title="=1+1", kind=MeetingText(zh="大会", en="Meeting"), started_at_ms=AT_MS,
        ended_at_ms=AT_MS + 1, time_zone="Asia/Shanghai", place="@home", chair="甲", recorder="乙", counts=counts, rate_permille=1_000,
        late=[], leave=[], absent=[], left_early=[], observers=[], votes=[], tasks=[], notes=[],
    )  # fmt: skip
    minutes = MeetingMinutesText(
        meeting=member(99),
        stage="approved",
        version=1,
        by=member(1),
        head=head,
        sections=[],
        fingerprint="ab" * 32,
    )
    return AttendanceList(minutes, rows, {}, {member(n): name for n, name in enumerate(NASTY)}, {})


def test_nobodys_name_becomes_a_formula_in_a_workbook() -> None:
    content = to_xlsx(listed(), "zh-CN")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pages = [
            parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")
        ]
        links = [name for name in parts.namelist() if "_rels/sheet" in name]
    assert len(pages) == 4
    assert not any("<f>" in page or "<hyperlink" in page for page in pages)
    assert links == []
    page = openpyxl.load_workbook(io.BytesIO(content))["签到表"]
    names = [page.cell(row, 2).value for row in range(2, 2 + len(NASTY))]
    assert names[:5] == list(NASTY[:5])
    assert all(page.cell(row, 2).data_type == "s" for row in range(2, 2 + len(NASTY)))


def test_the_header_stays_and_times_are_times() -> None:
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(listed(), "zh-CN")))["签到表"]
    assert page.freeze_panes == "C2"
    assert page["G2"].is_date
    assert page["G2"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert (page["A2"].value, page["H2"].value, page["H3"].value) == (1, 0, 2)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_in_text_a_cell_that_begins_like_a_formula_gets_an_apostrophe(language: str) -> None:
    content = to_csv(listed(), language)  # type: ignore[arg-type]  # a Literal
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(NASTY) + 1
    names = [row[1] for row in rows[1:]]
    assert names == [f"'{name}" for name in NASTY[:7]] + [NASTY[7]]
