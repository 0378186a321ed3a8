"""The list of speakers: kinds in their order, balance by group, and everybody is reached."""

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.meeting.floor.queue import OVERTAKEN_MAX, queued
from channels.meeting.protocol.values import HandKind, MeetingHand


def ident(number: int) -> str:
    return f"01980000-0000-7003-8000-{number:012x}"


def hand(number: int, kind: HandKind = "speech", group: int | None = None) -> MeetingHand:
    return MeetingHand(
        id=ident(number), member=ident(1_000 + number), group=ident(2_000 + group) if group is not None else None,
        kind=kind, order=0, raised_at_ms=number,
    )  # fmt: skip


def raised(hands: list[MeetingHand], fresh: MeetingHand, spoken: dict[str, int]) -> list[MeetingHand]:
    changed = {one.id: one for one in queued(hands, fresh, spoken)}
    every = {one.id: one for one in hands} | changed
    return sorted(every.values(), key=lambda one: (one.order, one.id))


def test_points_of_order_and_questions_go_before_speeches() -> None:
    hands: list[MeetingHand] = []
    for number, kind in enumerate(("speech", "question", "speech", "order"), start=1):
        hands = raised(hands, hand(number, kind), {})  # type: ignore[arg-type]  # a Literal
    assert [one.kind for one in hands] == ["order", "question", "speech", "speech"]
    assert [one.raised_at_ms for one in hands] == [4, 2, 1, 3]


def test_a_group_that_spoke_less_goes_before() -> None:
    hands = raised(raised([], hand(1, group=1), {}), hand(2, group=1), {})
    hands = raised(hands, hand(3, group=2), {ident(2_001): 2})
    assert [one.raised_at_ms for one in hands] == [3, 1, 2]


@settings(max_examples=10_000, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=25), st.dictionaries(st.integers(0, 4), st.integers(0, 9)))
def test_nobody_is_overtaken_without_end(groups: list[int], spoken: dict[int, int]) -> None:
    counted = {ident(2_000 + group): count for group, count in spoken.items()}
    hands: list[MeetingHand] = []
    for number, group in enumerate(groups, start=1):
        hands = raised(hands, hand(number, group=group), counted)
    assert len({one.id for one in hands}) == len(groups)
    for place, one in enumerate(hands):
        ahead = sum(other.raised_at_ms > one.raised_at_ms for other in hands[:place])
        assert ahead <= OVERTAKEN_MAX
