"""Minutes as a Word document, in the form of a record book: one table, SimSun, pages numbered x/y. Pure.

Imported by server.
"""

import io
from collections.abc import Callable
from typing import Any, Literal

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from channels.meeting.local_time import local
from channels.meeting.protocol.minutes import MeetingMinutesText, MinutesHead, MinutesSection, MinutesVote
from channels.meeting.protocol.values import MeetingText

Language = Literal["zh-CN", "en"]
FONT = "宋体"
Row = tuple[str, str]


def said(text: MeetingText, language: Language) -> str:
    """The words in a language."""
    return text.zh if language == "zh-CN" else text.en


def labels(language: Language) -> Callable[[str, str], str]:
    """Chooses between a Chinese and an English word."""
    return (lambda zh, _en: zh) if language == "zh-CN" else (lambda _zh, en: en)


def rows_of(minutes: MeetingMinutesText, language: Language) -> list[Row]:
    """Label and content of every line of the form, in its order; also what other formats print."""
    head, word = minutes.head, labels(language)
    counts = head.counts
    begins, ends = local(head.started_at_ms, head.time_zone), local(head.ended_at_ms, head.time_zone)
    comma = "、" if language == "zh-CN" else ", "
    none = word("无", "none")
    rows = [
        (word("单位", "Unit"), f"{head.organisation} {head.unit}"),
        (word("会议名称", "Meeting"), head.title),
        (word("会议类型", "Kind"), said(head.kind, language)),
        (word("时间", "Time"), f"{begins:%Y-%m-%d %H:%M} – {ends:%H:%M}"),
        (word("地点", "Place"), head.place or none),
        (word("主持人", "Chair"), head.chair),
        (word("记录人", "Recorder"), head.recorder),
        (word("应到人数", "Expected"), str(counts.expected)),
        (word("有表决权", "Entitled to vote"), str(counts.entitled)),
        (word("实到人数", "Present"), f"{counts.attended}({head.rate_permille / 10:.1f}%)"),
        (word("迟到", "Late"), comma.join(head.late) or none),
        (word("请假", "On leave"), comma.join(f"{name}({why})" for name, why in head.leave) or none),
        (word("缺席", "Absent"), comma.join(head.absent) or none),
        (word("早退", "Left early"), comma.join(head.left_early) or none),
        (word("列席", "Observers"), comma.join(head.observers) or none),
    ]
    if counts.excluded:
        rows.append((word("不计入应到", "Not expected, by decision"), str(counts.excluded)))
    rows += [(word("说明", "Note"), said(note, language)) for note in head.notes]
    rows += [
        (f"{word('议题', 'Item')} {place}", section_text(section, language))
        for place, section in enumerate(minutes.sections, 1)
    ]
    rows += [(word("表决", "Vote"), vote_text(vote, language)) for vote in head.votes]
    rows += [
        (
            word("责任人与时限", "Task"),
            comma.join(part for part in (task.title, task.owner, task.due_on) if part),
        )
        for task in head.tasks
    ]
    rows.append((word("遗留问题", "Open matters"), minutes.open_matters or none))
    return rows


def section_text(section: MinutesSection, language: Language) -> str:
    """An item: its title, what was said, who said what."""
    colon = ":" if language == "zh-CN" else ": "
    quotes = [f"{one.name}{colon}{one.text}" if one.name else one.text for one in section.statements]
    return "\n".join(part for part in (section.title, section.text, *quotes) if part)


def vote_text(vote: MinutesVote, language: Language) -> str:
    """A vote with every number."""
    word = labels(language)
    numbers = [
        f"{word('应到有表决权', 'entitled')} {vote.entitled}",
        f"{word('实到', 'present')} {vote.present_entitled}",
    ]
    if vote.form == "paper":
        numbers += [
            f"{word('发出', 'issued')} {vote.issued}",
            f"{word('收回', 'returned')} {vote.returned}",
            f"{word('有效', 'valid')} {vote.valid}",
        ]
    comma = "、" if language == "zh-CN" else ", "
    lines = [f"{vote.title}({said(vote.form_title, language)})", comma.join(numbers)]
    lines.append(
        said(vote.result.sentence, language) if vote.result is not None else said(vote.outcome, language)
    )
    return "\n".join(lines)


def to_docx(minutes: MeetingMinutesText, language: Language) -> bytes:
    """The document."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name = FONT
    normal.font.size = Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    word = labels(language)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, word("会议记录", "Minutes"), size_pt=18, bold=True)
    rows = rows_of(minutes, language)
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for label, content in rows:
        cells = table.add_row().cells
        _run(cells[0].paragraphs[0], label, bold=True)
        for place, line in enumerate(content.split("\n")):
            _run(cells[1].paragraphs[0] if place == 0 else cells[1].add_paragraph(), line)
    for column, width in ((0, 90), (1, 380)):
        for cell in table.columns[column].cells:
            cell.width = Pt(width)
    document.add_paragraph()
    signatures = (
        f"{word('主持人签名', 'Chair')}:____________    {word('记录人签名', 'Recorder')}:____________"
    )
    _run(document.add_paragraph(), signatures)
    _run(
        document.add_paragraph(),
        f"{word('记录指纹', 'Fingerprint')} SHA-256 {minutes.fingerprint}",
        size_pt=8,
    )
    _page_numbers(document.sections[0].footer.paragraphs[0])
    document.core_properties.title = minutes.head.title
    document.core_properties.author = minutes.head.recorder
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _run(paragraph: Any, text: str, *, size_pt: int = 0, bold: bool = False) -> None:  # noqa: ANN401 - python-docx has no types
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.name = FONT
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    if size_pt:
        run.font.size = Pt(size_pt)


def _page_numbers(paragraph: Any) -> None:  # noqa: ANN401 - python-docx has no types
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for place, field in enumerate(("PAGE", "NUMPAGES")):
        if place:
            paragraph.add_run(" / ")
        run = paragraph.add_run()
        for kind, text in (("begin", ""), ("", field), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = text
            run._element.append(part)


def head_title(head: MinutesHead) -> str:
    """Name for a file: day and title."""
    return f"{local(head.started_at_ms, head.time_zone):%Y-%m-%d} {head.title}"
