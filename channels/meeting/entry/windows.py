"""Windows of check-in: half-open intervals of server time (domain.md 2.5 rules 6 and 9). Pure.

Imported by channels.meeting.entry.
"""

from channels.meeting.protocol.values import Meeting, MeetingRound, MeetingRules

OUTAGE_MIN_MS = 60_000
"""A shorter outage extends nothing: people try again by themselves."""


def new_round(ident: str, order: int, opens_at_ms: int, rules: MeetingRules) -> MeetingRound:
    """A round of check-in that begins now."""
    late_from_ms = opens_at_ms + rules.check_in.window_ms
    return MeetingRound(
        id=ident,
        order=order,
        opens_at_ms=opens_at_ms,
        late_from_ms=late_from_ms,
        closes_at_ms=late_from_ms + rules.check_in.late_ms,
    )


def newest_round(meeting: Meeting) -> MeetingRound | None:
    """The round that runs or ran last."""
    return meeting.rounds[-1] if meeting.rounds else None


def is_open(round_: MeetingRound, now_ms: int) -> bool:
    """True in [opens, closes)."""
    return round_.opens_at_ms <= now_ms < round_.closes_at_ms


def late_ms(round_: MeetingRound, now_ms: int) -> int:
    """How late somebody is who comes now; 0 in [opens, late_from)."""
    return 0 if now_ms < round_.late_from_ms else max(1, now_ms - round_.late_from_ms)


def extended(round_: MeetingRound, by_ms: int, now_ms: int, reason: str) -> MeetingRound:
    """The round with a later end; 0 ends it now. What is still on time moves with it unless it is over."""
    if by_ms == 0:
        end_ms = max(round_.opens_at_ms, min(round_.closes_at_ms, now_ms))
        return round_.model_copy(
            update={
                "late_from_ms": min(round_.late_from_ms, end_ms),
                "closes_at_ms": end_ms,
                "reason": reason,
            }
        )
    late_from_ms = round_.late_from_ms + (by_ms if now_ms < round_.late_from_ms else 0)
    return round_.model_copy(
        update={
            "late_from_ms": late_from_ms,
            "closes_at_ms": max(round_.closes_at_ms, now_ms) + by_ms,
            "extended_ms": round_.extended_ms + by_ms,
            "reason": reason,
        }
    )


def after_outage(round_: MeetingRound, away_from_ms: int, back_at_ms: int) -> MeetingRound | None:
    """The round after an outage: what fell into the window is given again, from its end or from when the service was back.

    Both bounds of the outage are server times; the part before the opening and after the end does not count. Seen twice, an outage
    extends once.

    Returns:
        The longer round; None when the outage was too short, or is in it already.
    """
    began_ms = max(away_from_ms, round_.opens_at_ms)
    lost_ms = min(back_at_ms, round_.closes_at_ms) - began_ms
    if lost_ms <= OUTAGE_MIN_MS or round_.outage_ms >= away_from_ms:
        return None
    lost_on_time_ms = max(0, min(back_at_ms, round_.late_from_ms) - began_ms)
    late_from_ms = round_.late_from_ms
    if lost_on_time_ms:
        late_from_ms = max(late_from_ms, back_at_ms) + lost_on_time_ms
    closes_at_ms = max(round_.closes_at_ms, back_at_ms) + lost_ms
    return round_.model_copy(
        update={
            "late_from_ms": late_from_ms,
            "closes_at_ms": closes_at_ms,
            "extended_ms": round_.extended_ms + closes_at_ms - round_.closes_at_ms,
            "outage_ms": away_from_ms,
            "reason": "服务中断",
        }
    )
