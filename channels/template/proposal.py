"""What a proposal is, what it changes, and who may decide it. Pure (domain.md 2.17: two officers, told to all members).

Imported by channels.template and server.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from channels.core.settings import Changes, Setting, Value
from channels.protocol.errors import Refused
from channels.template.errors import (
    NOTHING_CHANGED,
    PROPOSAL_DECIDED,
    PROPOSAL_REASON,
    SECOND_OFFICER,
    SETTING_UNKNOWN,
    TEMPLATE_CHANGED,
)

State = Literal["open", "confirmed", "declined", "withdrawn"]

REASON_MAX = 300


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the template that somebody proposed.

    Attributes:
        id: Id.
        org: Whose template.
        base_version: Version it was made for; only this one it may change.
        before: Changes of the file that held then.
        changes: All changes of the file that shall hold, not only the new ones.
        reason: Why, as every member reads it.
        by: Member who proposed it.
        at_ms: When.
        state: Where it stands.
        decided_by: Who decided, or took it back.
        decided_at_ms: When.
        answer: What the decider wrote.
    """

    id: str
    org: str
    base_version: int
    before: Changes
    changes: Changes
    reason: str
    by: str
    at_ms: int
    state: State = "open"
    decided_by: str | None = None
    decided_at_ms: int | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that becomes different.

    Attributes:
        setting: The setting, with its new value.
        before: Its old value.
    """

    setting: Setting
    before: Value


def pruned(file: Iterable[Setting], wished: Changes) -> dict[str, Value]:
    """The wished changes without those that say what the file says anyway.

    Args:
        file: All settings as the file has them.
        wished: Key -> value.

    Raises:
        Refused: SETTING_UNKNOWN.
    """
    by_key = {setting.key: setting.value for setting in file}
    if wished.keys() - by_key.keys():
        raise Refused(SETTING_UNKNOWN)
    return {key: value for key, value in wished.items() if value != by_key[key]}


def lines(before: Iterable[Setting], after: Iterable[Setting]) -> list[Line]:
    """What differs, in the order of the settings."""
    old: Mapping[str, Value] = {setting.key: setting.value for setting in before}
    return [
        Line(setting, old[setting.key])
        for setting in after
        if setting.key in old and setting.value != old[setting.key]
    ]


def check_reason(text: str) -> str:
    """The reason, trimmed.

    Raises:
        Refused: PROPOSAL_REASON.
    """
    reason = text.strip()
    if not reason:
        raise Refused(PROPOSAL_REASON)
    return reason


def check_proposal(changed: list[Line], base_version: int, version: int) -> None:
    """Raises: Refused: TEMPLATE_CHANGED, NOTHING_CHANGED."""
    if base_version != version:
        raise Refused(TEMPLATE_CHANGED)
    if not changed:
        raise Refused(NOTHING_CHANGED)


def check_decision(proposal: Proposal, member: str, version: int, *, accept: bool) -> None:
    """May this member decide it now?

    Raises:
        Refused: SECOND_OFFICER, PROPOSAL_DECIDED, TEMPLATE_CHANGED (only for accepting).
    """
    if proposal.by == member:
        raise Refused(SECOND_OFFICER)
    if proposal.state != "open":
        raise Refused(PROPOSAL_DECIDED)
    if accept and proposal.base_version != version:
        raise Refused(TEMPLATE_CHANGED)
