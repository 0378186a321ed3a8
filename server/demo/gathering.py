"""The demo's next meeting: planned and announced by the organizer, a week ahead. Imported by server.demo."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from channels.branch.contract import Unit
from channels.branch.store import organisation
from channels.core.context import Reader
from channels.meeting.protocol.life import (
    MeetingAnnounce,
    MeetingCreate,
    MeetingCreated,
    MeetingItemDraft,
    MeetingLines,
    MeetingList,
    MeetingPlan,
)
from server.demo.script import GATHERING
from server.demo.stage import stage_of

LENGTH_MS = 90 * 60_000
FAR_MS = 4_102_444_800_000


def evening_ms(now_ms: int, zone: str) -> int:
    """Seven o'clock in the evening, a week from today, in a zone (IANA name). Pure."""
    today = datetime.fromtimestamp(now_ms / 1_000, UTC).astimezone(ZoneInfo(zone))
    evening = (today + timedelta(days=7)).replace(hour=19, minute=0, second=0, microsecond=0)
    return int(evening.timestamp() * 1_000)


async def gathering(reader: Reader, branch: Unit) -> None:
    """Call the meeting, unless the branch has one already."""
    stage = await stage_of(reader, branch)
    script = GATHERING
    known = await stage.run(script.by, MeetingList(ref=1, unit=branch.unit, after_ms=0, before_ms=FAR_MS))
    if isinstance(known, MeetingLines) and known.meetings:
        return
    found = await organisation(reader.mongo, branch.org)
    if found is None:
        raise LookupError(branch.org)
    starts_at_ms = evening_ms(reader.clock.now_ms(), found.time_zone)
    plan = MeetingPlan(
        title=script.title,
        place=script.place,
        starts_at_ms=starts_at_ms,
        ends_at_ms=starts_at_ms + LENGTH_MS,
        items=[MeetingItemDraft(title=title, kind=kind, rule=rule) for title, kind, rule in script.items],
        chair=stage.people[script.chair],
        recorder=stage.people[script.recorder],
        organizer=stage.people[script.by],
        tellers=[stage.people[number] for number in script.tellers],
    )
    create = MeetingCreate(ref=1, unit=branch.unit, kind="general", plan=plan, cid=reader.ids.uuid7())
    made = await stage.run(script.by, create)
    if not isinstance(made, MeetingCreated):
        raise TypeError("meeting.create answers with MeetingCreated")
    await stage.run(script.by, MeetingAnnounce(ref=1, meeting=made.meetings[0]))
