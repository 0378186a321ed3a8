"""What the routes of the organisation's template take and answer. May be imported by server."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from channels.branch.protocol import BranchText, KeyText
from channels.protocol.base import Count, Id, Millis, WireModel
from channels.template.proposal import REASON_MAX

CHANGES_MAX = 500

SettingKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_/]{0,99}$")]
ReasonText = Annotated[str, StringConstraints(max_length=REASON_MAX)]


class TemplateShare(WireModel):
    """`count * den op num * base`, on integers (domain.md 2.3)."""

    base: KeyText
    num: Annotated[int, Field(ge=1, le=100)]
    den: Annotated[int, Field(ge=1, le=100)]
    op: Literal[">", ">="]


class TemplateWord(WireModel):
    """A word in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=120)]


TemplateValue = TemplateShare | TemplateWord | bool | Annotated[int, Field(ge=0, le=100_000)] | KeyText | None


class TemplateChoice(WireModel):
    """One of the words a choice, or the base of a share, may have."""

    word: KeyText
    text: BranchText


class TemplateSetting(WireModel):
    """One thing that may be changed."""

    key: SettingKey
    section: BranchText
    """What it belongs to; settings of one section stand together."""
    label: BranchText
    kind: Literal["text", "share", "count", "switch", "choice"]
    value: TemplateValue
    """As it is now."""
    standard: TemplateValue
    """As the template's file has it."""
    least: Count
    most: Count
    choices: list[TemplateChoice]
    optional: bool
    """True when null is a value, too: there is no such rule."""
    unit: BranchText | None
    """Of a count, e.g. days."""


class TemplateLine(WireModel):
    """One thing that a proposal makes different."""

    key: SettingKey
    section: BranchText
    label: BranchText
    before: TemplateValue
    after: TemplateValue


class TemplateProposal(WireModel):
    """A change that was proposed."""

    proposal: Id
    base_version: Count
    state: Literal["open", "confirmed", "declined", "withdrawn"]
    by: str
    """Name of the proposer."""
    own: bool
    """True when the caller proposed it."""
    at_ms: Millis
    reason: str
    lines: list[TemplateLine]
    decided_by: str | None
    decided_at_ms: Millis | None
    answer: str


class TemplateAnswer(WireModel):
    """The organisation's template: what holds, what is proposed, what was."""

    template: KeyText
    title: BranchText
    note: BranchText
    """Word of caution, e.g. 请按本组织章程核对."""
    version: Count
    settings: list[TemplateSetting]
    open: TemplateProposal | None
    history: list[TemplateProposal]
    """Settled proposals, the newest first."""
    may_propose: bool
    may_decide: bool
    """True when the caller may decide on other officers' proposals."""


class TemplateEdit(WireModel):
    """One setting with the value it shall have."""

    key: SettingKey
    value: TemplateValue


class TemplateWish(WireModel):
    """A proposal to be. All that shall differ from the template's file, not only what is new."""

    base_version: Count
    changes: list[TemplateEdit] = Field(max_length=CHANGES_MAX)
    reason: ReasonText


class TemplateProposed(WireModel):
    """Answer to a proposal."""

    proposal: Id


class TemplateDecision(WireModel):
    """What the second officer says."""

    accept: bool
    answer: ReasonText = ""
