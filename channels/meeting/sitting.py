"""Handlers of a meeting that sits: lobby, opening, pause, closing. Imported by channels.meeting.feature."""

from channels.branch.contract import UnitOf
from channels.core.context import Context
from channels.meeting.clocks import all_stopped, item_resumed, item_stopped
from channels.meeting.committing import Step, change, sheet_entry
from channels.meeting.entry.windows import new_round
from channels.meeting.errors import OTHER_RUNNING
from channels.meeting.floor.errors import VOTE_RUNNING
from channels.meeting.life import rules_now
from channels.meeting.presence import told
from channels.meeting.protocol.events import (
    MeetingChange,
    MeetingClosed,
    MeetingLobbyOpened,
    MeetingOpened,
    MeetingPaused,
    MeetingResumed,
)
from channels.meeting.protocol.life import MeetingClose, MeetingOpen, MeetingOpenLobby, MeetingPause
from channels.meeting.protocol.sheet import MeetingCollecting, MeetingRollFrozen, MeetingSheetClosed
from channels.meeting.reading import MEETINGS, ROLLS, Held, to_held
from channels.meeting.rights import running
from channels.meeting.seating import audience, excluded_members, frozen, roll_of
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import LIVE, check_stage
from channels.meeting.telling import tell_all
from channels.protocol.base import Done
from channels.protocol.errors import Refused
from storage.ids import UnitId
from storage.log import Update


async def open_lobby(command: MeetingOpenLobby, ctx: Context) -> Done:
    """Let people in before it begins.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, OTHER_RUNNING.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        if held.state.stage == "lobby":
            return None
        check_stage(held.state, frozenset({"announced"}))
        if not command.anyway:
            await _check_alone(ctx, held)
        return Step(MeetingLobbyOpened, MeetingChange(stage="lobby"), facts=(tell_all(held, "lobby_opened"),))

    await change(ctx, command.meeting, decide)
    return Done()


async def open_(command: MeetingOpen, ctx: Context) -> Done:
    """Freeze the roll and the rules and begin the first round.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, OTHER_RUNNING.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        if held.state.stage in LIVE:
            return None
        check_stage(held.state, frozenset({"announced", "lobby"}))
        if not command.anyway:
            await _check_alone(ctx, held)
        return await _opening(held, ctx)

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()


async def _check_alone(ctx: Context, held: Held) -> None:
    """Two meetings of one unit at the same time are a slip of the hand more often than a wish (story S1, variant f)."""
    wanted = {
        "unit": held.state.unit,
        "_id": {"$ne": held.state.id},
        "stage": {"$in": sorted(LIVE | {"lobby"})},
    }
    found = await ctx.mongo[MEETINGS].find_one(wanted)
    if found is not None:
        other = to_held(found).state
        raise Refused(OTHER_RUNNING, title=other.title, meeting=other.id)


async def _opening(held: Held, ctx: Context) -> Step:
    state, now_ms = held.state, ctx.received_at_ms
    rules = await rules_now(ctx, state.unit, state.rules.kind)
    unit = await ctx.ask(UnitOf(UnitId(held.branch)))
    sheet = await sheet_of_meeting(ctx.reader, state.id)
    leaves = dict(sheet.leaves)
    people = await audience(ctx.reader, held.org, state)
    rows = frozen(
        state.model_copy(update={"rules": rules}),
        people,
        leaves,
        await excluded_members(ctx.reader, state.id),
    )
    roll = roll_of(rows, max(1, unit.roll_version), now_ms)
    return Step(
        MeetingOpened,
        MeetingChange(
            stage="in_session",
            opened_at_ms=now_ms,
            rules=rules,
            roll=roll,
            rounds_set=[new_round(ctx.reader.ids.uuid7(), 1, now_ms, rules)],
        ),
        appends=(
            sheet_entry(held, MeetingRollFrozen, version=roll.version, by=str(ctx.actor.member)),
            sheet_entry(held, MeetingCollecting, roll_call=None, motion=None),
        ),
        writes=(
            Update(
                ROLLS,
                {"_id": state.id},
                {"$set": {"version": roll.version, "rows": [row.model_dump() for row in rows]}},
                upsert=True,
            ),
        ),
        facts=(tell_all(held, "opened"),),
    )


async def pause(command: MeetingPause, ctx: Context) -> Done:
    """Pause, or go on.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE.
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        if command.on == (held.state.stage == "paused"):
            return None
        if command.on:
            still = all_stopped(held.state, ctx.received_at_ms)
            paused = {"stage": "paused", "paused_at_ms": ctx.received_at_ms}
            return Step(MeetingPaused, still.model_copy(update=paused))
        items = item_resumed(held.state, ctx.received_at_ms)
        resumed = MeetingChange(stage="in_session", cleared=["paused_at_ms"], items_set=items)
        return Step(MeetingResumed, resumed)

    await change(ctx, command.meeting, decide)
    return Done()


async def close(command: MeetingClose, ctx: Context) -> Done:
    """Close: rounds end, whoever did not come is absent and is told. A vote that is open is ended or put off first.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, VOTE_RUNNING.
    """
    await running(ctx, command.meeting)

    async def decide(held: Held) -> Step | None:
        if held.state.stage == "closed":
            return None
        check_stage(held.state, LIVE)
        if any(motion.state in ("open", "counted") for motion in held.state.motions):
            raise Refused(VOTE_RUNNING)
        now_ms = ctx.received_at_ms
        rounds = [
            one.model_copy(update={"closes_at_ms": max(one.opens_at_ms, now_ms)})
            for one in held.state.rounds
            if one.closes_at_ms > now_ms
        ]
        sheet = await sheet_of_meeting(ctx.reader, held.state.id)
        missing = [row.member for row in sheet.rows.values() if row.status == "expected"]
        facts = (tell_all(held, "absent", missing, h=72),) if missing else ()
        return Step(
            MeetingClosed,
            MeetingChange(
                stage="closed",
                closed_at_ms=now_ms,
                rounds_set=rounds,
                items_set=[
                    item_stopped(item, now_ms, done=True) for item in held.state.items if item.started_at_ms
                ],
                cleared=["current_item", "speaking", "paused_at_ms"],
                hands_gone=[hand.id for hand in held.state.hands],
            ),
            appends=(sheet_entry(held, MeetingSheetClosed, by=str(ctx.actor.member)),),
            facts=facts,
        )

    held = await change(ctx, command.meeting, decide)
    await told(ctx, held)
    return Done()
