"""The record and the sign-in sheet as PDF, set by typst. Pure but for fonts of the system.

What people wrote goes in as data, so nothing of it is read as markup. Imported by server.
"""

import json
from pathlib import Path
from typing import Any

import typst

from channels.meeting.minutes.document import Language, labels, rows_of
from channels.meeting.minutes.workbook import AttendanceList
from channels.meeting.protocol.minutes import MeetingMinutesText

SOURCE = Path(__file__).parent / "record.typ"


def _pdf(fields: dict[str, Any]) -> bytes:
    made = typst.compile(str(SOURCE), sys_inputs={"data": json.dumps(fields, ensure_ascii=False)})
    if not isinstance(made, bytes):
        raise TypeError("one document, one file")
    return made


def minutes_pdf(minutes: MeetingMinutesText, language: Language) -> bytes:
    """The record for printing."""
    word = labels(language)
    return _pdf(
        {
            "heading": word("会议记录", "Minutes"),
            "title": minutes.head.title,
            "header": [],
            "rows": [list(row) for row in rows_of(minutes, language)],
            "widths": [1, 4],
            "foot": f"{word('主持人签名', 'Chair')}:____________    {word('记录人签名', 'Recorder')}:____________    "
            f"SHA-256 {minutes.fingerprint[:16]}…",
        }
    )


def sign_in_pdf(listed: AttendanceList, language: Language) -> bytes:
    """A sheet to sign on paper: everybody on the roll, with room for a signature; numbers are those of the attendance list."""
    word = labels(language)
    seated = [row for row in listed.rows if row.status != "excluded"]
    return _pdf(
        {
            "heading": word("签到表", "Sign-in sheet"),
            "title": listed.minutes.head.title,
            "header": [
                word("序号", "No."),
                word("姓名", "Name"),
                word("组别", "Group"),
                word("签名", "Signature"),
                word("时间", "Time"),
            ],
            "rows": [
                [
                    str(row.order),
                    listed.names.get(row.member, ""),
                    listed.groups.get(row.group or "", ""),
                    "",
                    "",
                ]
                for row in seated
            ],
            "widths": [1, 2, 2, 4, 2],
            "foot": word("纸质签到后由组织者录入", "Entered by the organizer afterwards"),
        }
    )
