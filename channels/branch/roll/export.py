"""The roll as a file that opens in Excel and WPS and can be read back by our own import without a change.

No cell becomes a formula: in a workbook every cell is written as text; in a text file a cell that begins with one of
= + - @ tab or return gets an apostrophe in front (OWASP, CSV injection), which the import takes away again. The first
line says who exported what and when; so does the workbook's own description. Pure but for the clock's value passed in.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from channels.branch.normalise import shown_phone
from channels.branch.template import Template

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""A cell that begins so is quoted in text files; one that was typed with apostrophes gets one more."""

COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("number", "编号", 12), ("name", "姓名", 12), ("gender", "性别", 6), ("group", "所在小组", 12), ("title", "职务", 14),
    ("phone", "手机号", 16), ("mail", "电子邮箱", 26), ("joined_on", "入会时间", 14), ("birth_date", "出生日期", 14),
    ("class", "成员类别", 12),
)  # fmt: skip
"""(field, header, width in characters). The headers are words that the import knows."""

ROLL_WIDTHS: tuple[int, ...] = tuple(width for _, _, width in COLUMNS)

_GENDERS = {"male": "男", "female": "女", "other": "其他"}


@dataclass(frozen=True, slots=True)
class Line:
    """One member in an export.

    Attributes:
        number, name, class_: As stored.
        groups: Names.
        titles: Words of the offices held in the branch.
        values: Personal fields in clear.
    """

    number: str
    name: str
    class_: str
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Watermark:
    """Who exports what, when.

    Attributes:
        unit: Name of the branch.
        name: Display name of the requester.
        number: Their member number, to tell namesakes apart.
        at: In the organisation's time zone.
        what: What the file is.
    """

    unit: str
    name: str
    number: str
    at: datetime
    what: str = "花名册"

    @property
    def sentence(self) -> str:
        """The line on top of the file."""
        who = f"{self.name}({self.number})" if self.number else self.name
        return (
            f"{self.unit} {self.what} · 导出人 {who} · {self.at:%Y-%m-%d %H:%M} · 仅供本单位使用,请妥善保管"
        )


def table(lines: Sequence[Line], template: Template) -> list[list[str]]:
    """Header and rows as text, by member number."""
    rows = [[header for _, header, _ in COLUMNS]]
    for line in sorted(lines, key=lambda line: line.number):
        cells = {
            "number": line.number,
            "name": line.name,
            "gender": _GENDERS.get(line.values.get("gender", ""), ""),
            "group": "、".join(line.groups),
            "title": "、".join(line.titles),
            "phone": shown_phone(line.values.get("phone", "")),
            "mail": line.values.get("mail", ""),
            "joined_on": line.values.get("joined_on", ""),
            "birth_date": line.values.get("birth_date", ""),
            "class": _class_title(line.class_, template),
        }
        rows.append([cells[field] for field, _, _ in COLUMNS])
    return rows


def _class_title(key: str, template: Template) -> str:
    found = template.class_of(key)
    return found.title.zh if found else key


def quoted(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula; `textfile.read_text` reverses it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def to_csv(rows: Sequence[Sequence[str]], mark: Watermark) -> bytes:
    """UTF-8 with byte order mark, so that Excel reads Chinese; lines end in CR LF (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([quoted(mark.sentence)])
    writer.writerows([[quoted(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_xlsx(rows: Sequence[Sequence[str]], mark: Watermark, widths: Sequence[int] = ROLL_WIDTHS) -> bytes:
    """A workbook of text cells, frozen below the header, with the watermark on top, in the footer and in its description."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {
                "title": mark.unit,
                "author": mark.name,
                "comments": mark.sentence,
                "created": mark.at.replace(tzinfo=None),
            }
        )
        sheet = book.add_worksheet(mark.what)
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True})
        sheet.write_string(0, 0, mark.sentence, text)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, head if number == 1 else text)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, text)
        sheet.freeze_panes(2, 2)
        sheet.set_footer("&C" + mark.sentence.replace("&", "&&")[:240])
    return buffer.getvalue()
