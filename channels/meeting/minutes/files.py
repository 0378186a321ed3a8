"""Files of a meeting, made from what is stored, for whoever may read them. Imported by server.

Rendering runs in a thread, one at a time per process: a document takes some 100 ms of CPU.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from channels.branch.contract import GroupsOf
from channels.core.actor import Actor
from channels.core.context import Reader
from channels.meeting.errors import WRONG_STAGE
from channels.meeting.minutes.document import Language, head_title, to_docx
from channels.meeting.minutes.handlers import check_readable
from channels.meeting.minutes.printed import minutes_pdf, sign_in_pdf
from channels.meeting.minutes.store import minutes_of, surroundings
from channels.meeting.minutes.workbook import AttendanceList, to_csv, to_xlsx
from channels.meeting.rights import Scene, scene
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import FORBIDDEN, Refused

Kind = Literal["minutes.docx", "minutes.pdf", "attendance.xlsx", "attendance.csv", "sign-in.pdf"]
MEDIA: dict[Kind, str] = {
    "minutes.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "minutes.pdf": "application/pdf",
    "attendance.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "attendance.csv": "text/csv; charset=utf-8",
    "sign-in.pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file to hand out."""

    content: bytes
    media: str
    name: str


class Press:
    """Kept in `Reader.memory`: one rendering at a time."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()


async def make_file(reader: Reader, actor: Actor, meeting: str, kind: Kind, language: Language) -> Made:
    """A file of a meeting.

    Minutes may be taken by whoever may read them; lists of names by the desk.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOT_APPROVED.
    """
    found = await scene(reader, actor, meeting)
    listed = await _listed(reader, found)
    if kind in ("minutes.docx", "minutes.pdf"):
        check_readable(found)
    elif not found.is_.desk:
        raise Refused(FORBIDDEN)
    if not listed.rows:
        raise Refused(WRONG_STAGE)
    async with reader.memory.of(Press).lock:
        content = await asyncio.to_thread(_render, listed, kind, language)
    stem, _, ending = kind.partition(".")
    return Made(content, MEDIA[kind], f"{head_title(listed.minutes.head)} {stem}.{ending}")


def _render(listed: AttendanceList, kind: Kind, language: Language) -> bytes:
    match kind:
        case "minutes.docx":
            return to_docx(listed.minutes, language)
        case "minutes.pdf":
            return minutes_pdf(listed.minutes, language)
        case "attendance.xlsx":
            return to_xlsx(listed, language)
        case "attendance.csv":
            return to_csv(listed, language)
        case "sign-in.pdf":
            return sign_in_pdf(listed, language)


async def _listed(reader: Reader, found: Scene) -> AttendanceList:
    sheet = await sheet_of_meeting(reader, found.meeting.id)
    around = await surroundings(reader, found.held, sheet)
    groups = await reader.ask(GroupsOf(found.meeting.unit))
    return AttendanceList(
        minutes=await minutes_of(reader, found.held),
        rows=sorted(sheet.rows.values(), key=lambda row: (row.order, row.member)),
        leaves=dict(sheet.leaves),
        names=around.names,
        groups={group.unit: group.name for group in groups},
    )
