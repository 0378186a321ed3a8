"""What each event does to the state of a branch. Pure; the specification of the web client's reducer.

Imported by tests; clients of other languages read it.
"""

from collections.abc import Iterable

from channels.branch.protocol import (
    BranchMemberAdded,
    BranchMemberChanged,
    BranchMemberLeft,
    BranchPerson,
    BranchRoleGranted,
    BranchRoleRevoked,
    BranchSnapshot,
    BranchUnit,
    BranchUnitAdded,
    BranchUnitChanged,
    BranchUnitClosed,
    BranchWordsChanged,
)
from channels.protocol.base import LogEvent


def apply_all(state: BranchSnapshot, events: Iterable[LogEvent]) -> BranchSnapshot:
    """The state after events of the branch's topic."""
    for event in events:
        state = apply(state, event)
    return state


def apply(state: BranchSnapshot, event: LogEvent) -> BranchSnapshot:
    """The state after one event; every event sets, so applying it again changes nothing."""
    match event:
        case BranchMemberAdded() | BranchMemberChanged() | BranchRoleGranted():
            return _with_person(state, event.person)
        case BranchRoleRevoked():
            guest = event.person.branch != state.unit.unit
            if guest and not event.person.titles:
                return _without(state, event.person.member)
            return _with_person(state, event.person)
        case BranchMemberLeft():
            return _without(state, event.member)
        case BranchUnitAdded() | BranchUnitChanged():
            return _with_unit(state, event.unit)
        case BranchWordsChanged():
            words = state.organisation.model_copy(update={"terms": event.terms, "classes": event.classes})
            return state.model_copy(update={"organisation": words})
        case BranchUnitClosed():
            return state.model_copy(update={"groups": [g for g in state.groups if g.unit != event.unit]})
    return state


def _with_person(state: BranchSnapshot, person: BranchPerson) -> BranchSnapshot:
    people = {p.member: p for p in state.people} | {person.member: person}
    return state.model_copy(update={"people": [people[member] for member in sorted(people)]})


def _without(state: BranchSnapshot, member: str) -> BranchSnapshot:
    return state.model_copy(update={"people": [p for p in state.people if p.member != member]})


def _with_unit(state: BranchSnapshot, unit: BranchUnit) -> BranchSnapshot:
    if unit.unit == state.unit.unit:
        return state.model_copy(update={"unit": unit})
    groups = {g.unit: g for g in state.groups} | {unit.unit: unit}
    return state.model_copy(update={"groups": [groups[ident] for ident in sorted(groups)]})
