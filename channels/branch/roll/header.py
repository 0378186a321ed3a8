"""Which row is the header and which column is what: guessed from words, corrected by a person. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from channels.branch.errors import HEADER_NOT_FOUND
from channels.branch.roll.table import COLUMNS_MAX, Cell, Sheet, cell_text
from channels.protocol.errors import Refused

HEADER_WITHIN_ROWS = 20
"""Title lines above a header are few; a table that starts lower is not a roll."""

IMPORT_FIELDS: tuple[str, ...] = (
    "number", "name", "gender", "group", "title", "phone", "mail", "joined_on", "birth_date", "class",
)  # fmt: skip

# Words of headers, folded by `_folded`, best first: when two columns fit, the earlier word wins (手机 before 联系方式).
_WORDS: dict[str, tuple[str, ...]] = {
    "number": (
        "编号", "成员编号", "党员编号", "会员编号", "社员编号", "校友编号", "会员号", "会员证号", "证号", "工号", "学号",
        "number", "membernumber", "memberno", "memberid",
    ),
    "name": (
        "姓名", "成员姓名", "党员姓名", "会员姓名", "社员姓名", "校友姓名", "名字", "name", "fullname", "membername",
    ),
    "gender": ("性别", "gender", "sex"),
    "group": (
        "所在小组", "小组", "党小组", "所在党小组", "所属党小组", "所属小组", "工会小组", "所在工会小组", "生产小组", "组别", "分组",
        "班组", "班级", "groups", "group", "team",
    ),
    "title": ("职务", "党内职务", "工会职务", "会内职务", "担任职务", "现任职务", "roles", "role", "title", "office", "position"),
    "phone": (
        "手机号", "手机", "手机号码", "移动电话", "联系电话", "电话", "电话号码", "联系方式", "phone", "mobile", "mobilephone",
        "phonenumber", "cell", "telephone", "tel",
    ),
    "mail": ("电子邮箱", "邮箱", "电子邮件", "邮件", "邮箱地址", "电邮", "mail", "email", "emailaddress", "mailaddress"),
    "joined_on": (
        "入会时间", "入会日期", "入党时间", "入党日期", "入社时间", "入社日期", "加入时间", "加入日期", "入会年月", "入党年月",
        "加入组织时间", "joinedon", "joined", "joindate", "dateofjoining", "membersince",
    ),
    "birth_date": (
        "出生日期", "出生年月日", "出生年月", "出生时间", "生日", "dateofbirth", "birthdate", "birthday", "born", "dob",
    ),
    "class": (
        "成员类别", "党员类别", "会员类别", "社员类别", "校友类别", "人员类别", "类别", "是否有表决权", "有无表决权", "表决权",
        "正式或预备", "正式预备", "class", "memberclass", "membertype", "votingright", "votes",
    ),
}  # fmt: skip

_SEQUENCE = frozenset({"序号", "序", "行号", "no", "seq", "#", "顺序号"})
"""A running number of the sheet says nothing about a person; it is never taken as the member number."""

_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
_PUNCTUATION = re.compile(r"[\s:：*_./、,\-|]+")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where things stand in the sheet.

    Attributes:
        header_row: As Excel shows it, from 1; 0 when there is none and people start in row 1.
        columns: Field of IMPORT_FIELDS -> column counted from 0.
    """

    header_row: int
    columns: Mapping[str, int] = field(default_factory=dict)


def _folded(cell: Cell) -> str:
    text = unicodedata.normalize("NFKC", cell_text(cell)).casefold()
    return _PUNCTUATION.sub("", _BRACKETS.sub("", text))


_FIELD_OF: dict[str, tuple[str, int]] = {
    word: (name, rank) for name, words in _WORDS.items() for rank, word in enumerate(words)
}


def known_words(cells: Iterable[Cell]) -> int:
    """How many cells are words of a header."""
    return sum(1 for cell in cells if (word := _folded(cell)) in _FIELD_OF or (word and word in _SEQUENCE))


def guess(sheet: Sheet) -> ColumnMap:
    """The likeliest header of the first rows.

    Raises:
        Refused: HEADER_NOT_FOUND when no row names the column of names and one more.
    """
    best: ColumnMap | None = None
    best_words = 1
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN_ROWS]):
        words = known_words(row[:COLUMNS_MAX])
        columns = _columns(row[:COLUMNS_MAX])
        if "name" in columns and words > best_words:
            best, best_words = ColumnMap(index + 1, columns), words
    if best is None:
        raise Refused(HEADER_NOT_FOUND)
    return best


def _columns(row: tuple[Cell, ...]) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for column, cell in enumerate(row):
        known = _FIELD_OF.get(_folded(cell))
        if known is not None:
            name, rank = known
            if name not in found or rank < found[name][0]:
                found[name] = (rank, column)
    return {name: column for name, (_, column) in found.items()}


def best_sheet(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ColumnMap | None]:
    """The sheet whose header is understood best, and its mapping; the first sheet without one when none is.

    Raises:
        Refused: HEADER_NOT_FOUND when there is no sheet at all.
    """
    best: tuple[Sheet, ColumnMap] | None = None
    for sheet in sheets:
        try:
            mapping = guess(sheet)
        except Refused:
            continue
        if best is None or len(mapping.columns) > len(best[1].columns):
            best = (sheet, mapping)
    if best is not None:
        return best
    if not sheets:
        raise Refused(HEADER_NOT_FOUND)
    return sheets[0], None


def headers_of(sheet: Sheet, mapping: ColumnMap | None) -> tuple[str, ...]:
    """Header texts by column, for the mapping step; empty strings where there are none."""
    width = min(COLUMNS_MAX, max((len(row) for row in sheet.rows[:200]), default=0))
    row = sheet.rows[mapping.header_row - 1] if mapping and 0 < mapping.header_row <= len(sheet.rows) else ()
    texts = [cell_text(cell).strip()[:60] for cell in row[:width]]
    return tuple(texts + [""] * (width - len(texts)))
