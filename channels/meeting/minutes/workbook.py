"""The attendance list as a workbook and as text, for Excel and WPS (domain.md 2.7). Pure.

Text cells are written as text and numbers and times as such, so nothing a member is called becomes a formula; in the text
file a cell that begins like one gets an apostrophe (OWASP, CSV injection). Imported by server.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from channels.meeting.local_time import local
from channels.meeting.minutes.document import Language, labels, rows_of, said
from channels.meeting.minutes.words import LEAVE, METHODS, STATUS
from channels.meeting.protocol.minutes import MeetingMinutesText
from channels.meeting.protocol.sheet import MeetingLeaveLine, MeetingRow

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
MINUTE_MS = 60_000
Cell = str | int | datetime


@dataclass(frozen=True, slots=True)
class AttendanceList:
    """What a list is made of.

    Attributes:
        minutes: Head with the numbers.
        rows: Rows of the sheet in the order of the roll.
        leaves: Member -> request.
        names: Member -> display name.
        groups: Group -> name.
    """

    minutes: MeetingMinutesText
    rows: Sequence[MeetingRow]
    leaves: Mapping[str, MeetingLeaveLine]
    names: Mapping[str, str]
    groups: Mapping[str, str]


def header(language: Language) -> list[str]:
    """Column titles."""
    word = labels(language)
    return [
        word("序号", "No."),
        word("姓名", "Name"),
        word("组别", "Group"),
        word("表决权", "Votes"),
        word("状态", "Status"),
        word("方式", "How"),
        word("时间", "Time"),
        word("迟到分钟", "Minutes late"),
        word("备注", "Remark"),
    ]


def lines(listed: AttendanceList, language: Language) -> list[list[Cell]]:
    """One line for each row of the sheet."""
    zone = listed.minutes.head.time_zone
    word = labels(language)
    return [
        [
            row.order,
            listed.names.get(row.member, ""),
            listed.groups.get(row.group or "", ""),
            word("有", "yes") if row.votes else word("无", "no"),
            _status(row, language),
            said(METHODS[row.method], language) if row.method is not None else "",
            local(row.at_ms, zone).replace(tzinfo=None) if row.at_ms is not None else "",
            -(-row.late_ms // MINUTE_MS),
            _remark(row, listed.leaves.get(row.member), language),
        ]
        for row in listed.rows
    ]


def _status(row: MeetingRow, language: Language) -> str:
    word = labels(language)
    if row.disputed:
        return word("存疑", "to be confirmed")
    text = said(STATUS[row.status], language)
    return f"{text}({word('早退', 'left early')})" if row.left_at_ms is not None else text


def _remark(row: MeetingRow, leave: MeetingLeaveLine | None, language: Language) -> str:
    word = labels(language)
    parts = []
    if row.status in ("leave", "official") and leave is not None and leave.category in LEAVE:
        parts.append(said(LEAVE[leave.category], language))
    if row.remote:
        parts.append(word("线上", "remote"))
    if row.made_up:
        parts.append(word("已补学", "made up"))
    return "、".join(parts)


def to_xlsx(listed: AttendanceList, language: Language) -> bytes:
    """A workbook: the meeting, the list with its header frozen, votes, tasks."""
    word = labels(language)
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    head = listed.minutes.head
    votes: list[list[Cell]] = [
        [vote.title, said(vote.form_title, language), vote.result.yes, vote.result.no, vote.result.abstain, vote.result.needed,
         said(vote.outcome, language)]
        for vote in head.votes if vote.result is not None
    ]  # fmt: skip
    vote_header = [word(zh, en) for zh, en in (
        ("事项", "Motion"), ("方式", "Form"), ("赞成", "For"), ("反对", "Against"), ("弃权", "Abstain"), ("需", "Needed"),
        ("结果", "Outcome"),
    )]  # fmt: skip
    tasks: list[list[Cell]] = [[task.title, task.owner, task.due_on] for task in head.tasks]
    task_header = [word("事项", "Task"), word("责任人", "Owner"), word("时限", "Due")]
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": head.title, "author": head.recorder})
        formats = {
            "head": book.add_format({"bold": True}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        facts: list[list[Cell]] = [list(row) for row in rows_of(listed.minutes, language)]
        facts.append([word("记录指纹", "Fingerprint"), listed.minutes.fingerprint])
        _page(book, word("会议信息", "Meeting"), [], facts, (18, 60), formats)
        widths = (6, 12, 14, 8, 14, 12, 20, 10, 16)
        _page(book, word("签到表", "Attendance"), header(language), lines(listed, language), widths, formats)
        _page(book, word("表决", "Votes"), vote_header, votes, (40, 16, 8, 8, 8, 8, 12), formats)
        _page(book, word("待办", "Tasks"), task_header, tasks, (40, 14, 14), formats)
    return buffer.getvalue()


def _page(  # noqa: PLR0913 - the parts of one sheet
    book: Any,  # noqa: ANN401 - xlsxwriter has no types
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[int],
    formats: Mapping[str, Any],
) -> None:
    page = book.add_worksheet(title)
    for column, text in enumerate(head):
        page.write_string(0, column, text, formats["head"])
    for number, row in enumerate(rows, 1 if head else 0):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(number, column, cell, formats["time"])
            elif isinstance(cell, int):
                page.write_number(number, column, cell)
            else:
                page.write_string(number, column, cell)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    if head:
        page.freeze_panes(1, 2 if len(head) > 3 else 0)


def to_csv(listed: AttendanceList, language: Language) -> bytes:
    """The list as UTF-8 with byte order mark; lines end in CR LF (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header(language))
    for line in lines(listed, language):
        writer.writerow(
            [
                _quoted(f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else str(cell))
                for cell in line
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _quoted(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
