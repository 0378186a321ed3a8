"""Clocks of the floor: of an item of the agenda, and of a speaker. Pure; time is passed in.

Imported by channels.meeting.
"""

from channels.meeting.protocol.events import MeetingChange
from channels.meeting.protocol.values import Meeting, MeetingItem, MeetingSpeaking


def item_stopped(item: MeetingItem, now_ms: int, *, done: bool) -> MeetingItem:
    """The item with its time summed."""
    running_ms = now_ms - item.started_at_ms if item.started_at_ms is not None else 0
    return item.model_copy(
        update={
            "started_at_ms": None,
            "spent_ms": item.spent_ms + max(0, running_ms),
            "done": done or item.done,
        }
    )


def speaker_stopped(speaking: MeetingSpeaking, now_ms: int) -> MeetingSpeaking:
    """The speaker's clock paused."""
    since_ms = speaking.running_since_ms
    if since_ms is None:
        return speaking
    spent_ms = speaking.spent_ms + max(0, now_ms - since_ms)
    return speaking.model_copy(update={"running_since_ms": None, "spent_ms": spent_ms})


def all_stopped(state: Meeting, now_ms: int) -> MeetingChange:
    """What stands still in a pause."""
    items = [item_stopped(item, now_ms, done=False) for item in state.items if item.started_at_ms is not None]
    speaking = speaker_stopped(state.speaking, now_ms) if state.speaking is not None else None
    return MeetingChange(items_set=items, speaking=speaking)


def item_resumed(state: Meeting, now_ms: int) -> list[MeetingItem]:
    """The current item goes on; a speaker is asked to by whoever runs the meeting."""
    return [
        item.model_copy(update={"started_at_ms": now_ms})
        for item in state.items
        if item.id == state.current_item
    ]
