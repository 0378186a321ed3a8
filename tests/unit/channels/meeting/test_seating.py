"""Who is expected: everybody, the committee, the delegates; guests and observers are in no number (domain.md 2.2)."""

import pytest

from channels.branch.contract import Person, Title
from channels.meeting.kind import all_kinds, rules_of
from channels.meeting.protocol.sheet import MeetingLeaveLine
from channels.meeting.seating import Audience, frozen, roll_of
from storage.ids import MemberId, UnitId
from tests.unit.channels.meeting.test_prefill import state

BRANCH, GROUP = (UnitId(f"01980000-0000-7002-8000-00000000000{n}") for n in (1, 2))
PEOPLE = ("plain", "secretary", "delegate", "delegate", "observer", "non_voting", "left")


def person(place: int, role: str) -> Person:
    member = MemberId(f"01980000-0000-7003-8000-{place:012x}")
    titles = () if role in ("plain", "left") else (Title(f"h{place}", role, BRANCH, role, role),)
    class_ = "associate" if place == 3 else "full"
    return Person(
        member, f"{place:03}", f"人{place}", BRANCH, (GROUP,), class_, titles, active=role != "left"
    )


def audience() -> Audience:
    people = {one.member: one for one in (person(place, role) for place, role in enumerate(PEOPLE))}
    return Audience(people, {GROUP: 0}, frozenset({"full"}))


def rows(kind: str, **fields: object) -> list[tuple[int, str, bool]]:
    file = all_kinds()["union"]
    found = file.of(kind)
    assert found is not None
    meeting = state(unit=BRANCH, rules=rules_of(file, found, 2), **fields)
    made = frozen(meeting, audience(), {}, ())
    return [(int(row.member[-2:], 16), row.status, row.votes) for row in made]


def test_an_assembly_of_delegates_expects_delegates_alone() -> None:
    assert rows("general") == [(2, "expected", True), (3, "expected", False)]


def test_an_assembly_of_members_expects_everybody_who_is_there_to_be_expected() -> None:
    assert rows("members") == [
        (0, "expected", True),
        (1, "expected", True),
        (2, "expected", True),
        (3, "expected", False),  # an associate has no vote
        (5, "expected", False),  # a role without a vote
    ]


def test_guests_come_last_and_are_in_no_number() -> None:
    guest = person(0, "plain").member
    found = rows("general", guests=[guest])
    assert found[-1] == (0, "observer", False)
    file = all_kinds()["union"]
    meeting = state(unit=BRANCH, rules=rules_of(file, file.kinds[0], 2), guests=[guest])
    roll = roll_of(frozen(meeting, audience(), {}, ()), 1, 0)
    assert (roll.expected, roll.entitled, roll.observers) == (2, 1, 1)


@pytest.mark.parametrize(("category", "status"), [("sick", "leave"), ("official", "official")])
def test_leave_that_was_approved_stands_on_the_roll_and_lowers_nothing(category: str, status: str) -> None:
    member = person(2, "delegate").member
    line = MeetingLeaveLine(member=member, category=category, state="approved", asked_at_ms=0)
    file = all_kinds()["union"]
    meeting = state(unit=BRANCH, rules=rules_of(file, file.kinds[0], 2))
    made = frozen(meeting, audience(), {member: line}, ())
    assert made[0].status == status
    assert roll_of(made, 1, 0).expected == 2


def test_whoever_is_excluded_is_not_expected() -> None:
    member = person(3, "delegate").member
    file = all_kinds()["union"]
    meeting = state(unit=BRANCH, rules=rules_of(file, file.kinds[0], 2))
    made = frozen(meeting, audience(), {}, (member,))
    assert [row.status for row in made] == ["expected", "excluded"]
    assert roll_of(made, 1, 0).expected == 1
