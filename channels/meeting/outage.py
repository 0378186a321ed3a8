"""Outages, measured: while any process serves, a pulse is written; whoever finds an old one extends the windows that lost time.

meeting_pulse   {_id: "served", at_ms}; one document. (domain.md 2.5 rule 9)

An outage is the time between two pulses, whatever the reason: no process ran, or none reached the database. Windows are extended
before the pulse moves on, and each round remembers the outage it was extended by; so a process that dies in between, or two that
find the same outage, change nothing. Imported by channels.meeting.feature.
"""

import structlog

from channels.core.context import Context
from channels.meeting.committing import Step, change
from channels.meeting.entry.windows import OUTAGE_MIN_MS, after_outage, newest_round
from channels.meeting.protocol.events import MeetingChange, MeetingRoundSet
from channels.meeting.reading import MEETINGS, Held
from channels.meeting.stages import LIVE
from storage.errors import Duplicate

logger = structlog.stdlib.get_logger("huitang.meeting")

PULSE = "meeting_pulse"
SERVED = "served"
PULSE_EVERY_S = 10.0
MEETINGS_MAX = 1_000


async def pulse(ctx: Context) -> None:
    """Say that the service is there, after making good for the time it was not."""
    now_ms, pulses = ctx.received_at_ms, ctx.mongo[PULSE]
    found = await pulses.by_id(SERVED)
    if found is None:
        try:
            await pulses.insert_one({"_id": SERVED, "at_ms": now_ms})
        except Duplicate:
            return  # another process began at this moment
        return
    away_from_ms: int = found["at_ms"]
    if now_ms - away_from_ms > OUTAGE_MIN_MS:
        await _make_good(ctx, away_from_ms)
    await pulses.update_one({"_id": SERVED, "at_ms": {"$lt": now_ms}}, {"$set": {"at_ms": now_ms}})


async def _make_good(ctx: Context, away_from_ms: int) -> None:
    now_ms = ctx.received_at_ms
    running = await ctx.mongo[MEETINGS].find({"stage": {"$in": sorted(LIVE)}}, limit=MEETINGS_MAX)

    def decide(held: Held) -> Step | None:
        round_ = newest_round(held.state)
        longer = None
        if round_ is not None and held.state.stage in LIVE:
            longer = after_outage(round_, away_from_ms, now_ms)
        return None if longer is None else Step(MeetingRoundSet, MeetingChange(rounds_set=[longer]))

    for document in running:
        await change(ctx, document["_id"], decide)
    took_ms = now_ms - away_from_ms
    logger.warning("service was away", took_ms=took_ms)
