"""What an import would do, as values: the present roll on one side, the plan on the other. Pure.

Every person of the file ends in exactly one of: add, change, unchanged, held, asked. The digest of a plan is what a
confirmation refers to: when the roll changes in between, the digest changes and the officer looks again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from channels.branch.normalise import name_key
from channels.branch.roll.checks import Draft
from channels.branch.roll.faults import Fault
from channels.branch.roll.match import Facts

NEW = "new"
SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Known:
    """One member who is on the roll of the branch already.

    Attributes:
        member: Id.
        number, name, class_: As stored.
        groups: Names.
        titles: Words of the offices held in the branch and its groups.
        active: False when the member has left.
        values: Personal fields in clear, in memory only.
    """

    member: str
    number: str
    name: str
    class_: str
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    active: bool
    values: Mapping[str, str]

    @property
    def facts(self) -> Facts:
        """What tells this member apart."""
        return Facts(name_key(self.name), self.number, self.values)


@dataclass(frozen=True, slots=True)
class Present:
    """The roll as it is.

    Attributes:
        members: Of the branch, including those who left.
        groups: Names of the groups of the branch.
        elsewhere: Numbers that other units of the organisation use.
    """

    members: tuple[Known, ...] = ()
    groups: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A member whose record would change."""

    draft: Draft
    known: Known
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """An office a row names and the person does not hold yet."""

    draft: Draft
    member: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do."""

    add: tuple[Draft, ...] = ()
    change: tuple[Change, ...] = ()
    unchanged: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()
    new_groups: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()

    @property
    def digest(self) -> str:
        """Fingerprint of everything that would be written."""
        content = {
            "add": [_draft_key(d) for d in self.add],
            "change": [[_draft_key(c.draft), c.known.member, list(c.fields)] for c in self.change],
            "groups": list(self.new_groups),
            "offices": [[o.draft.row, o.member, o.title] for o in self.offices],
        }
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _draft_key(draft: Draft) -> list[object]:
    return [
        draft.row,
        draft.name,
        draft.number,
        draft.groups,
        draft.titles,
        draft.class_,
        sorted(draft.values.items()),
    ]
