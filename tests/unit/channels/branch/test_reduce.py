"""Events of a branch set, never add up: told twice, nothing changes."""

from channels.branch.protocol import (
    BranchMemberAdded,
    BranchMemberChanged,
    BranchMemberLeft,
    BranchOrganisation,
    BranchPerson,
    BranchRoleGranted,
    BranchRoleRevoked,
    BranchSnapshot,
    BranchText,
    BranchTitle,
    BranchUnit,
    BranchUnitAdded,
    BranchUnitChanged,
    BranchUnitClosed,
    BranchWordsChanged,
)
from channels.branch.reduce import apply, apply_all
from channels.protocol.base import LogEvent


def ident(number: int) -> str:
    return f"01980000-0000-7000-8000-{number:012x}"


BRANCH, GROUP, ELSEWHERE = ident(1), ident(2), ident(3)
TOPIC = f"branch:{BRANCH}"
TEXT = BranchText(zh="书记", en="Secretary")
EMPTY = BranchSnapshot(
    unit=BranchUnit(unit=BRANCH, kind="branch", name="第二支部", parent=None, order=0),
    organisation=BranchOrganisation(
        org=ident(9), name="青禾", template="union", terms={}, classes=[], accent="#b63a2b"
    ),
    groups=[],
    people=[],
)


def person(number: int, name: str = "左宁", branch: str = BRANCH, *, title: bool = False) -> BranchPerson:
    titles = [BranchTitle(hold=ident(50), role="oversight", unit=BRANCH, title=TEXT)] if title else []
    return BranchPerson(
        member=ident(number), number=f"QH{number}", name=name, branch=branch, groups=[], member_class="full", titles=titles
    )  # fmt: skip


def at(seq: int) -> dict[str, object]:
    return {"topic": TOPIC, "seq": seq, "at_ms": 0}


def told(*events: LogEvent) -> BranchSnapshot:
    once = apply_all(EMPTY, events)
    assert apply_all(once, [events[-1]]) == once
    return once


def test_people_come_change_and_go() -> None:
    one = BranchMemberAdded(topic=TOPIC, seq=1, at_ms=0, person=person(20))
    two = BranchMemberAdded(topic=TOPIC, seq=2, at_ms=0, person=person(10, "顾清"))
    assert [p.name for p in told(one, two).people] == ["顾清", "左宁"]
    renamed = BranchMemberChanged(topic=TOPIC, seq=3, at_ms=0, person=person(20, "左凝"))
    assert [p.name for p in told(one, two, renamed).people] == ["顾清", "左凝"]
    left = BranchMemberLeft(topic=TOPIC, seq=4, at_ms=0, member=ident(10))
    assert [p.name for p in told(one, two, left).people] == ["左宁"]


def test_a_member_keeps_the_card_without_a_role_and_a_guest_does_not() -> None:
    for branch, stays in ((BRANCH, 1), (ELSEWHERE, 0)):
        given = BranchRoleGranted(
            topic=TOPIC, seq=1, at_ms=0, person=person(20, branch=branch, title=True), hold=ident(50)
        )
        taken = BranchRoleRevoked(
            topic=TOPIC, seq=2, at_ms=0, person=person(20, branch=branch), hold=ident(50)
        )
        assert [t.role for p in told(given).people for t in p.titles] == ["oversight"]
        assert len(told(given, taken).people) == stays


def test_units_are_made_and_renamed() -> None:
    group = BranchUnit(unit=GROUP, kind="group", name="第一组", parent=BRANCH, order=1)
    made = BranchUnitAdded(topic=TOPIC, seq=1, at_ms=0, unit=group)
    renamed = BranchUnitChanged(topic=TOPIC, seq=2, at_ms=0, unit=group.model_copy(update={"name": "青年组"}))
    assert [g.name for g in told(made, renamed).groups] == ["青年组"]
    own = BranchUnitChanged(
        topic=TOPIC, seq=3, at_ms=0, unit=EMPTY.unit.model_copy(update={"name": "三支部"})
    )
    state = told(made, own)
    assert (state.unit.name, len(state.groups)) == ("三支部", 1)
    closed = BranchUnitClosed(topic=TOPIC, seq=4, at_ms=0, unit=GROUP)
    assert told(made, own, closed).groups == []


def test_events_of_no_concern_change_nothing() -> None:
    class Other(LogEvent):
        type: str = "chat.sent"

    assert apply(EMPTY, Other.model_validate(at(1))) is EMPTY


def test_words_change_for_everybody() -> None:
    word = BranchText(zh="分部", en="section")
    changed = BranchWordsChanged(topic=TOPIC, seq=1, at_ms=0, terms={"unit": word}, classes=[])
    assert told(changed).organisation.terms == {"unit": word}
    assert told(changed).organisation.accent == EMPTY.organisation.accent
