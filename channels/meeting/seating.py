"""Who belongs to a meeting, and the roll as it is frozen at opening (domain.md 2.2). Pure but for the questions to the roll.

Imported by channels.meeting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from channels.branch.contract import GroupsOf, OrganisationOf, PeopleOf, Person, PersonCards
from channels.core.context import Reader
from channels.meeting.protocol.sheet import MeetingLeaveLine, MeetingRow, RowStatus
from channels.meeting.protocol.values import Body, Meeting, MeetingRoll
from storage.ids import MemberId

COMMITTEE_ROLES = frozenset({"secretary", "deputy", "organizer", "committee", "oversight"})
DELEGATE = "delegate"
OBSERVER = "observer"
NON_VOTING = "non_voting"

EXCLUSIONS = "meeting_exclusions"
"""{_id: meeting|member, meeting, member, reason_class, approved_by, resolution, by, at_ms}; read by the keeper of the roll."""

OFFICIAL = "official"
"""Category of leave that counts as official duty."""

EXCLUSIONS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Audience:
    """The people of a meeting, today.

    Attributes:
        people: Everybody in its unit, and its guests.
        groups: Group -> position.
        voting: Classes that may vote.
    """

    people: Mapping[MemberId, Person]
    groups: Mapping[str, int]
    voting: frozenset[str]


async def audience(reader: Reader, org: str, meeting: Meeting) -> Audience:
    """Today's people of a meeting."""
    people: dict[MemberId, Person] = dict(await reader.ask(PeopleOf(meeting.unit)))
    people |= await reader.ask(PersonCards(tuple(meeting.guests)))
    groups = await reader.ask(GroupsOf(meeting.unit))
    organisation = await reader.ask(OrganisationOf(org))
    voting = organisation.voting if organisation is not None else frozenset[str]()
    return Audience(people, {group.unit: place for place, group in enumerate(groups)}, voting)


def seats_of(body: Body, unit: str, people: Iterable[Person]) -> list[Person]:
    """Who is expected: everybody of the unit, its committee, its delegates; observers never."""
    return [person for person in people if person.active and _sits(body, unit, person)]


def _sits(body: Body, unit: str, person: Person) -> bool:
    if unit not in (person.branch, *person.groups):
        return False
    roles = {title.role for title in person.titles}
    if OBSERVER in roles:
        return False
    match body:
        case "committee":
            return bool(roles & COMMITTEE_ROLES)
        case "delegates":
            return DELEGATE in roles
        case _:
            return True


def frozen(
    meeting: Meeting,
    audience: Audience,
    leaves: Mapping[str, MeetingLeaveLine],
    excluded: Iterable[str],
) -> list[MeetingRow]:
    """The rows of the roll in its order: by group, then number; guests last as observers."""
    out = frozenset(excluded)
    seats = seats_of(meeting.rules.body, meeting.unit, audience.people.values())
    seats.sort(key=lambda person: (_group_place(person, audience), person.number, person.member))
    rows = [
        _row(person, place, audience, leaves.get(person.member), person.member in out)
        for place, person in enumerate(seats, start=1)
    ]
    known = {row.member for row in rows}
    guests = [audience.people[MemberId(guest)] for guest in meeting.guests if guest in audience.people]
    rows += [
        MeetingRow(member=guest.member, votes=False, status="observer", order=len(rows) + place)
        for place, guest in enumerate((g for g in guests if g.member not in known), start=1)
    ]
    return rows


def _group_place(person: Person, audience: Audience) -> int:
    return min((audience.groups.get(group, 999) for group in person.groups), default=999)


def _row(
    person: Person, place: int, audience: Audience, leave: MeetingLeaveLine | None, excluded: bool
) -> MeetingRow:
    votes = person.class_ in audience.voting and NON_VOTING not in {title.role for title in person.titles}
    status: RowStatus = "expected"
    if excluded:
        status = "excluded"
    elif leave is not None and leave.state == "approved":
        status = "official" if leave.category == OFFICIAL else "leave"
    return MeetingRow(
        member=person.member,
        group=person.groups[0] if person.groups else None,
        votes=votes,
        status=status,
        order=place,
    )


def roll_of(rows: Iterable[MeetingRow], version: int, now_ms: int) -> MeetingRoll:
    """The numbers of a roll."""
    every = list(rows)
    expected = [row for row in every if row.status not in ("excluded", "observer")]
    return MeetingRoll(
        version=version,
        expected=len(expected),
        entitled=sum(row.votes for row in expected),
        excluded=sum(row.status == "excluded" for row in every),
        observers=sum(row.status == "observer" for row in every),
        frozen_at_ms=now_ms,
    )


async def excluded_members(reader: Reader, meeting: str) -> list[str]:
    """Who is left out of the expected by a decision."""
    found = await reader.mongo[EXCLUSIONS].find(
        {"meeting": meeting}, fields=("member",), limit=EXCLUSIONS_MAX
    )
    return [document["member"] for document in found]
