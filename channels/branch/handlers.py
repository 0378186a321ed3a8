"""The topic of a branch, its reading commands, and the answers to other features' questions."""

from collections.abc import Iterable

from channels.branch.contract import (
    BranchesOf,
    GroupsOf,
    Holders,
    MemberByBlind,
    MembersOf,
    Organisation,
    OrganisationOf,
    PeopleOf,
    Person,
    PersonCards,
    PlaceOf,
    Unit,
    UnitOf,
    UnitsOf,
)
from channels.branch.errors import UNIT_UNKNOWN
from channels.branch.protocol import (
    BRANCH_EVENTS,
    BranchCards,
    BranchClass,
    BranchCounted,
    BranchCounts,
    BranchPeople,
    BranchSnapshot,
    text_of,
    wire_organisation,
    wire_person,
    wire_unit,
)
from channels.branch.roles import ROLES
from channels.branch.store import (
    by_contact,
    counts_of,
    groups_of,
    guests_of,
    holders,
    members_of,
    organisation,
    people_of,
    person_cards,
    tree,
    unit,
    units_of,
)
from channels.core.actor import Actor, Place
from channels.core.context import Context, Reader
from channels.protocol.base import LogEvent, wire_type
from channels.protocol.errors import FORBIDDEN, Refused
from storage.ids import MemberId
from storage.log import Entry

SMALL_CELL = 5
"""A class with fewer members would point at persons (domain.md: k >= 5)."""

_EVENTS: dict[str, type[LogEvent]] = {wire_type(event): event for event in BRANCH_EVENTS}


# -- the topic -------------------------------------------------------------------------------------------------------


async def may_enter(actor: Actor, ident: str, reader: Reader) -> bool:
    """Members of the branch, and guests who hold a role in it or one of its groups that shows persons."""
    if actor.member is None:
        return False
    if ident not in actor.units and not _sees_people_of(actor, {ident}):
        groups = await groups_of(reader.mongo, ident)
        if not _sees_people_of(actor, {group.unit for group in groups}):
            return False
    found = await unit(reader.mongo, ident)
    return found is not None and found.kind == "branch" and found.org == actor.org


def _sees_people_of(actor: Actor, units: Iterable[str]) -> bool:
    """True when a role held in one of the units shows persons; roles that reach everything below show none."""
    wanted = frozenset(units)
    return any(g.unit in wanted and g.role in ROLES and ROLES[g.role].reach != "below" for g in actor.grants)


async def snapshot(actor: Actor, ident: str, reader: Reader) -> BranchSnapshot:
    """The state of a branch.

    Raises:
        Refused: UNIT_UNKNOWN.
    """
    branch = await unit(reader.mongo, ident)
    org = await organisation(reader.mongo, branch.org) if branch else None
    if branch is None or org is None or branch.kind != "branch":
        raise Refused(UNIT_UNKNOWN)
    groups = await groups_of(reader.mongo, ident)
    people = await people_of(reader.mongo, ident)
    people |= await guests_of(reader.mongo, ident, people)
    here = frozenset({branch.unit, *(g.unit for g in groups)})
    return BranchSnapshot(
        unit=wire_unit(branch),
        organisation=wire_organisation(org, classes_of(org)),
        groups=[wire_unit(g) for g in sorted(groups, key=lambda g: g.unit)],
        people=[wire_person(people[member], here) for member in sorted(people)],
    )


def classes_of(org: Organisation) -> list[BranchClass]:
    """Membership classes of the organisation's template."""
    return [BranchClass(key=c.key, title=text_of(c.title), votes=c.votes) for c in org.classes]


def render(entry: Entry) -> LogEvent:
    """The event of a log entry."""
    fields = {"type": entry.type, "topic": entry.topic, "seq": entry.seq, "at_ms": entry.at_ms, **entry.body}
    return _EVENTS[entry.type].model_validate(fields)


# -- commands --------------------------------------------------------------------------------------------------------


async def people(command: BranchPeople, context: Context) -> BranchCards:
    """Cards of people whom the caller may know: those of branches the caller may enter."""
    cards = await person_cards(context.mongo, command.members)
    open_branches = await _open_branches(context, {card.branch for card in cards.values()})
    known = {
        m: card for m, card in cards.items() if card.branch in open_branches or m == context.actor.member
    }
    return BranchCards(
        people=[wire_person(known[member], frozenset()) for member in sorted(known)],
        left=[member for member in sorted(known) if not known[member].active],
    )


async def _open_branches(context: Context, branches: Iterable[str]) -> set[str]:
    return {branch for branch in branches if await may_enter(context.actor, branch, context.reader)}


async def counts(command: BranchCounts, context: Context) -> BranchCounted:
    """Numbers of members at and below a unit.

    Raises:
        Refused: UNIT_UNKNOWN, FORBIDDEN.
    """
    found = await unit(context.mongo, command.unit)
    if found is None or found.org != context.actor.org:
        raise Refused(UNIT_UNKNOWN)
    if not context.actor.can("branch.read_counts", Place(found.unit, found.path)):
        raise Refused(FORBIDDEN)
    return counted(await counts_of(context.mongo, found.unit))


def counted(by_class: dict[str, int]) -> BranchCounted:
    """Counts as they may be shown: no classes when one of them is small."""
    small = any(count < SMALL_CELL for count in by_class.values())
    return BranchCounted(total=sum(by_class.values()), by_class={} if small else by_class)


# -- questions of other features -----------------------------------------------------------------------------------


async def answer_place(query: PlaceOf, reader: Reader) -> Place | None:
    """Answer `PlaceOf`."""
    found = await unit(reader.mongo, query.unit)
    return Place(found.unit, found.path) if found else None


async def answer_unit(query: UnitOf, reader: Reader) -> Unit | None:
    """Answer `UnitOf`."""
    return await unit(reader.mongo, query.unit)


async def answer_units(query: UnitsOf, reader: Reader) -> tuple[Unit, ...]:
    """Answer `UnitsOf`."""
    return await units_of(reader.mongo, query.member)


async def answer_groups(query: GroupsOf, reader: Reader) -> tuple[Unit, ...]:
    """Answer `GroupsOf`."""
    return tuple(await groups_of(reader.mongo, query.branch))


async def answer_members(query: MembersOf, reader: Reader) -> tuple[MemberId, ...]:
    """Answer `MembersOf`."""
    return await members_of(reader.mongo, query.unit)


async def answer_people(query: PeopleOf, reader: Reader) -> dict[MemberId, Person]:
    """Answer `PeopleOf`."""
    return await people_of(reader.mongo, query.unit)


async def answer_cards(query: PersonCards, reader: Reader) -> dict[MemberId, Person]:
    """Answer `PersonCards`."""
    return await person_cards(reader.mongo, query.members)


async def answer_contact(query: MemberByBlind, reader: Reader) -> tuple[MemberId, ...]:
    """Answer `MemberByBlind`."""
    return await by_contact(reader.mongo, reader.cipher, query)


async def answer_organisation(query: OrganisationOf, reader: Reader) -> Organisation | None:
    """Answer `OrganisationOf`."""
    return await organisation(reader.mongo, query.org)


async def answer_branches(query: BranchesOf, reader: Reader) -> tuple[Unit, ...]:
    """Answer `BranchesOf`."""
    return tuple(found for found in await tree(reader.mongo, query.org) if found.kind == "branch")


async def answer_holders(query: Holders, reader: Reader) -> tuple[MemberId, ...]:
    """Answer `Holders`."""
    return await holders(reader.mongo, query.unit, query.capability)
