"""Proposing, deciding and taking back: check, then the steps to commit. Imported by channels.template and server.

Whoever calls has checked the right (`template.propose`, `template.decide` at the root of the organisation).
"""

from dataclasses import dataclass

from channels.branch.contract import Organisation, template_changed
from channels.core.context import Reader
from channels.core.settings import Changes, Setting, SettingsUnder, SettingWrong
from channels.protocol.errors import Refused
from channels.template.errors import PROPOSAL_DECIDED, SECOND_OFFICER, SETTING_WRONG
from channels.template.proposal import (
    Line,
    Proposal,
    check_decision,
    check_proposal,
    check_reason,
    lines,
    pruned,
)
from channels.template.records import inserted, settled
from channels.template.telling import CHANGED, PROPOSED, telling
from storage.log import Append, Write


@dataclass(frozen=True, slots=True)
class Wish:
    """What an officer wants.

    Attributes:
        base_version: Version the officer looked at.
        changes: All changes of the file that shall hold.
        reason: Why.
    """

    base_version: int
    changes: Changes
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the second officer says: accepted or not, and an answer, which declining needs."""

    accept: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is committed as one unit."""

    appends: tuple[Append, ...]
    writes: tuple[Write, ...]


async def settings_under(reader: Reader, organisation: Organisation, changes: Changes) -> tuple[Setting, ...]:
    """All settings of the organisation's template with some changes.

    Raises:
        Refused: SETTING_WRONG, naming the setting.
    """
    try:
        return tuple(await reader.ask(SettingsUnder(organisation.template, changes)))
    except SettingWrong as wrong:
        file = await reader.ask(SettingsUnder(organisation.template, {}))
        raise Refused(SETTING_WRONG, field=_name(file, wrong.key)) from wrong


def _name(settings: tuple[Setting, ...], key: str) -> str:
    found = next((setting for setting in settings if setting.key == key), None)
    if found is None:
        return key
    return f"{found.section[0]} · {found.label[0]} / {found.section[1]} · {found.label[1]}"


async def proposed(
    reader: Reader, organisation: Organisation, member: str, wish: Wish
) -> tuple[Proposal, Step]:
    """Steps that make a proposal.

    Raises:
        Refused: SETTING_UNKNOWN, SETTING_WRONG, NOTHING_CHANGED, TEMPLATE_CHANGED, PROPOSAL_REASON. The unique index
            refuses a second open one.
    """
    reason = check_reason(wish.reason)
    file = await settings_under(reader, organisation, {})
    changes = pruned(file, wish.changes)
    changed = await changed_lines(reader, organisation, organisation.changes, changes)
    check_proposal(changed, wish.base_version, organisation.template_version)
    ident = reader.ids.uuid7()
    proposal = Proposal(
        id=ident,
        org=organisation.org,
        base_version=wish.base_version,
        before=dict(organisation.changes),
        changes=changes,
        reason=reason,
        by=member,
        at_ms=reader.clock.now_ms(),
    )
    told = telling(member, organisation.org, PROPOSED, wish.base_version + 1, f"{ident}:proposed")
    return proposal, Step((told,), (inserted(proposal),))


async def changed_lines(
    reader: Reader, organisation: Organisation, before: Changes, after: Changes
) -> list[Line]:
    """What differs between two sets of changes.

    Raises:
        Refused: SETTING_WRONG.
    """
    old = await settings_under(reader, organisation, before)
    return lines(old, await settings_under(reader, organisation, after))


def decided(
    reader: Reader, organisation: Organisation, proposal: Proposal, member: str, decision: Decision
) -> Step:
    """Steps that confirm or decline a proposal.

    Raises:
        Refused: SECOND_OFFICER, PROPOSAL_DECIDED, TEMPLATE_CHANGED, PROPOSAL_REASON (declining needs one).
    """
    accept = decision.accept
    check_decision(proposal, member, organisation.template_version, accept=accept)
    text = decision.answer.strip() if accept else check_reason(decision.answer)
    end = settled(proposal, "confirmed" if accept else "declined", member, reader.clock.now_ms(), text)
    if not accept:
        return Step((), (end,))
    version = proposal.base_version + 1
    told = telling(member, organisation.org, CHANGED, version, f"{proposal.id}:changed")
    return Step((told,), (end, template_changed(organisation.org, proposal.base_version, proposal.changes)))


def withdrawn(reader: Reader, proposal: Proposal, member: str) -> Step:
    """Steps that take a proposal back.

    Raises:
        Refused: SECOND_OFFICER for anybody but the proposer, PROPOSAL_DECIDED.
    """
    if proposal.by != member:
        raise Refused(SECOND_OFFICER)
    if proposal.state != "open":
        raise Refused(PROPOSAL_DECIDED)
    return Step((), (settled(proposal, "withdrawn", member, reader.clock.now_ms(), ""),))
