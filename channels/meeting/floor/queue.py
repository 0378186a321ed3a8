"""The list of speakers. Pure.

Points of order go first, then interposed questions, then speeches. Speeches come by arrival, balanced by group: whoever's group spoke
less may go before, but nobody is overtaken by more than OVERTAKEN_MAX others (domain.md CHT-09: equal voice).
Imported by channels.meeting.floor.
"""

from collections.abc import Mapping, Sequence

from channels.meeting.protocol.values import HandKind, MeetingHand

OVERTAKEN_MAX = 3
CLASS_STEP = 1_000_000
"""Room in `order` for the hands of one kind; far more than HANDS_MAX."""

_CLASS: dict[HandKind, int] = {"order": 0, "question": 1, "speech": 2}


def queued(hands: Sequence[MeetingHand], fresh: MeetingHand, spoken: Mapping[str, int]) -> list[MeetingHand]:
    """The hands whose place changes when a new one goes up: the new one, and who is behind it.

    Args:
        hands: Those that are up, in their order.
        fresh: The new one; its `order` is ignored.
        spoken: Group -> speeches so far ("" for those without group).
    """
    of_kind = [hand for hand in hands if hand.kind == fresh.kind]
    place = len(of_kind)
    if fresh.kind == "speech":
        place = _speech_place(of_kind, fresh, spoken)
    ordered = [*of_kind[:place], fresh, *of_kind[place:]]
    base = _CLASS[fresh.kind] * CLASS_STEP
    return [
        hand.model_copy(update={"order": base + at})
        for at, hand in enumerate(ordered, start=1)
        if hand.order != base + at or hand.id == fresh.id
    ]


def _speech_place(waiting: Sequence[MeetingHand], fresh: MeetingHand, spoken: Mapping[str, int]) -> int:
    mine = spoken.get(fresh.group or "", 0)
    place = len(waiting)
    while place > 0:
        ahead = waiting[place - 1]
        overtaken = sum(hand.raised_at_ms > ahead.raised_at_ms for hand in waiting[: place - 1])
        louder = spoken.get(ahead.group or "", 0) > mine
        if not louder or overtaken >= OVERTAKEN_MAX:
            break
        place -= 1
    return place
