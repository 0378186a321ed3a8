"""Kinds of meeting and their rules, as data: one file per template of an organisation (architecture decision D8).

The files stand in `kinds/<template>.toml` and are validated when they are first read; a test reads them all. Sources are
named in domain.md 2.1–2.3 and 2.16; the files say themselves that they must be checked against one's own statutes.

Imported by channels.meeting and tests.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from channels.meeting.protocol.values import (
    Base,
    Body,
    CheckInMode,
    MeetingCheckInRule,
    MeetingLead,
    MeetingLeaveRule,
    MeetingRule,
    MeetingRules,
    MeetingText,
    MeetingThreshold,
    VoteForm,
)

FOLDER = Path(__file__).parent / "kinds"
MINUTE_MS = 60_000

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Text(_Part):
    """The same words in both languages."""

    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)

    def wire(self) -> MeetingText:
        """For clients."""
        return MeetingText(zh=self.zh, en=self.en)


class Share(_Part):
    """A threshold: `num / den` of a base."""

    base: Base
    num: int = Field(ge=1, le=100)
    den: int = Field(ge=1, le=100)
    op: Literal[">", ">="]

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.num > self.den or (self.num == self.den and self.op == ">"):
            raise ValueError("nobody can reach more than all")
        return self

    def wire(self) -> MeetingThreshold:
        """For clients."""
        return MeetingThreshold(base=self.base, num=self.num, den=self.den, op=self.op)


class Decision(_Part):
    """How one class of motions is decided."""

    key: Word
    title: Text
    quorum: Share | None = None
    decision: Share
    forms: tuple[VoteForm, ...] = ("hand", "voice", "named", "paper")
    written_opinion: bool = False
    one_per_person: bool = False


class CheckIn(_Part):
    """How check-in works."""

    modes: tuple[CheckInMode, ...] = ("code", "qr", "organizer", "rollcall", "paper")
    window_min: int = Field(default=15, ge=1, le=240)
    late_min: int = Field(default=30, ge=0, le=240)
    step_s: int = Field(default=30, ge=10, le=120)
    margin_s: int = Field(default=5, ge=0, le=10)
    rounds_max: int = Field(default=3, ge=1, le=10)


class Lead(_Part):
    """Notice before the beginning."""

    min: int = Field(default=1, ge=0, le=60)
    unit: Literal["day"] = "day"
    mode: Literal["warn", "block"] = "warn"


class Leave(_Part):
    """Leave."""

    categories: tuple[Word, ...] = ("sick", "personal", "official", "other")
    late_hours: int = Field(default=72, ge=0, le=720)


class Cadence(_Part):
    """How often such a meeting is due; for the board of the branch."""

    every: int = Field(ge=1, le=12)
    unit: Literal["month", "quarter", "year"]


class Kind(_Part):
    """One kind of meeting."""

    key: Word
    title: Text
    body: Body
    cadence: Cadence | None = None
    rules: tuple[Decision, ...] = Field(min_length=1)
    check_in: CheckIn = CheckIn()
    lead: Lead = Lead()
    leave: Leave = Leave()
    remote: bool = False
    chair_speaks_last: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [rule.key for rule in self.rules]
        if len(set(keys)) != len(keys):
            raise ValueError("rules repeat")
        return self


class Kinds(_Part):
    """The file of one template."""

    template: Word
    note: Text
    kinds: tuple[Kind, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [kind.key for kind in self.kinds]
        if len(set(keys)) != len(keys):
            raise ValueError("kinds repeat")
        return self

    def of(self, key: str) -> Kind | None:
        """The kind with this key."""
        return next((kind for kind in self.kinds if kind.key == key), None)


def read_kinds(path: Path) -> Kinds:
    """One file.

    Raises:
        pydantic.ValidationError: The file does not say what it must.
    """
    return Kinds.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


@cache
def all_kinds() -> dict[str, Kinds]:
    """All files by template.

    Raises:
        ValueError: A file is wrong, or named differently from its template.
    """
    found = {path.stem: read_kinds(path) for path in sorted(FOLDER.glob("*.toml"))}
    for stem, kinds in found.items():
        if kinds.template != stem:
            raise ValueError(f"{stem}.toml holds the kinds of {kinds.template}")
    return found


def rules_of(kinds: Kinds, kind: Kind, version: int) -> MeetingRules:
    """The rules of a kind as a meeting holds them; `version` of the organisation's template."""
    return MeetingRules(
        template=kinds.template,
        version=version,
        kind=kind.key,
        title=kind.title.wire(),
        body=kind.body,
        rules=[
            MeetingRule(
                key=rule.key,
                title=rule.title.wire(),
                quorum=rule.quorum.wire() if rule.quorum is not None else None,
                decision=rule.decision.wire(),
                forms=list(rule.forms),
                written_opinion=rule.written_opinion,
                one_per_person=rule.one_per_person,
            )
            for rule in kind.rules
        ],
        check_in=MeetingCheckInRule(
            modes=list(kind.check_in.modes),
            window_ms=kind.check_in.window_min * MINUTE_MS,
            late_ms=kind.check_in.late_min * MINUTE_MS,
            step_ms=kind.check_in.step_s * 1_000,
            margin_ms=kind.check_in.margin_s * 1_000,
            rounds_max=kind.check_in.rounds_max,
        ),
        lead=MeetingLead(min=kind.lead.min, unit=kind.lead.unit, mode=kind.lead.mode),
        leave=MeetingLeaveRule(categories=list(kind.leave.categories), late_hours=kind.leave.late_hours),
        remote=kind.remote,
        chair_speaks_last=kind.chair_speaks_last,
        note=kinds.note.wire(),
    )
