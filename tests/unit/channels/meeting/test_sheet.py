"""The sheet as a fold: numbers always add up, order decides, nothing counts twice (invariants 1, 2, 4 of domain.md 5.2)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.meeting.protocol.sheet import (
    MeetingAnswer,
    MeetingBallot,
    MeetingCheckedIn,
    MeetingCollecting,
    MeetingRollAnswered,
    MeetingRow,
    MeetingRowSet,
    MeetingSheetClosed,
    MeetingVoteCast,
)
from channels.meeting.sheet import Sheet, sheet_of
from channels.protocol.base import LogEvent

TOPIC = "meeting:01980000-0000-7002-8000-000000000001-sheet"
ROUND, CALL, MOTION = (f"01980000-0000-7009-8000-00000000000{n}" for n in (1, 2, 3))
STATUSES = ("expected", "on_time", "late", "leave", "official", "absent", "excluded", "observer")


def member(number: int) -> str:
    return f"01980000-0000-7003-8000-{number:012x}"


def rows(count: int) -> list[MeetingRow]:
    return [
        MeetingRow(
            member=member(n), votes=n % 4 != 0, status="observer" if n == count else "expected", order=n
        )
        for n in range(1, count + 1)
    ]


people = st.integers(1, 8)
checked_in = st.builds(lambda who, late: (MeetingCheckedIn, {
    "member": member(who), "round": ROUND, "method": "code", "received_at_ms": 5, "late_ms": late, "remote": False,
}), people, st.integers(0, 2))  # fmt: skip
row_set = st.builds(lambda who, status, left, disputed: (MeetingRowSet, {
    "row": MeetingRow(
        member=member(who), votes=who % 4 != 0, status=status, order=who, left_at_ms=9 if left else None, disputed=disputed
    ), "cause": "manual", "by": member(1),
}), people, st.sampled_from(STATUSES), st.booleans(), st.booleans())  # fmt: skip
answered = st.builds(lambda who, said: (MeetingRollAnswered, {
    "roll_call": CALL, "answer": MeetingAnswer(member=member(who), answer=said, at_ms=1),
}), people, st.sampled_from(("here", "leave", "none")))  # fmt: skip
voted = st.builds(lambda who, choice, opening: (MeetingVoteCast, {
    "motion": MOTION, "opening": opening, "ballot": MeetingBallot(member=member(who), choice=choice),
}), people, st.sampled_from(("yes", "no", "abstain")), st.integers(1, 30))  # fmt: skip
collecting = st.sampled_from(
    [(MeetingCollecting, {"roll_call": CALL, "motion": motion}) for motion in (MOTION, MOTION, None)]
)
closed = st.just((MeetingSheetClosed, {"by": member(1)}))
happenings = st.lists(
    st.one_of(checked_in, checked_in, row_set, answered, voted, collecting, closed), max_size=30
)


def events(found: list[tuple[type[LogEvent], dict[str, Any]]]) -> list[LogEvent]:
    return [kind(topic=TOPIC, seq=seq, at_ms=seq, **fields) for seq, (kind, fields) in enumerate(found, 1)]


def folded(found: list[LogEvent]) -> Sheet:
    sheet = Sheet("01980000-0000-7002-8000-000000000001")
    sheet.seat(rows(8))
    for event in found:
        sheet.apply(event)
    return sheet


@settings(max_examples=10_000, deadline=None)
@given(happenings)
def test_numbers_add_up_whatever_happens(found: list[tuple[type[LogEvent], dict[str, Any]]]) -> None:
    told = events(found)
    sheet = folded(told)
    assert sheet.numbers == sheet.recounted()
    counts = sheet.counts()
    waiting = sum(row.status == "expected" and not row.disputed for row in sheet.rows.values())
    parts = counts.on_time + counts.late + counts.leave + counts.official + counts.absent + counts.disputed
    assert counts.expected == parts + waiting
    assert counts.attended == counts.on_time + counts.late == counts.present + counts.left_early
    assert counts.present_entitled <= counts.present
    assert counts.entitled <= counts.expected
    assert len(sheet.rows) == 8
    again = folded(told)
    for event in told:
        again.apply(event)  # heard twice
    assert again.wire() == sheet.wire()


@settings(max_examples=10_000, deadline=None)
@given(happenings, st.integers(0, 30))
def test_a_client_that_came_in_between_sees_the_same(
    found: list[tuple[type[LogEvent], dict[str, Any]]], cut: int
) -> None:
    told = events(found)
    late = sheet_of(folded(told[:cut]).wire())
    for event in told[cut:]:
        late.apply(event)
    assert late.wire() == folded(told).wire()


Happening = tuple[type[LogEvent], dict[str, Any]]


def vote(who: int, opening: int, choice: str = "yes") -> Happening:
    ballot = MeetingBallot(member=member(who), choice=choice)  # type: ignore[arg-type]  # a Literal
    return (MeetingVoteCast, {"motion": MOTION, "opening": opening, "ballot": ballot})


def collects(motion: str | None) -> Happening:
    return (MeetingCollecting, {"roll_call": None, "motion": motion})


def test_votes_count_from_their_opening_to_its_end() -> None:
    told = [
        vote(1, 0),
        collects(MOTION),
        vote(1, 2),
        vote(1, 2, "no"),
        vote(2, 2),
        collects(None),
        vote(3, 2),
    ]
    assert {who: one.choice for who, one in folded(events(told)).votes[MOTION].items()} == {
        member(1): "yes",
        member(2): "yes",
    }
    again = [*told, collects(MOTION), vote(4, 2), vote(5, 8, "no")]
    assert list(folded(events(again)).votes[MOTION]) == [member(5)]
    call: list[Happening] = [
        *told[:3],
        (MeetingCollecting, {"roll_call": CALL, "motion": MOTION}),
        vote(2, 2),
    ]
    assert list(folded(events(call)).votes[MOTION]) == [
        member(1),
        member(2),
    ]  # a roll-call meanwhile ends nothing


def test_who_may_vote_is_who_was_there_at_the_opening() -> None:
    came: Happening = (MeetingCheckedIn, {
        "member": member(1), "round": ROUND, "method": "code", "received_at_ms": 5, "late_ms": 0, "remote": False,
    })  # fmt: skip
    later: Happening = (MeetingCheckedIn, {**came[1], "member": member(2)})
    assert folded(events([came, collects(MOTION), later])).voters == {member(1)}


@settings(max_examples=10_000, deadline=None)
@given(happenings, happenings)
def test_who_votes_in_an_opening_stands_whatever_happens_to_the_roll(
    before: list[Happening], after: list[Happening]
) -> None:
    """Invariants 3 and 13: a running vote rests on its opening; with the server's check no more ballots come than were given out."""
    told = [one for one in before if one[0] is not MeetingCollecting]
    sheet = folded(events([*told, collects(MOTION)]))
    opening, voters = sheet.opening, sheet.voters
    for seq, (kind, fields) in enumerate(after, opening + 1):
        if kind is MeetingCollecting:
            continue
        if kind is MeetingVoteCast:
            ballot: MeetingBallot = fields["ballot"]
            if ballot.member not in sheet.voters:
                continue  # what floor.voting refuses
            fields = {**fields, "opening": opening}
        sheet.apply(kind(topic=TOPIC, seq=seq, at_ms=seq, **fields))
    assert sheet.voters == voters
    assert sheet.votes[MOTION].keys() <= voters
    assert sheet.counts().voted == len(sheet.votes[MOTION]) <= len(voters)


def test_the_first_check_in_counts_and_the_desk_has_the_last_word() -> None:
    came = (MeetingCheckedIn, {
        "member": member(1), "round": ROUND, "method": "code", "received_at_ms": 5, "late_ms": 0, "remote": False,
    })  # fmt: skip
    later = (MeetingCheckedIn, {**came[1], "method": "qr", "received_at_ms": 9, "late_ms": 4})
    marked = (
        MeetingRowSet,
        {
            "row": MeetingRow(member=member(1), votes=True, status="leave", order=1),
            "cause": "leave",
            "by": member(2),
        },
    )
    assert folded(events([came, later])).rows[member(1)].method == "code"
    assert folded(events([came, marked])).rows[member(1)].status == "leave"
    assert folded(events([marked, came])).rows[member(1)].status == "on_time"  # on leave, and came after all
