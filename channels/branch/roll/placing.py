"""From drafts and the present roll to a plan: a dry run. Pure; nothing is written here.

Row by row: what an earlier row of the file makes of it, then which member of the roll it means, then what would change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from channels.branch.dates import agrees
from channels.branch.normalise import name_key
from channels.branch.roll.checks import Draft
from channels.branch.roll.faults import KINDS, Fault, fault
from channels.branch.roll.match import Facts, Verdict, compare, says_nothing_new
from channels.branch.roll.plan import NEW, SKIP, Change, Known, Office, Plan, Present
from channels.branch.template import Template


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that was read; one that is held or in question only helps to find namesakes."""

    draft: Draft
    facts: Facts
    held: bool


@dataclass(slots=True)
class _Planner:
    """Collects a plan row by row."""

    present: Present
    template: Template
    answers: Mapping[int, str]
    faults: list[Fault]
    add: list[Draft] = field(default_factory=list)
    change: list[Change] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    offices: list[Office] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    near: "_Index" = field(default_factory=lambda: _Index())
    roll: "_Index" = field(default_factory=lambda: _Index())

    def __post_init__(self) -> None:
        for at, known in enumerate(self.present.members):
            self.roll.put(known.facts, at)

    def place(self, draft: Draft, *, held: bool) -> None:
        """Decide about one draft."""
        facts = Facts(draft.key, draft.number, draft.values)
        answer = self.answers.get(draft.row, "")
        in_file = self._within_file(_Row(draft, facts, held), answer)
        self.near.put(facts, len(self.rows))
        self.rows.append(_Row(draft, facts, held or in_file is not None))
        if held:
            return
        if in_file is not None:
            self.faults.append(in_file)
            if in_file.kind.level == "ask":
                self.asked.append(draft.row)
        elif answer == SKIP:
            self.skipped.append(draft.row)
        elif draft.number in self.present.elsewhere:
            self.faults.append(fault(draft.row, None, "number_elsewhere"))
        else:
            self._against_roll(draft, facts, answer)

    def _within_file(self, row: _Row, answer: str) -> Fault | None:
        """What an earlier row of the file makes of this one; a row that waits for somebody's word holds no other back."""
        draft, facts = row.draft, row.facts
        for at in self.near.close_to(facts):
            other = self.rows[at]
            verdict = compare(facts, other.facts, one_file=True)
            same_name = facts.name_key == other.facts.name_key
            if verdict is Verdict.DIFFERENT and same_name:
                self.faults.append(fault(draft.row, None, "same_name", row=other.draft.row))
            if row.held or other.held:
                continue
            if facts.number is not None and facts.number == other.facts.number and not same_name:
                return fault(draft.row, None, "number_repeated", row=other.draft.row)
            if verdict is Verdict.SAME:
                return fault(draft.row, None, "person_twice", row=other.draft.row)
            if verdict is Verdict.UNCLEAR and not answer:
                return fault(
                    draft.row,
                    None,
                    "same_name_unclear" if same_name else "contact_shared",
                    row=other.draft.row,
                )
        return None

    def _against_roll(self, draft: Draft, facts: Facts, answer: str) -> None:
        known, asked = self._find(draft, facts, answer)
        if asked is not None:
            self.faults.append(asked)
            if asked.kind.level == "ask":
                self.asked.append(draft.row)
                self.rows[-1] = replace(self.rows[-1], held=True)
            return
        if known is None:
            self.add.append(draft)
        else:
            self.taken[known.member] = draft.row
            fields = changed_fields(draft, known, self.template)
            if fields:
                self.change.append(Change(draft, known, fields))
            else:
                self.unchanged.append(draft.row)
        held = known.titles if known else ()
        member = known.member if known else None
        for title in draft.titles:
            if title not in held:
                self.offices.append(Office(draft, member, title))
                self.faults.append(fault(draft.row, None, "title_waits", word=title))

    def _find(self, draft: Draft, facts: Facts, answer: str) -> tuple[Known | None, Fault | None]:
        """The member a row means; or a fault that keeps it from being decided."""
        same, unclear, namesakes = self._candidates(facts)
        chosen = next((k for k in (*same, *unclear) if k.member == answer), None)
        if chosen is None and answer != NEW:
            if len(same) == 1:
                chosen = same[0]
            elif same or unclear:
                return None, _question(draft, (*same, *unclear))
        if chosen is None:
            for other in namesakes:
                self.faults.append(fault(draft.row, None, "namesake_on_roll", number=other.number))
            return None, None
        if chosen.member in self.taken:
            return None, fault(draft.row, None, "person_twice", row=self.taken[chosen.member])
        if not chosen.active:
            return None, fault(draft.row, None, "member_left", number=chosen.number)
        return chosen, None

    def _candidates(self, facts: Facts) -> tuple[list[Known], list[Known], list[Known]]:
        same: list[Known] = []
        unclear: list[Known] = []
        namesakes: list[Known] = []
        quiet: list[Known] = []
        for at in self.roll.close_to(facts):
            known = self.present.members[at]
            verdict = compare(facts, known.facts, one_file=False)
            if verdict is Verdict.SAME:
                same.append(known)
            elif verdict is Verdict.UNCLEAR and known.member not in self.taken:
                (quiet if says_nothing_new(facts, known.facts) else unclear).append(known)
            elif verdict is Verdict.DIFFERENT and known.facts.name_key == facts.name_key:
                namesakes.append(known)
        if not same and quiet:
            same = quiet[:1]
        return same, unclear, namesakes


