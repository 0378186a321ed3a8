"""Files of a meeting as LibreOffice reads them: the text of the minutes, the cells of the attendance list (C7)."""

import asyncio
import csv
from collections import Counter
from pathlib import Path

from channels.meeting.minutes.files import Kind, make_file
from tests.flow.meeting.branch42 import Branch42
from tests.flow.meeting.hall import counts_of
from tests.flow.meeting.story_s1 import from_notice_to_approved_minutes

ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""Commas, quotes, UTF-8, every sheet into a file of its own, cells as they are shown."""


async def converted(folder: Path, name: str, content: bytes, to: str) -> None:
    """Have LibreOffice open a file and write it in another form beside it."""
    (folder / name).write_bytes(content)
    program = await asyncio.create_subprocess_exec(
        "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", to,
        "--outdir", str(folder), str(folder / name), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(program.communicate(), 120)
    assert program.returncode == 0, said.decode()


async def test_minutes_and_list_open_in_libreoffice_and_say_the_same(b42: Branch42, tmp_path: Path) -> None:
    meeting = await from_notice_to_approved_minutes(b42)
    reader, desk = b42.world.reader, await b42.world.actor(b42.ids["何雨桐"])

    async def file(kind: Kind) -> bytes:
        return (await make_file(reader, desk, meeting, kind, "zh-CN")).content

    await converted(tmp_path, "minutes.docx", await file("minutes.docx"), "txt:Text (encoded):UTF8")
    text = (tmp_path / "minutes.txt").read_text(encoding="utf-8-sig")
    for said in (
        "应到人数",
        "42",
        "39(92.9%)",
        "高远、钟敏",
        "潘志强、姚静",
        "贺文斌",
        "赞成 35、反对 1、弃权 3",
        "志愿服务排班表",
    ):
        assert said in text, said

    counts = await counts_of(b42, meeting)
    await converted(tmp_path, "attendance.xlsx", await file("attendance.xlsx"), ALL_SHEETS)
    with (tmp_path / "attendance-签到表.csv").open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    assert header[:5] == ["序号", "姓名", "组别", "表决权", "状态"]
    states = Counter(row[4].partition("(")[0] for row in rows)
    assert states["准时"] == counts.on_time == 37
    assert states["迟到"] == counts.late == 2
    assert states["缺席"] == counts.absent == 2
    assert states["列席"] == counts.observers == 2
    assert len(rows) == 44
    by_name = {row[1]: row for row in rows}
    assert by_name["潘志强"][6] == "2026-12-10 19:17:20"
    assert "#" not in "".join(cell for row in rows for cell in row), (
        "a column is too narrow, or a cell is an error"
    )
