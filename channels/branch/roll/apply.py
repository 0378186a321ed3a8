"""Writing what a dry run found sound, in transactions of bounded size. Imported by the roof.

Repeating an import that was interrupted finishes it: what is written already is `unchanged` the second time. Two imports of
one branch at once cannot both add a person: each transaction moves the branch's `roll_version` from the value it knows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from channels.branch.contract import Unit
from channels.branch.errors import IMPORT_CHANGED, NUMBER_TAKEN
from channels.branch.hand import Hand, Steps, commit
from channels.branch.holds import Office, check_grant, granted, here_of, titled
from channels.branch.members import Edit, Newcomer, Rooms, added, changed, rooms_of
from channels.branch.records import ROLE_HOLDS, UNITS
from channels.branch.roll.checks import Draft
from channels.branch.roll.dryrun import DryRun
from channels.branch.roll.numbers import fresh_numbers
from channels.branch.roll.plan import Change
from channels.branch.store import person_cards, titles_of
from channels.branch.units import unit_added
from channels.protocol.errors import ErrorRow, Refused
from storage.errors import Duplicate, GuardFailed
from storage.ids import MemberId
from storage.log import Update

CHUNK = 20
"""People in one transaction: some 150 statements, well inside its time limit even on a busy machine."""

Progress = Callable[[int, int], None]
"""Called after each transaction with (people done, people in all); for a bar, a live notice, or nothing."""

T = TypeVar("T")


@dataclass(slots=True)
class Outcome:
    """What an import did.

    Attributes:
        added: Ids of new members, in the order of the file.
        changed: How many records changed.
        groups: How many groups were made.
        offices: How many roles were given.
        refused: (row, why) of roles that could not be given.
    """

    added: list[str] = field(default_factory=list)
    changed: int = 0
    groups: int = 0
    offices: int = 0
    refused: list[tuple[int, ErrorRow]] = field(default_factory=list)


def no_progress(done: int, total: int) -> None:
    """For callers that do not watch."""


async def apply(hand: Hand, run: DryRun, *, give_offices: bool, progress: Progress = no_progress) -> Outcome:
    """Write a dry run.

    Args:
        hand: Who acts; must hold `branch.manage_roll` there (and `branch.manage_roles` with `give_offices`).
        run: Made just now, and confirmed by its digest.
        give_offices: Also give the roles the file names.
        progress: Hears how far it is.

    Raises:
        Refused: IMPORT_CHANGED or NUMBER_TAKEN: the roll changed meanwhile; what was written stays, look again.
    """
    try:
        return await _Import(hand, run, progress).run(give_offices=give_offices)
    except GuardFailed as error:
        raise Refused(IMPORT_CHANGED) from error
    except Duplicate as error:
        raise Refused(NUMBER_TAKEN if error.index == "members_number" else IMPORT_CHANGED) from error


class _Import:
    """One import under way."""

    def __init__(self, hand: Hand, run: DryRun, progress: Progress) -> None:
        self._hand = hand
        self._run = run
        self._progress = progress
        self._total = len(run.plan.add) + len(run.plan.change)
        self._done = 0
        self._version = 0
        self._outcome = Outcome()
        self._member_of_row: dict[int, str] = {}
        self._units: dict[str, Unit] = {}

    async def run(self, *, give_offices: bool) -> Outcome:
        doc = await self._hand.mongo[UNITS].find_one({"_id": self._run.branch.unit}, fields=("roll_version",))
        self._version = doc.get("roll_version", 0) if doc else 0
        groups = await self._groups()
        rooms = await rooms_of(self._hand, self._run.branch, groups)
        self._units = {group.name: group for group in groups}
        by_name: dict[str, str] = {name: group.unit for name, group in self._units.items()}
        given = [d.number for d in self._run.plan.add if d.number is not None]
        missing = len(self._run.plan.add) - len(given)
        numbers = iter(await fresh_numbers(self._hand.reader, self._run.branch.org, missing, given))
        newcomers = [(d, self._newcomer(d, by_name, numbers)) for d in self._run.plan.add]
        for part in _parts(newcomers):
            await self._add(rooms, part)
        for changes in _parts(self._run.plan.change):
            await self._change(rooms, by_name, changes)
        if give_offices:
            await self._give_offices()
        await self._finish()
        return self._outcome

    async def _commit(self, steps: Steps, count: int) -> None:
        known = self._version if self._version else {"$in": [0, None]}
        guard = {"_id": self._run.branch.unit, "roll_version": known}
        steps.writes.insert(0, Update(UNITS, guard, {"$inc": {"roll_version": 1}}))
        await commit(self._hand, steps)
        self._version += 1
        self._done += count
        self._progress(self._done, self._total)

    async def _groups(self) -> list[Unit]:
        """The branch's groups with those the file asks for; officers of the branch reach the new ones, too."""
        groups = list(self._run.groups)
        if not self._run.plan.new_groups:
            return groups
        steps = Steps()
        order = max((g.order for g in groups), default=0)
        for place, name in enumerate(self._run.plan.new_groups, order + 1):
            made, step = unit_added(self._hand, self._run.branch, "group", name, place)
            groups.append(made)
            steps.add(step)
        steps.access.extend(await officers_of(self._hand, self._run.branch.unit))
        await self._commit(steps, 0)
        self._outcome.groups = len(self._run.plan.new_groups)
        return groups

    def _newcomer(self, draft: Draft, groups: dict[str, str], numbers: Iterator[str]) -> Newcomer:
        return Newcomer(
            number=draft.number or next(numbers),
            name=draft.name,
            class_=draft.class_ or self._run.template.classes[0].key,
            groups=tuple(groups[name] for name in draft.groups),
            values=draft.values,
        )

    async def _add(self, rooms: Rooms, part: Sequence[tuple[Draft, Newcomer]]) -> None:
        steps = Steps()
        for draft, newcomer in part:
            member, step = added(self._hand, rooms, newcomer)
            steps.add(step)
            self._member_of_row[draft.row] = member
            self._outcome.added.append(member)
        await self._commit(steps, len(part))

    async def _change(self, rooms: Rooms, groups: dict[str, str], part: Sequence[Change]) -> None:
        titles = await titles_of(self._hand.mongo, [c.known.member for c in part])
        steps = Steps()
        for change in part:
            doc = self._run.stored[change.known.member]
            edit = _edit_of(change, groups)
            step = changed(self._hand, rooms, doc, titles.get(change.known.member, ()), edit)
            if step is not None:
                steps.add(step)
                self._outcome.changed += 1
        await self._commit(steps, len(part))

    async def _give_offices(self) -> None:
        here = await here_of(self._hand.mongo, self._run.branch.unit)
        for office in self._run.plan.offices:
            member = office.member or self._member_of_row.get(office.draft.row)
            word = self._run.template.title_of(office.title)
            if member is None or word is None:
                continue
            unit = self._place_of(word.role, office.draft)
            person = (await person_cards(self._hand.mongo, [member]))[MemberId(member)]
            try:
                await check_grant(self._hand, unit, person, word.role)
            except Refused as refused:
                self._outcome.refused.append((office.draft.row, refused.row))
                continue
            named = titled(Office(word.role, word.title.zh, word.title.en), self._run.template)
            await commit(self._hand, granted(self._hand, unit, person, named, here))
            self._outcome.offices += 1

    def _place_of(self, role: str, draft: Draft) -> Unit:
        """A group leader leads the group the row names; every other office is held in the branch."""
        if role == "group_leader" and len(draft.groups) == 1:
            return self._units.get(draft.groups[0], self._run.branch)
        return self._run.branch

    async def _finish(self) -> None:
        notes: dict[str, str | int] = {
            "added": len(self._outcome.added), "changed": self._outcome.changed, "held": len(self._run.plan.held),
        }  # fmt: skip
        branch = self._run.branch
        row = self._hand.audit("roll.imported", org=branch.org, unit=branch.unit, notes=notes)
        await self._hand.reader.log.commit((), (row,))


def _edit_of(change: Change, groups: dict[str, str]) -> Edit:
    draft = change.draft
    wanted = set(change.fields)
    return Edit(
        name=draft.name if "name" in wanted else None,
        class_=draft.class_ if "class" in wanted else None,
        groups=tuple(groups[name] for name in draft.groups) if "groups" in wanted else None,
        values={f: v for f, v in draft.values.items() if f in wanted},
    )


async def officers_of(hand: Hand, branch: str) -> list[str]:
    """Members who hold a role in a branch."""
    docs = await hand.mongo[ROLE_HOLDS].find({"branch": branch}, fields=("member",), limit=10_000)
    return sorted({doc["member"] for doc in docs})


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
