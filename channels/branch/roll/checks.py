"""One row of a sheet into one draft of a member, with faults. Pure: rules and today are arguments."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from channels.branch.dates import is_after, parse_date
from channels.branch.normalise import (
    BadValue,
    clean_text,
    name_key,
    normalise_gender,
    normalise_mail,
    normalise_name,
    normalise_number,
    normalise_phone,
    shown_phone,
)
from channels.branch.roll.faults import Fault, fault
from channels.branch.roll.header import ColumnMap, known_words
from channels.branch.roll.table import Cell, Sheet, cell_text, is_blank
from channels.branch.template import Template

GROUP_NAME_MAX = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """What one row says about one person; what it does not say is absent and never erases anything.

    Attributes:
        row: As Excel shows it.
        name: Display name.
        number: Member number, None when the row has none.
        groups: Names of groups.
        titles: Words of offices the template knows.
        class_: Key of the membership class, None when the row does not say.
        class_by_vote: True when the row only said whether the person votes: then any class that agrees will do.
        values: Personal fields that were given: joined_on, phone, mail, birth_date, gender.
    """

    row: int
    name: str
    number: str | None = None
    groups: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    class_: str | None = None
    class_by_vote: bool = False
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Look-up form of the name."""
        return name_key(self.name)


@dataclass(frozen=True, slots=True)
class RowRules:
    """What rows are judged by.

    Attributes:
        template: Classes and offices.
        today: In the organisation's time zone.
        columns: Where things stand.
        formulas: Cells that hold formulas.
    """

    template: Template
    today: date
    columns: ColumnMap
    formulas: frozenset[tuple[int, int]] = frozenset()


_TOTAL = re.compile(
    r"(合计|总计|小计|共计|总人数|人数|共\d+人).*|(total|subtotal|sum|count)\b.*", re.IGNORECASE
)
_REMARK = re.compile(
    r"(备注|注|说明|填表|制表|审核|负责人|联系人|单位|盖章|note|remark|prepared|signed)\w*\s*[:(（].*|※.*",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"[、,;/|\n，；／｜]+")
_YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "y", "yes", "true", "1", "对"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "✘", "x", "n", "no", "false", "0"})


def check_row(row: int, cells: tuple[Cell, ...], rules: RowRules) -> tuple[Draft | None, list[Fault]]:
    """The draft of a row, or None when it names no person; and everything to be said about it.

    A draft with a `held` fault among them must not be written; it still counts when namesakes are looked for.
    """
    if is_blank(cells):
        return None, []
    other = _not_a_person(row, cells, rules)
    if other is not None:
        return None, [other]
    reading = _Reading(row, cells, rules)
    draft = reading.draft()
    return (draft if draft.name else None), reading.faults


def _not_a_person(row: int, cells: tuple[Cell, ...], rules: RowRules) -> Fault | None:
    texts = [unicodedata.normalize("NFKC", cell_text(cell)).strip() for cell in cells]
    filled = [text for text in texts if text]
    if _TOTAL.fullmatch(re.sub(r"\s+", "", filled[0])) and len(filled) <= 4:
        return fault(row, None, "total_row")
    name_column = rules.columns.columns.get("name", -1)
    name = texts[name_column] if 0 <= name_column < len(texts) else ""
    if _REMARK.fullmatch(filled[0]) and len(filled) <= 2:
        return fault(row, None, "not_a_person")
    if len(filled) == 1 and (not name or len(name) > 20):
        return fault(row, None, "not_a_person")
    if known_words(cells) >= 3 and rules.columns.header_row:
        return fault(row, None, "header_again")
    return None


