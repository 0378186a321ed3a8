"""Quorum: what is needed now, and which thresholds have just been reached. Pure (domain.md 2.3, invariants 4 and 11).

Presence is asked about at three moments: opening, before each vote, closing. A mark is set once per rule and round; that
somebody leaves and comes back sets none again. Imported by channels.meeting.
"""

from channels.meeting.errors import QUORUM_LOST, QUORUM_NOT_MET
from channels.meeting.protocol.sheet import MeetingCounts
from channels.meeting.protocol.values import Meeting, MeetingQuorumMark, MeetingRule, MeetingThreshold
from channels.meeting.threshold import needed
from channels.protocol.errors import Refused


def rules_in_use(meeting: Meeting) -> list[MeetingRule]:
    """The ordinary rule, and those that items of the agenda or motions name."""
    named = {item.rule for item in meeting.items} | {motion.rule for motion in meeting.motions}
    return [rule for place, rule in enumerate(meeting.rules.rules) if place == 0 or rule.key in named]


def rule_of(meeting: Meeting, key: str | None) -> MeetingRule | None:
    """The rule with this key; the ordinary one for None."""
    if key is None:
        return meeting.rules.rules[0]
    return next((rule for rule in meeting.rules.rules if rule.key == key), None)


def quorum_base(threshold: MeetingThreshold, counts: MeetingCounts) -> int:
    """How many a quorum is a share of: everybody expected, or everybody entitled."""
    return counts.expected if threshold.base == "roll" else counts.entitled


def quorum_present(threshold: MeetingThreshold, counts: MeetingCounts) -> int:
    """Who counts for a quorum now."""
    return counts.present if threshold.base == "roll" else counts.present_entitled


def quorum_needed(rule: MeetingRule, counts: MeetingCounts) -> int:
    """How many must be present; 0 when the rule asks for none.

    Raises:
        EmptyBase: The roll is empty.
    """
    return 0 if rule.quorum is None else needed(rule.quorum, quorum_base(rule.quorum, counts))


def mark_id(rule: str, round_order: int) -> str:
    """Key of a mark: one per rule and round of check-in."""
    return f"{rule}:{round_order}"


def due_marks(meeting: Meeting, counts: MeetingCounts, now_ms: int) -> list[MeetingQuorumMark]:
    """Thresholds that are met now and have no mark in the newest round."""
    if meeting.roll is None or not meeting.rounds or counts.entitled < 1:
        return []
    order = meeting.rounds[-1].order
    known = {mark.id for mark in meeting.quorum}
    return [
        MeetingQuorumMark(
            id=mark_id(rule.key, order),
            order=len(meeting.quorum) + place,
            rule=rule.key,
            needed=quorum_needed(rule, counts),
            present=quorum_present(rule.quorum, counts),
            at_ms=now_ms,
        )
        for place, rule in enumerate(rules_in_use(meeting), start=1)
        if rule.quorum is not None
        and mark_id(rule.key, order) not in known
        and quorum_present(rule.quorum, counts) >= quorum_needed(rule, counts)
    ]


def check_quorum(meeting: Meeting, rule: MeetingRule, counts: MeetingCounts) -> int:
    """How many are needed for a vote by this rule, all of them present.

    Raises:
        Refused: QUORUM_NOT_MET when the threshold was never reached, QUORUM_LOST when it was and people left.
        EmptyBase: The roll is empty.
    """
    need = quorum_needed(rule, counts)
    if rule.quorum is None:
        return need
    present = quorum_present(rule.quorum, counts)
    if present >= need:
        return need
    reached = any(mark.rule == rule.key for mark in meeting.quorum)
    raise Refused(QUORUM_LOST if reached else QUORUM_NOT_MET, n=present, m=need)
