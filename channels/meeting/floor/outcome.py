"""What a vote says: counted by the rule on integers, and explained in words. Pure (domain.md 2.3, 2.4, invariant 3).

Imported by channels.meeting.floor.
"""

from dataclasses import dataclass

from channels.meeting.protocol.values import (
    Base,
    MeetingFrozen,
    MeetingResult,
    MeetingRule,
    MeetingTally,
    MeetingText,
)
from channels.meeting.threshold import met, needed, sentence


@dataclass(frozen=True, slots=True)
class Opinions:
    """Written opinions that count in a vote; none of them counts as presence.

    Attributes:
        yes: For.
        no: Against.
        abstain: Neither.
    """

    yes: int = 0
    no: int = 0
    abstain: int = 0


NO_OPINIONS = Opinions()


class WrongTally(ValueError):
    """Numbers that cannot be; `said` and `must` are what was added up and what it must be."""

    def __init__(self, said: int, must: int) -> None:
        super().__init__(f"{said} instead of {must}")
        self.said = said
        self.must = must


def check_tally(tally: MeetingTally, frozen: MeetingFrozen, *, paper: bool) -> None:
    """Refuse numbers that do not add up.

    By show of hands or voice everybody present and entitled is counted: the sum is their number. On paper:
    yes + no + abstain + invalid = returned, issued <= present entitled; returned > issued is no slip of the pen but a void vote.

    Raises:
        WrongTally: With both sums.
    """
    said = tally.yes + tally.no + tally.abstain + tally.invalid
    if not paper:
        if said != frozen.present_entitled:
            raise WrongTally(said, frozen.present_entitled)
        return
    if tally.issued > frozen.present_entitled:
        raise WrongTally(tally.issued, frozen.present_entitled)
    if said != tally.returned:
        raise WrongTally(said, tally.returned)


def agreed(tallies: list[MeetingTally], least: int) -> MeetingTally | None:
    """The numbers that at least so many people entered, all of them alike; None while one is missing, or while they differ."""
    if len({tally.by for tally in tallies}) < least or differ(tallies):
        return None
    return tallies[0]


def differ(tallies: list[MeetingTally]) -> bool:
    """True when people entered different numbers: whoever came last must not win unseen."""
    return len({_numbers(tally) for tally in tallies}) > 1


def _numbers(tally: MeetingTally) -> tuple[int, ...]:
    return (tally.issued, tally.returned, tally.yes, tally.no, tally.abstain, tally.invalid)


def is_void(tally: MeetingTally) -> bool:
    """More ballots came back than were given out: the whole vote is void."""
    return tally.returned > tally.issued


def base_of(base: Base, frozen: MeetingFrozen, valid: int) -> int:
    """How many there are of a base at the opening of the vote; `valid` votes were cast."""
    match base:
        case "roll":
            return frozen.expected
        case "entitled" | "total_weight":
            return frozen.entitled
        case "present_entitled":
            return frozen.present_entitled
        case "cast_valid":
            return valid


def result_of(
    rule: MeetingRule, frozen: MeetingFrozen, tally: MeetingTally, opinions: Opinions
) -> MeetingResult:
    """The outcome.

    Raises:
        EmptyBase: Nobody to take a share of; never a pass.
    """
    written = opinions if rule.written_opinion else NO_OPINIONS
    yes, no, abstain = tally.yes + written.yes, tally.no + written.no, tally.abstain + written.abstain
    base = base_of(rule.decision.base, frozen, yes + no + abstain)
    need = needed(rule.decision, base)
    passed = met(rule.decision, yes, base)
    said = sentence(rule.decision, base)
    count = written.yes + written.no + written.abstain
    zh = f"赞成 {yes}、反对 {no}、弃权 {abstain}"
    en = f"{yes} for, {no} against, {abstain} abstained"
    if count:
        zh += f"(含书面意见 {count})"
        en += f" (written opinions included: {count})"
    return MeetingResult(
        yes=yes,
        no=no,
        abstain=abstain,
        invalid=tally.invalid,
        written_yes=written.yes,
        written_no=written.no,
        written_abstain=written.abstain,
        base=base,
        needed=need,
        passed=passed,
        sentence=MeetingText(
            zh=f"{zh};{said.zh},{'通过' if passed else '未通过'}",
            en=f"{en}; {said.en}: {'passed' if passed else 'not passed'}",
        ),
    )
