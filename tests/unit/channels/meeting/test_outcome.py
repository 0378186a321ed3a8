"""Outcomes: what adds up, what passes, what is void (domain.md 2.4, invariant 3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.meeting.floor.outcome import (
    NO_OPINIONS,
    Opinions,
    WrongTally,
    agreed,
    check_tally,
    is_void,
    result_of,
)
from channels.meeting.protocol.values import (
    Base,
    MeetingFrozen,
    MeetingRule,
    MeetingTally,
    MeetingText,
    MeetingThreshold,
)
from channels.meeting.threshold import EmptyBase

A, B = (f"01980000-0000-7003-8000-00000000000{n}" for n in (1, 2))
TITLE = MeetingText(zh="表决", en="Vote")


def rule(base: Base = "entitled", op: str = ">", *, written: bool = False) -> MeetingRule:
    decision = MeetingThreshold(base=base, num=1, den=2, op=op)  # type: ignore[arg-type]  # a Literal
    return MeetingRule(
        key="r",
        title=TITLE,
        quorum=None,
        decision=decision,
        forms=["paper"],
        written_opinion=written,
        one_per_person=False,
    )


def frozen(entitled: int = 42, present: int = 38) -> MeetingFrozen:
    return MeetingFrozen(
        roll_version=1, expected=entitled, entitled=entitled, present=present, present_entitled=present,
        quorum_needed=0, at_ms=0,
    )  # fmt: skip


def tally(by: str, yes: int, no: int, abstain: int, **more: int) -> MeetingTally:
    cast = yes + no + abstain + more.get("invalid", 0)
    fields = {"issued": cast, "returned": cast, "invalid": 0, **more}
    return MeetingTally(by=by, yes=yes, no=no, abstain=abstain, at_ms=0, **fields)


def test_a_written_opinion_counts_as_a_vote_where_the_rule_says_so() -> None:
    counted = result_of(rule(written=True), frozen(), tally(A, 34, 2, 2), Opinions(yes=1))
    assert (counted.yes, counted.no, counted.abstain, counted.needed, counted.passed) == (35, 2, 2, 22, True)
    assert (
        counted.sentence.zh
        == "赞成 35、反对 2、弃权 2(含书面意见 1);需 22 人(超过应到会有表决权 42 人的半数),通过"
    )
    plain = result_of(rule(), frozen(), tally(A, 34, 2, 2), Opinions(yes=1))
    assert (plain.yes, plain.written_yes) == (34, 0)


@pytest.mark.parametrize(
    ("base", "yes", "passed"),
    [
        ("entitled", 21, False),
        ("entitled", 22, True),
        ("present_entitled", 19, False),
        ("present_entitled", 20, True),
    ],
)
def test_the_base_decides(base: Base, yes: int, passed: bool) -> None:
    assert result_of(rule(base), frozen(), tally(A, yes, 38 - yes, 0), NO_OPINIONS).passed is passed


def test_nobody_to_take_a_share_of_is_an_error_and_no_pass() -> None:
    with pytest.raises(EmptyBase):
        result_of(rule("cast_valid"), frozen(), tally(A, 0, 0, 0), NO_OPINIONS)


def test_two_tellers_must_agree() -> None:
    one, same, other = tally(A, 34, 2, 2), tally(B, 34, 2, 2), tally(B, 33, 3, 2)
    assert agreed([one], 2) is None
    assert agreed([one, one], 2) is None
    assert agreed([one, other], 2) is None
    assert agreed([one, same], 2) == one
    assert agreed([one], 1) == one
    assert agreed([one, other], 1) is None
    assert agreed([], 1) is None


def test_hands_must_add_up_to_those_present() -> None:
    check_tally(tally(A, 35, 1, 3), frozen(present=39), paper=False)
    with pytest.raises(WrongTally) as wrong:
        check_tally(tally(A, 35, 1, 2), frozen(present=39), paper=False)
    assert (wrong.value.said, wrong.value.must) == (38, 39)


@settings(max_examples=10_000, deadline=None)
@given(
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 9), st.integers(0, 200), st.integers(0, 200),
    st.integers(0, 200),
)  # fmt: skip
def test_what_is_taken_adds_up(
    yes: int, no: int, abstain: int, invalid: int, returned: int, issued: int, present: int
) -> None:
    said = tally(A, yes, no, abstain, invalid=invalid, returned=returned, issued=issued)
    try:
        check_tally(said, frozen(present=present), paper=True)
    except WrongTally:
        return
    assert yes + no + abstain + invalid == returned
    assert issued <= present
    assert is_void(said) == (returned > issued)
    if not is_void(said):
        assert returned <= issued <= present
