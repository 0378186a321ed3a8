"""The plan of a meeting: what an organizer wrote, checked, and what it changes. Pure.

Imported by channels.meeting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from channels.meeting.errors import PLAN_WRONG, ROLES_CLASH
from channels.meeting.protocol.events import MeetingChange
from channels.meeting.protocol.life import DURATION_MAX_MS, MeetingItemDraft, MeetingPlan, MeetingRepeat
from channels.meeting.protocol.values import Meeting, MeetingItem, MeetingOfficers, MeetingRules
from channels.protocol.errors import Refused

STARTS_MAX_MS = 7_258_118_400_000
"""2200-01-01: years beyond are slips of the hand, and calendars end somewhere."""


@dataclass(frozen=True, slots=True)
class Times:
    """When one meeting of a row takes place."""

    starts_at_ms: int
    ends_at_ms: int


def check_plan(plan: MeetingPlan, rules: MeetingRules, known: Callable[[str], bool]) -> None:
    """Refuse a plan that cannot be.

    Args:
        plan: What was written.
        rules: Of the kind of meeting.
        known: True for members who may hold a part in it.

    Raises:
        Refused: PLAN_WRONG with the field, ROLES_CLASH when the recorder would chair.
    """
    length_ms = plan.ends_at_ms - plan.starts_at_ms
    if plan.starts_at_ms > STARTS_MAX_MS:
        raise Refused(PLAN_WRONG, field="starts_at_ms")
    if not 0 < length_ms <= DURATION_MAX_MS:
        raise Refused(PLAN_WRONG, field="ends_at_ms")
    if plan.link and not plan.link.startswith("https://"):
        raise Refused(PLAN_WRONG, field="link")
    if plan.recorder == plan.chair:
        raise Refused(ROLES_CLASH)
    for field, members in (
        ("chair", (plan.chair,)),
        ("recorder", (plan.recorder,)),
        ("organizer", (plan.organizer,)),
        ("scrutineers", plan.scrutineers),
        ("tellers", plan.tellers),
        ("guests", plan.guests),
    ):
        if not all(known(member) for member in members):
            raise Refused(PLAN_WRONG, field=field)
    keys = {rule.key for rule in rules.rules}
    if any(item.rule is not None and item.rule not in keys for item in plan.items):
        raise Refused(PLAN_WRONG, field="rule")


def officers_of(plan: MeetingPlan) -> MeetingOfficers:
    """Who does what."""
    return MeetingOfficers(
        chair=plan.chair,
        recorder=plan.recorder,
        organizer=plan.organizer,
        scrutineers=list(dict.fromkeys(plan.scrutineers)),
        tellers=list(dict.fromkeys(plan.tellers)),
    )


def items_of(
    drafts: Sequence[MeetingItemDraft], before: Sequence[MeetingItem], new_id: Callable[[], str]
) -> list[MeetingItem]:
    """The agenda; items that stand keep their ids and their time."""
    known = {item.id: item for item in before}
    return [
        MeetingItem(
            id=draft.id if draft.id in known and draft.id is not None else new_id(),
            order=place,
            title=draft.title.strip(),
            note=draft.note.strip(),
            kind=draft.kind,
            rule=draft.rule if draft.kind == "motion" else None,
            planned_ms=draft.planned_ms,
            started_at_ms=known[draft.id].started_at_ms if draft.id in known else None,
            spent_ms=known[draft.id].spent_ms if draft.id in known else 0,
            done=known[draft.id].done if draft.id in known else False,
        )
        for place, draft in enumerate(drafts, start=1)
    ]


def edited(state: Meeting, plan: MeetingPlan, new_id: Callable[[], str]) -> MeetingChange:
    """What a new plan changes."""
    items = items_of(plan.items, state.items, new_id)
    kept = {item.id for item in items}
    return MeetingChange(
        title=plan.title.strip(),
        place=plan.place.strip(),
        link=plan.link.strip(),
        note=plan.note.strip(),
        starts_at_ms=plan.starts_at_ms,
        ends_at_ms=plan.ends_at_ms,
        officers=officers_of(plan),
        guests=list(dict.fromkeys(plan.guests)),
        guest_names=list(plan.guest_names),
        items_set=items,
        items_gone=[item.id for item in state.items if item.id not in kept],
    )


def repeated(plan: MeetingPlan, repeat: MeetingRepeat | None, zone: str) -> list[Times]:
    """Beginnings of a row of meetings, at the same wall-clock time in the organisation's zone.

    A month that lacks the day takes its last one.
    """
    length_ms = plan.ends_at_ms - plan.starts_at_ms
    first = datetime.fromtimestamp(plan.starts_at_ms / 1_000, UTC).astimezone(ZoneInfo(zone))
    count = repeat.count if repeat is not None else 1
    every = repeat.every if repeat is not None else "week"
    starts = [int(_shifted(first, every, step).timestamp() * 1_000) for step in range(count)]
    return [Times(start, start + length_ms) for start in starts]


def _shifted(first: datetime, every: str, steps: int) -> datetime:
    naive = first.replace(tzinfo=None)
    if every != "month":
        moved = naive + timedelta(weeks=steps * (2 if every == "two_weeks" else 1))
    else:
        month = naive.month - 1 + steps
        year, month = naive.year + month // 12, month % 12 + 1
        last = (datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day  # noqa: DTZ001 - wall-clock time
        moved = naive.replace(year=year, month=month, day=min(naive.day, last))
    return moved.replace(tzinfo=first.tzinfo)
