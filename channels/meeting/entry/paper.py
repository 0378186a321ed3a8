"""A signed paper sheet as a table, read against the sheet of the meeting: who is to be marked, and what a person must look at. Pure.

A line adds a presence or nothing: whoever did not sign is not made absent by it, and whoever stands on the sheet as present stays
as they are (domain.md 2.5 rule 7). The number before the name tells two of one name apart; the name alone decides who is meant.

Imported by channels.meeting.entry and server.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from channels.meeting.local_time import local
from channels.meeting.protocol.sheet import MeetingRow
from channels.meeting.sheet import PRESENT

PaperCell = str | float | date
Verdict = Literal[
    "mark",
    "same",
    "not_here",
    "differs",
    "unknown",
    "several",
    "twice",
    "unclear_mark",
    "unclear_time",
    "excluded",
]
"""mark: to be marked. same: present already. not_here: did not sign, and is not there. differs: the sheet says present, the paper
does not, or the row is disputed. The rest needs a person."""

HEADER_WITHIN_ROWS = 20
EARLY_MS = 2 * 3_600_000
"""Signing begins so long before the opening at most; what is written earlier is a slip of the pen."""

_COLUMNS: dict[str, frozenset[str]] = {
    "order": frozenset(("序号", "序", "顺序号", "no", "#", "number")),
    "name": frozenset(("姓名", "名字", "成员姓名", "参会人", "参会人员", "name", "fullname")),
    "sign": frozenset(("签名", "签到", "签字", "本人签名", "本人签字", "signature", "signed", "sign")),
    "status": frozenset(("状态", "到会情况", "出席情况", "出勤", "考勤", "status", "attendance")),
    "time": frozenset(("时间", "签到时间", "到会时间", "到达时间", "到场时间", "time", "arrived", "signedat")),
}  # fmt: skip
_ON_TIME = frozenset(
    ("准时", "到", "已到", "到会", "已签", "出席", "是", "√", "✓", "✔", "☑", "1", "ontime", "present", "here", "yes", "y", "true")
)  # fmt: skip
_LATE = frozenset(("迟到", "晚到", "late"))
_NOT_HERE = frozenset(
    ("", "未到", "缺席", "请假", "公假", "病假", "事假", "否", "无", "×", "✗", "✘", "0", "—", "–", "absent", "onleave",
     "officialduty", "nothereyet", "no", "n", "false")
)  # fmt: skip
_UNCLEAR = frozenset(("x", "?", "待定", "存疑", "tobeconfirmed"))
"""A cross is a tick for some and a refusal for others."""

_CLOCK = re.compile(
    r"(?P<half>上午|下午|晚上|am|pm)?(?P<h>\d{1,2})[:点时](?P<m>\d{1,2})分?"
    r"(?:[:]?(?P<s>\d{1,2})秒?)?(?P<after>am|pm)?\Z"
)
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
_SPACES = re.compile(r"[\s:：*_./、,\-|]+")
_AFTERNOON = frozenset(("下午", "晚上", "pm"))
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody on the sheet: their name as it is shown, and their row."""

    name: str
    row: MeetingRow


