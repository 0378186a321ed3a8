"""The agenda and the list of speakers, live. Imported by floor.rows."""

from channels.core.context import Context
from channels.meeting.clocks import item_stopped, speaker_stopped
from channels.meeting.committing import Step, change
from channels.meeting.errors import NOTHING_THERE, PERSON_NOT_HERE, WRONG_STAGE
from channels.meeting.floor.errors import CHAIR_LAST, HANDS_FULL
from channels.meeting.floor.queue import queued
from channels.meeting.protocol.events import (
    MeetingChange,
    MeetingFloorEnded,
    MeetingFloorGiven,
    MeetingFloorSet,
    MeetingHandLowered,
    MeetingHandRaised,
    MeetingItemEnded,
    MeetingItemStarted,
)
from channels.meeting.protocol.floor import (
    MeetingEndItem,
    MeetingGiveFloor,
    MeetingLowerHand,
    MeetingRaiseHand,
    MeetingSetFloor,
    MeetingStartItem,
)
from channels.meeting.protocol.values import HANDS_MAX, HandKind, Meeting, MeetingHand, MeetingSpeaking
from channels.meeting.reading import Held
from channels.meeting.rights import running, scene
from channels.meeting.sheet import Sheet
from channels.meeting.sheets import sheet_of_meeting
from channels.meeting.stages import LIVE, check_stage
from channels.protocol.base import Done
from channels.protocol.errors import FORBIDDEN, Refused


async def start_item(command: MeetingStartItem, ctx: Context) -> Done:
    """Take up an item; the one before is done.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOTHING_THERE.
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, frozenset({"in_session"}))
        if held.state.current_item == command.item:
            return None
        item = next((one for one in held.state.items if one.id == command.item), None)
        if item is None:
            raise Refused(NOTHING_THERE)
        now_ms = ctx.received_at_ms
        before = [
            item_stopped(one, now_ms, done=True) for one in held.state.items if one.started_at_ms is not None
        ]
        begun = item.model_copy(update={"started_at_ms": now_ms, "done": False})
        return Step(MeetingItemStarted, MeetingChange(items_set=[*before, begun], current_item=item.id))

    await change(ctx, command.meeting, decide)
    return Done()


async def end_item(command: MeetingEndItem, ctx: Context) -> Done:
    """The current item is done.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE.
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        current = [item for item in held.state.items if item.id == held.state.current_item]
        if not current:
            return None
        ended = [item_stopped(item, ctx.received_at_ms, done=True) for item in current]
        return Step(MeetingItemEnded, MeetingChange(items_set=ended, cleared=["current_item"]))

    await change(ctx, command.meeting, decide)
    return Done()


async def raise_hand(command: MeetingRaiseHand, ctx: Context) -> Done:
    """Ask for the floor; one hand of a kind.

    Raises:
        Refused: UNKNOWN_TOPIC, WRONG_STAGE, HANDS_FULL.
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, LIVE)
        if any(hand.member == found.member and hand.kind == command.kind for hand in held.state.hands):
            return None
        if len(held.state.hands) >= HANDS_MAX:
            raise Refused(HANDS_FULL)
        row = sheet.rows.get(found.member)
        hand = MeetingHand(
            id=ctx.reader.ids.uuid7(),
            member=found.member,
            group=row.group if row is not None else None,
            kind=command.kind,
            order=0,
            raised_at_ms=ctx.received_at_ms,
        )
        moved = queued(held.state.hands, hand, held.state.spoken)
        return Step(MeetingHandRaised, MeetingChange(hands_set=moved))

    await change(ctx, command.meeting, decide)
    return Done()


async def lower_hand(command: MeetingLowerHand, ctx: Context) -> Done:
    """Take a hand back.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN (somebody else's).
    """
    found = await scene(ctx.reader, ctx.actor, command.meeting)

    def decide(held: Held) -> Step | None:
        hand = next((one for one in held.state.hands if one.id == command.hand), None)
        if hand is None:
            return None
        if hand.member != found.member and not found.is_.runs:
            raise Refused(FORBIDDEN)
        return Step(MeetingHandLowered, MeetingChange(hands_gone=[hand.id]))

    await change(ctx, command.meeting, decide)
    return Done()


async def give_floor(command: MeetingGiveFloor, ctx: Context) -> Done:
    """Give somebody the floor, from the list or by name.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, NOTHING_THERE, PERSON_NOT_HERE, CHAIR_LAST.
    """
    await running(ctx, command.meeting)
    sheet = await sheet_of_meeting(ctx.reader, command.meeting)

    def decide(held: Held) -> Step | None:
        check_stage(held.state, frozenset({"in_session"}))
        member, kind, gone = _next_speaker(held.state, command, sheet)
        others = [hand for hand in held.state.hands if hand.member != member and hand.kind == "speech"]
        if held.state.rules.chair_speaks_last and member == held.state.officers.chair and others:
            raise Refused(CHAIR_LAST)
        speaking = MeetingSpeaking(
            member=member,
            kind=kind,
            limit_ms=command.limit_ms,
            running_since_ms=ctx.received_at_ms,
            spent_ms=0,
        )
        spoken = _with_speech(held.state.spoken, sheet, member) if kind == "speech" else None
        return Step(MeetingFloorGiven, MeetingChange(speaking=speaking, hands_gone=gone, spoken=spoken))

    await change(ctx, command.meeting, decide)
    return Done()


def _with_speech(spoken: dict[str, int], sheet: Sheet, member: str) -> dict[str, int]:
    row = sheet.rows.get(member)
    group = (row.group if row is not None else None) or ""
    return {**spoken, group: spoken.get(group, 0) + 1}


def _next_speaker(state: Meeting, command: MeetingGiveFloor, sheet: Sheet) -> tuple[str, HandKind, list[str]]:
    if command.hand is not None:
        hand = next((one for one in state.hands if one.id == command.hand), None)
        if hand is None:
            raise Refused(NOTHING_THERE)
        return hand.member, hand.kind, [hand.id]
    if command.member is None:
        raise Refused(NOTHING_THERE)
    if command.member not in sheet.rows:
        raise Refused(PERSON_NOT_HERE)
    gone = [hand.id for hand in state.hands if hand.member == command.member and hand.kind == "speech"]
    return command.member, "speech", gone


async def set_floor(command: MeetingSetFloor, ctx: Context) -> Done:
    """The speaker's clock: pause, go on, more time, end.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE (nobody speaks).
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        speaking = held.state.speaking
        if speaking is None:
            raise Refused(WRONG_STAGE)
        if command.act == "end":
            return Step(MeetingFloorEnded, MeetingChange(cleared=["speaking"]))
        after = _clocked(speaking, command, ctx.received_at_ms)
        return Step(MeetingFloorSet, MeetingChange(speaking=after)) if after != speaking else None

    await change(ctx, command.meeting, decide)
    return Done()


def _clocked(speaking: MeetingSpeaking, command: MeetingSetFloor, now_ms: int) -> MeetingSpeaking:
    match command.act:
        case "pause":
            return speaker_stopped(speaking, now_ms)
        case "add":
            return speaking.model_copy(update={"limit_ms": speaking.limit_ms + command.add_ms})
        case _:
            since_ms = speaking.running_since_ms
            return speaking.model_copy(update={"running_since_ms": now_ms if since_ms is None else since_ms})
