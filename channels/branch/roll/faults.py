"""What can be said about a row of a roll, as one table in both languages. Data and one value class.

Levels:
* `held`: the row is not imported until somebody mends it in the file;
* `ask`: the row is not imported until the officer answers (a new person, this member, or skip);
* `note`: the row is imported; the note says what was understood or tidied;
* `skip`: the line is not a person.

Texts may hold `{row}` (another row, as Excel shows it), `{number}` (a member number), `{word}` (a word of the file that is
no personal detail, e.g. a group). They never repeat a phone number, mail address or date.
"""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["held", "ask", "note", "skip"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row of the table."""

    code: str
    level: Level
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about one row.

    Attributes:
        row: As Excel shows it, from 1.
        column: Counted from 0; None when it concerns the whole row.
        kind: Row of the table.
        params: Values for the fields in the texts.
        candidates: For `ask`: ids of members it may be.
    """

    row: int
    column: int | None
    kind: FaultKind
    params: dict[str, str | int] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return self.kind.zh.format_map(self.params)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.kind.en.format_map(self.params)


KINDS: dict[str, FaultKind] = {
    kind.code: kind
    for kind in (
        FaultKind("name_missing", "held", "没有姓名", "No name"),
        FaultKind("name_wrong", "held", "姓名不像人名,请核对", "This does not look like a name"),
        FaultKind("name_spaces", "note", "姓名中的空格已去掉", "Spaces inside the name were removed"),
        FaultKind("number_wrong", "held", "编号含有不能使用的字符", "The number contains characters it may not"),
        FaultKind("number_repeated", "held", "编号与第{row}行重复", "The number repeats that of row {row}"),
        FaultKind("number_elsewhere", "held", "该编号已在本组织其他单元使用", "Another unit of the organisation uses this number"),
        FaultKind("phone_short", "held", "电话号码位数不足", "The phone number is too short"),
        FaultKind("phone_wrong", "held", "电话号码不正确", "The phone number is not valid"),
        FaultKind(
            "phone_exponent", "held", "电话号码被表格软件改成了科学记数,请以文本重新填写",
            "The spreadsheet turned the phone number into scientific notation; type it again as text",
        ),
        FaultKind(
            "phone_tidied", "note", "电话中的空格、横线、全角数字或数字格式已整理",
            "Spaces, dashes, full-width digits or number format of the phone were tidied",
        ),
        FaultKind("mail_wrong", "held", "邮箱地址不正确", "The mail address is not valid"),
        FaultKind("date_wrong", "held", "日期无法识别", "The date cannot be understood"),
        FaultKind(
            "date_unclear", "held", "日期不完整或有歧义,请写成 2001-07-01", "The date is incomplete or ambiguous; write 2001-07-01"
        ),
        FaultKind("date_future", "held", "日期在今天之后", "The date lies in the future"),
        FaultKind("date_tidied", "note", "日期写法已统一", "The date was brought into one form"),
        FaultKind("date_no_day", "note", "只写了年月,按年月保存", "Only year and month were given; kept as such"),
        FaultKind("formula", "held", "单元格是公式,请改为直接填写的内容", "The cell holds a formula; type the value itself"),
        FaultKind("gender_wrong", "held", "性别无法识别", "The gender cannot be understood"),
        FaultKind("class_unknown", "held", "成员类别或表决权无法识别", "The class or voting right cannot be understood"),
        FaultKind("class_understood", "note", "按“{word}”登记", "Entered as “{word}”"),
        FaultKind("group_new", "note", "没有小组“{word}”,确认后将新建", "There is no group “{word}”; it will be created on confirmation"),
        FaultKind("title_unknown", "note", "不认识职务“{word}”,未登记", "The office “{word}” is unknown and was left out"),
        FaultKind(
            "title_waits",
            "note",
            "职务“{word}”不会自动生效:由有权限的负责人指定,或在确认时选择一并指定",
            "The office “{word}” is not given by itself: an officer with the right gives it, or on confirmation if chosen",
        ),
        FaultKind("same_name", "note", "与第{row}行同名,是另一个人", "Same name as row {row}, another person"),
        FaultKind(
            "namesake_on_roll", "note", "与在册成员 {number} 同名,是另一个人", "Same name as member {number}, another person"
        ),
        FaultKind("person_twice", "held", "与第{row}行是同一人", "The same person as row {row}"),
        FaultKind(
            "same_name_unclear", "ask", "与第{row}行同名,无法判断是否同一人,请核对编号、电话或出生日期",
            "Same name as row {row}; cannot tell whether it is one person: check number, phone or date of birth",
        ),
        FaultKind("contact_shared", "ask", "电话或邮箱与第{row}行相同,姓名不同", "Phone or mail is that of row {row}, the name is not"),
        FaultKind(
            "maybe_on_roll", "ask", "在册成员 {number} 同名,无法判断是否同一人",
            "Member {number} has the same name; cannot tell whether it is one person",
        ),
        FaultKind(
            "contact_of_other", "ask", "电话或邮箱属于在册成员 {number},姓名不同",
            "Phone or mail belongs to member {number}, who has another name",
        ),
        FaultKind(
            "number_other_name", "ask", "编号 {number} 在册姓名不同,可能改名,也可能写错",
            "Member {number} has another name on the roll: a change of name or a mistake",
        ),
        FaultKind("member_left", "held", "成员 {number} 已不在册,请先恢复", "Member {number} is no longer on the roll; reinstate first"),
        FaultKind("total_row", "skip", "合计行,已跳过", "A total, skipped"),
        FaultKind("not_a_person", "skip", "说明文字,已跳过", "A remark, skipped"),
        FaultKind("header_again", "skip", "重复的表头,已跳过", "The header again, skipped"),
    )
}  # fmt: skip


def fault(row: int, column: int | None, code: str, /, **params: str | int) -> Fault:
    """A fault of a known kind."""
    return Fault(row, column, KINDS[code], params)