@dataclass(frozen=True, slots=True)
class Hours:
    """When a signature can have been given.

    Attributes:
        zone: IANA name of the organisation's time zone; what is written is meant in it.
        opened_at_ms: Opening of the meeting, server time.
        late_from_ms: From when on one is late, server time.
        until_ms: End of the meeting, or now.
    """

    zone: str
    opened_at_ms: int
    late_from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line of the paper.

    Attributes:
        row: As the spreadsheet program counts, from 1.
        name: As written there, shortened to 60 characters.
        verdict: See Verdict.
        member: Who is meant, when that is known.
        status: What `mark` makes of them.
        at_ms: The time that is written, server time; None for none.
        late_ms: How late that is; 0 for on time and when nothing is written.
    """

    row: int
    name: str
    verdict: Verdict
    member: str | None = None
    status: Literal["on_time", "late"] | None = None
    at_ms: int | None = None
    late_ms: int = 0


def header_of(rows: Sequence[Sequence[PaperCell]]) -> tuple[int, dict[str, int]] | None:
    """Index of the header row and column of each known title; None when no row names people and where they signed."""
    for index, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        found: dict[str, int] = {}
        for column, cell in enumerate(row):
            word = _folded(_BRACKETS.sub("", _text(cell)))
            for title, words in _COLUMNS.items():
                if word in words:
                    found.setdefault(title, column)
        if "name" in found and found.keys() & {"sign", "status", "time"}:
            return index, found
    return None


def read_paper(
    rows: Sequence[Sequence[PaperCell]], seats: Iterable[Seat], hours: Hours
) -> list[PaperLine] | None:
    """The lines of a paper sheet that name somebody; None when there is no header.

    Args:
        rows: Cells as a reader of tables gives them; row `i` is the program's row `i + 1`.
        seats: Everybody on the sheet of the meeting.
        hours: What times are held against.
    """
    header = header_of(rows)
    if header is None:
        return None
    start, columns = header
    by_name: dict[str, list[Seat]] = {}
    for seat in seats:
        by_name.setdefault(_folded(seat.name), []).append(seat)
    lines: list[PaperLine] = []
    seen: set[str] = set()
    for index, row in enumerate(rows[start + 1 :], start + 2):
        cells = {title: row[column] if column < len(row) else "" for title, column in columns.items()}
        name = _text(cells["name"]).strip()
        if not name:
            continue
        line = _line(index, name[:60], cells, by_name, hours)
        if line.member is not None:
            member = line.member
            if member in seen:
                line = PaperLine(index, line.name, "twice", member)
            seen.add(member)
        lines.append(line)
    return lines


def _line(
    index: int, name: str, cells: Mapping[str, PaperCell], by_name: Mapping[str, list[Seat]], hours: Hours
) -> PaperLine:
    meant = by_name.get(_folded(name), [])
    if len(meant) > 1:
        order = _text(cells.get("order", "")).strip()
        meant = [seat for seat in meant if str(seat.row.order) == order] or meant
    if len(meant) != 1:
        return PaperLine(index, name, "several" if meant else "unknown")
    row = meant[0].row
    if row.status == "excluded":
        return PaperLine(index, name, "excluded", row.member)
    mark = _mark(cells)
    if mark is None:
        return PaperLine(index, name, "unclear_mark", row.member)
    here = row.status in PRESENT or (row.status == "observer" and row.at_ms is not None)
    if mark == "not_here" or row.disputed:
        return PaperLine(index, name, "differs" if here else "not_here", row.member)
    if here:
        return PaperLine(index, name, "same", row.member)
    return _present(PaperLine(index, name, "mark", row.member), mark, cells.get("time", ""), hours)


def _mark(cells: Mapping[str, PaperCell]) -> Literal["on_time", "late", "not_here"] | None:
    status = _folded(_text(cells.get("status", "")))
    if status in _LATE:
        return "late"
    if status in _ON_TIME:
        return "on_time"
    signed = _folded(_text(cells.get("sign", "")))
    if (status and status not in _NOT_HERE) or signed in _UNCLEAR:
        return None
    if signed not in _NOT_HERE or (not status and cells.get("time", "") != ""):
        # A signature beside a status that says absent is a contradiction.
        return None if status else "late" if signed in _LATE else "on_time"
    return "not_here"


def _present(
    line: PaperLine, mark: Literal["on_time", "late"], written: PaperCell, hours: Hours
) -> PaperLine:
    if written == "":
        return replace(line, status=mark)
    at_ms = moment(written, hours)
    if at_ms is None:
        return replace(line, verdict="unclear_time")
    late_ms = max(0, at_ms - hours.late_from_ms)
    if late_ms:
        mark = "late"
    return replace(line, status=mark, at_ms=at_ms, late_ms=late_ms)


def moment(written: PaperCell, hours: Hours) -> int | None:
    """Server time of what is written; None for what is no time of day, or none between two hours before the opening and the end.

    A time without a date is the first such moment after two hours before the opening, so that a meeting may pass midnight.
    """
    zone = ZoneInfo(hours.zone)
    first = hours.opened_at_ms - EARLY_MS
    if isinstance(written, str):
        written = _dated(written)
    if isinstance(written, datetime):
        at_ms = round(written.replace(tzinfo=zone).timestamp() * 1_000)
    else:
        clock_s = _clock_s(written)
        if clock_s is None:
            return None
        begin = local(first, hours.zone)
        midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
        moments = (midnight + timedelta(days=days, seconds=clock_s) for days in (0, 1))
        at_ms = next((ms for day in moments if (ms := round(day.timestamp() * 1_000)) >= first), first - 1)
    return at_ms if first <= at_ms <= hours.until_ms else None


def _dated(written: str) -> str | datetime:
    try:
        return datetime.fromisoformat(written.strip()).replace(tzinfo=None) if "-" in written else written
    except ValueError:
        return written


def _clock_s(written: PaperCell) -> int | None:
    if isinstance(written, float):
        return round(written * DAY_S) if 0 <= written < 1 else None
    if isinstance(written, date):
        return None
    found = _CLOCK.match(unicodedata.normalize("NFKC", written).casefold().replace(" ", ""))
    if found is None:
        return None
    hour, minute, second = int(found["h"]), int(found["m"]), int(found["s"] or 0)
    half = found["half"] or found["after"]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    return hour * 3_600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _text(cell: PaperCell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e9 else ""
    return cell.isoformat() if isinstance(cell, date) else cell


def _folded(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()
