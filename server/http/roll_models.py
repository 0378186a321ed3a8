"""What the routes of the roll take and answer. May be imported by server."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from channels.branch.protocol import BranchText, BranchTitle
from channels.branch.roll.header import IMPORT_FIELDS
from channels.protocol.base import Count, Id, Millis, WireModel

Typed = Annotated[str, StringConstraints(max_length=254)]
FieldWord = Literal[
    "number", "name", "gender", "group", "title", "phone", "mail", "joined_on", "birth_date", "class"
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Answer = Annotated[str, StringConstraints(pattern=r"^(new|skip|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]
Column = Annotated[int, Field(ge=0, lt=60)]
AccountWord = Literal["none", "code", "active"]

if set(FieldWord.__args__) != set(IMPORT_FIELDS):  # type: ignore[attr-defined]
    raise ImportError("FieldWord must name every field an import knows")


class RollPerson(WireModel):
    """A member as the roll shows them; personal fields are opened one by one, with a reason."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    member: Id
    number: str
    name: str
    branch: Id
    groups: list[Id]
    class_: str = Field(alias="class")
    titles: list[BranchTitle]
    active: bool
    account: AccountWord | None
    """`code`: an activation code is out; None when the caller does not hand out codes there."""


class RollQuery(WireModel):
    """Whose roll."""

    unit: Id
    left: bool = False
    """Also those who left; for officers who keep the roll."""


class RollAnswer(WireModel):
    """A roll."""

    unit: Id
    people: list[RollPerson]
    """By number; empty for officers above, who see counts only."""
    total: Count
    by_class: dict[str, int]
    """Empty when a class is so small that it would point at persons, and the caller sees no persons."""


class OpenReason(WireModel):
    """Why personal details are opened; the member reads it."""

    reason: Annotated[str, Field(max_length=500, repr=False)]


class PersonalField(WireModel):
    """One personal field."""

    key: str
    label: BranchText
    value: str = Field(repr=False)
    """Empty when nothing is kept."""


class OpenedRecord(WireModel):
    """Personal fields of a member."""

    fields: list[PersonalField]


class RollLetter(WireModel):
    """An activation code to print or to hand over; shown once."""

    code: str = Field(repr=False)
    link: str = Field(repr=False)
    """Opens the activation page; the code is in the fragment, which browsers do not send."""
    qr_svg: str = Field(repr=False)
    ends_at_ms: Millis


class PersonalValues(WireModel):
    """Personal fields as typed; an empty text erases, None leaves as it is."""

    joined_on: Typed | None = Field(default=None, repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    mail: Typed | None = Field(default=None, repr=False)
    birth_date: Typed | None = Field(default=None, repr=False)
    gender: Typed | None = Field(default=None, repr=False)


class RollNewcomer(PersonalValues):
    """Somebody to put on the roll."""

    model_config = ConfigDict(validate_by_alias=True)

    unit: Id
    name: Typed
    number: Typed | None = None
    """None: the organisation gives the next one."""
    class_: Typed | None = Field(default=None, alias="class")
    groups: list[Id] = Field(default_factory=list, max_length=20)


class RollEdit(PersonalValues):
    """What to change; None leaves as it is."""

    model_config = ConfigDict(validate_by_alias=True)

    name: Typed | None = None
    number: Typed | None = None
    class_: Typed | None = Field(default=None, alias="class")
    groups: list[Id] | None = Field(default=None, max_length=20)


class ImportQuery(WireModel):
    """Whose roll a file is for."""

    unit: Id
    encoding: Literal["utf-8", "gb18030"] | None = None
    """Of a text file, when finding out failed."""


class ImportOrder(WireModel):
    """The next step of an import: another trial run, or the confirmation of the one that was looked at."""

    header_row: Annotated[int, Field(ge=0, le=20_000)] | None = None
    """As the spreadsheet program shows it; 0 for none; None for the guessed one."""
    columns: dict[FieldWord, Column] | None = None
    """Field -> column counted from 0; None for the guess."""
    answers: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")], Answer] = Field(
        default_factory=dict, max_length=5_000
    )
    """Row -> `new`, `skip`, or the id of the member it is."""
    give_offices: bool = False
    """Also give the roles the file names; needs `branch.manage_roles`."""
    confirm: Digest | None = None
    """Digest of the preview that was looked at; None for another trial run."""


class ImportFault(WireModel):
    """Something about one row, in both languages."""

    row: int
    column: int | None
    """Counted from 0; None when the whole row is meant."""
    code: str
    level: Literal["held", "ask", "note", "skip"]
    zh: str
    en: str
    candidates: list[Id]
    """For `ask`: members it may be."""


class ImportChange(WireModel):
    """A member whose record would change; field names only."""

    row: int
    member: Id
    name: str
    fields: list[str]


class ImportOffice(WireModel):
    """An office the file names and the person does not hold."""

    row: int
    name: str
    title: str


class ImportState(WireModel):
    """What an import would do; after the confirmation also what it did."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    import_: Id = Field(alias="import")
    expires_at_ms: Millis
    sheet: str
    headers: list[str]
    samples: list[list[str]]
    """The first rows below the header, so that people see what a column holds."""
    header_row: int
    columns: dict[str, int]
    ignored: list[str]
    """Headers of columns that are not taken over."""
    add: Count
    change: Count
    unchanged: Count
    held: Count
    asked: Count
    skipped: Count
    changes: list[ImportChange]
    faults: list[ImportFault]
    new_groups: list[str]
    offices: list[ImportOffice]
    digest: str
    """What a confirmation names; empty while the columns are not known."""
    added: Count | None = None
    """After the confirmation: new members."""
    changed: Count | None = None
    """After the confirmation: changed records."""
    offices_given: Count | None = None
    refused: list[ImportFault] = Field(default_factory=list)
    """Offices that could not be given, and why."""


class ExportQuery(WireModel):
    """Which roll, in which form."""

    unit: Id
    format: Literal["xlsx", "csv"] = "xlsx"