class _Reading:
    """Reads one row; collects faults on the way."""

    def __init__(self, row: int, cells: tuple[Cell, ...], rules: RowRules) -> None:
        self._row = row
        self._cells = cells
        self._rules = rules
        self._by_vote = False
        self.faults: list[Fault] = []

    def draft(self) -> Draft:
        """What the row says; trust it only when no fault holds the row back."""
        values = {
            name: value
            for name, read in (
                ("phone", self._phone), ("mail", self._mail), ("gender", self._gender),
                ("joined_on", self._date), ("birth_date", self._date),
            )
            if (value := self._field(name, read)) is not None
        }  # fmt: skip
        return Draft(
            row=self._row,
            name=self._name(),
            number=self._field("number", lambda cell, column: normalise_number(cell_text(cell))),
            groups=self._groups(),
            titles=self._titles(),
            class_=self._field("class", self._class),
            class_by_vote=self._by_vote,
            values=values,
        )

    def _say(self, column: int | None, code: str, **params: str | int) -> None:
        self.faults.append(fault(self._row, column, code, **params))

    def _cell(self, name: str) -> tuple[Cell, int] | None:
        """The cell of a field and its column; None when absent, blank, or a formula (which is a fault)."""
        column = self._rules.columns.columns.get(name)
        if column is None:
            return None
        if (self._row, column) in self._rules.formulas:
            self._say(column, "formula")
            return None
        if column >= len(self._cells) or not clean_text(cell_text(self._cells[column])):
            return None
        return self._cells[column], column

    def _field(self, name: str, read: Callable[[Cell, int], str]) -> str | None:
        found = self._cell(name)
        if found is None:
            return None
        try:
            return read(*found)
        except BadValue as bad:
            self._say(found[1], bad.code)
            return None

    def _name(self) -> str:
        found = self._cell("name")
        if found is None:
            if not any(
                f.kind.code == "formula" and f.column == self._rules.columns.columns.get("name")
                for f in self.faults
            ):
                self._say(self._rules.columns.columns.get("name"), "name_missing")
            return ""
        cell, column = found
        try:
            name = normalise_name(cell_text(cell))
        except BadValue as bad:
            self._say(column, bad.code)
            return ""
        if name != unicodedata.normalize("NFC", cell_text(cell)):
            self._say(column, "name_spaces")
        return name

    def _phone(self, cell: Cell, column: int) -> str:
        phone = normalise_phone(cell_text(cell))
        if cell not in (phone, shown_phone(phone)):
            self._say(column, "phone_tidied")
        return phone

    def _mail(self, cell: Cell, column: int) -> str:
        return normalise_mail(cell_text(cell))

    def _gender(self, cell: Cell, column: int) -> str:
        return normalise_gender(cell_text(cell))

    def _date(self, cell: Cell, column: int) -> str:
        stored = parse_date(cell)
        if is_after(stored, self._rules.today):
            raise BadValue("date_future")
        if cell != stored:
            self._say(column, "date_no_day" if len(stored) == len("2001-07") else "date_tidied")
        return stored

    def _class(self, cell: Cell, column: int) -> str:
        """A class by its title or key; or yes/no to the question whether the person may vote."""
        word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", clean_text(cell_text(cell)))).casefold()
        classes = self._rules.template.classes
        for c in classes:
            if word in (c.key, c.title.zh.casefold(), re.sub(r"\s+", "", c.title.en.casefold())):
                return c.key
        for c in classes:
            if len(word) >= 2 and c.title.zh.startswith(word):
                self._say(column, "class_understood", word=c.title.zh)
                return c.key
        if word in _YES | _NO:
            wanted = word in _YES
            key = next((c.key for c in classes if c.votes == wanted), None)
            if key is not None:
                self._by_vote = True
                return key
        raise BadValue("class_unknown")

    def _groups(self) -> tuple[str, ...]:
        found = self._cell("group")
        if found is None:
            return ()
        names = [
            clean_text(part) for part in _SPLIT.split(unicodedata.normalize("NFKC", cell_text(found[0])))
        ]
        return tuple(dict.fromkeys(name[:GROUP_NAME_MAX] for name in names if name))

    def _titles(self) -> tuple[str, ...]:
        found = self._cell("title")
        if found is None:
            return ()
        cell, column = found
        titles = []
        for part in _SPLIT.split(unicodedata.normalize("NFKC", cell_text(cell))):
            word = clean_text(part)
            title = self._rules.template.title_of(word) if word else None
            if title is not None:
                titles.append(title.title.zh)
            elif word and word not in ("无", "党员", "成员", "会员", "社员", "-", "—"):
                self._say(column, "title_unknown", word=word[:20])
        return tuple(dict.fromkeys(titles))


def read_rows(sheet: Sheet, rules: RowRules) -> tuple[list[Draft], list[Fault], int]:
    """Drafts (held ones, too) and faults of all rows below the header, in order, and how many lines were not blank."""
    drafts: list[Draft] = []
    faults: list[Fault] = []
    filled = 0
    for index in range(rules.columns.header_row, len(sheet.rows)):
        cells = sheet.rows[index]
        filled += 0 if is_blank(cells) else 1
        draft, said = check_row(index + 1, cells, rules)
        faults.extend(said)
        if draft is not None:
            drafts.append(draft)
    return drafts, faults, filled