def _question(draft: Draft, candidates: tuple[Known, ...]) -> Fault:
    first = candidates[0]
    if draft.number is not None and first.number == draft.number:
        code = "number_other_name"
    else:
        code = "maybe_on_roll" if first.facts.name_key == draft.key else "contact_of_other"
    members = tuple(known.member for known in candidates)
    return Fault(draft.row, None, KINDS[code], {"number": first.number}, members)


class _Index:
    """Finds records that could be the same person, so that 5,000 rows need no 12 million comparisons."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[int]] = {}

    def put(self, facts: Facts, at: int) -> None:
        for key in _keys(facts):
            self._rows.setdefault(key, []).append(at)

    def close_to(self, facts: Facts) -> list[int]:
        return sorted({at for key in _keys(facts) for at in self._rows.get(key, ())})


def _keys(facts: Facts) -> list[tuple[str, str]]:
    pairs = [
        ("name", facts.name_key),
        ("number", facts.number),
        *((f, facts.values.get(f)) for f in ("phone", "mail")),
    ]
    return [(kind, value) for kind, value in pairs if value is not None]


_DATES = ("joined_on", "birth_date")


def changed_fields(draft: Draft, known: Known, template: Template) -> tuple[str, ...]:
    """Names of fields the row would change; blank cells change nothing, a month never replaces a day of that month."""
    fields = []
    if draft.name != known.name:
        fields.append("name")
    if draft.groups and set(draft.groups) != set(known.groups):
        fields.append("groups")
    if draft.class_ is not None and draft.class_ != known.class_:
        wanted, present = template.class_of(draft.class_), template.class_of(known.class_)
        agree = (
            draft.class_by_vote
            and wanted is not None
            and present is not None
            and wanted.votes == present.votes
        )
        if not agree:
            fields.append("class")
    for name, value in draft.values.items():
        before = known.values.get(name)
        known_better = before is not None and name in _DATES and _known_better(before, value)
        if before != value and not known_better:
            fields.append(name)
    return tuple(fields)


def _known_better(before: str, value: str) -> bool:
    return len(before) > len(value) and agrees(before, value)


def plan_import(
    drafts: list[Draft], faults: list[Fault], present: Present, template: Template, answers: Mapping[int, str]
) -> Plan:
    """The dry run.

    Args:
        drafts: Rows that name a person, in order.
        faults: What reading the rows said.
        present: The roll of the branch.
        template: Classes and offices.
        answers: Row -> `new`, `skip`, or a member id among the fault's candidates.
    """
    planner = _Planner(present, template, answers, list(faults))
    spelled = {name_key(group): group for group in sorted(present.groups)}
    held_rows = {f.row for f in faults if f.kind.level == "held"}
    for draft in drafts:
        groups = tuple(dict.fromkeys(spelled.setdefault(name_key(g), g) for g in draft.groups))
        planner.place(replace(draft, groups=groups), held=draft.row in held_rows)
    written = [*planner.add, *(c.draft for c in planner.change)]
    new_groups = tuple(dict.fromkeys(g for d in written for g in d.groups if g not in present.groups))
    first_of = {group: next(d.row for d in written if group in d.groups) for group in new_groups}
    planner.faults.extend(fault(row, None, "group_new", word=group) for group, row in first_of.items())
    ordered = tuple(sorted(planner.faults, key=lambda f: (f.row, -1 if f.column is None else f.column)))
    return Plan(
        add=tuple(planner.add),
        change=tuple(planner.change),
        unchanged=tuple(planner.unchanged),
        held=tuple(sorted({f.row for f in ordered if f.kind.level == "held"})),
        asked=tuple(planner.asked),
        skipped=tuple(sorted({*planner.skipped, *(f.row for f in ordered if f.kind.level == "skip")})),
        faults=ordered,
        new_groups=new_groups,
        offices=tuple(planner.offices),
    )
