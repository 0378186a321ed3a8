"""For each kind of topic: what a client holds of it, which events reach it, and the reducer that applies them.

A feature with a topic needs a row in `KINDS`; the replay test fails without one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from channels.branch import reduce as branch_reduce
from channels.branch.protocol import BranchSnapshot
from channels.chat import reduce as chat_reduce
from channels.chat.contract import chat_topic
from channels.chat.protocol import ChatHistory, ChatSnapshot
from channels.chat.reduce import CHAT_LOG_EVENT, ChatState
from channels.me import reduce as me_reduce
from channels.me.protocol import MeSnapshot
from channels.meeting import reduce as meeting_reduce
from channels.meeting.protocol.life import MeetingSnapshot
from channels.protocol.base import LogEvent, WireModel
from channels.protocol.errors import Refused
from tests.replay.world import World

Load = Callable[[World, str, str, Sequence[int]], Awaitable[WireModel]]


@dataclass(frozen=True)
class Kind:
    """One kind of topic.

    Attributes:
        load: `(world, viewer, topic, threads)` -> what a client of the viewer that opened these threads holds.
        streams: Topics whose events change that state, given the states before and after.
        apply: The reducer.
        shown: The part of a reduced state that a fresh snapshot shows.
    """

    load: Load
    streams: Callable[[str, Any, Any], tuple[str, ...]]
    apply: Callable[[Any, Sequence[LogEvent]], WireModel]
    shown: Callable[[Any], Any]


async def _load_chat(world: World, viewer: str, topic: str, threads: Sequence[int]) -> WireModel:
    snapshot = await world.snapshot(viewer, topic, ChatSnapshot)
    pages = {}
    for root in threads:
        try:
            page = await world.do(viewer, ChatHistory, room=snapshot.room, thread=root)
        except Refused:
            continue  # the root is not there yet
        pages[str(root)] = page.messages
    return ChatState(room=snapshot, threads=pages)


def _apply_chat(state: ChatState, events: Sequence[LogEvent]) -> WireModel:
    return chat_reduce.apply_all(state, [CHAT_LOG_EVENT.validate_json(e.model_dump_json()) for e in events])


async def _load_me(world: World, viewer: str, topic: str, threads: Sequence[int]) -> WireModel:
    del threads
    return await world.snapshot(viewer, topic, MeSnapshot)


def _me_streams(topic: str, before: MeSnapshot, after: MeSnapshot) -> tuple[str, ...]:
    rooms = {room.room for room in (*before.rooms, *after.rooms)}
    return (topic, *(chat_topic(room) for room in sorted(rooms)))


async def _load_branch(world: World, viewer: str, topic: str, threads: Sequence[int]) -> WireModel:
    del threads
    return await world.snapshot(viewer, topic, BranchSnapshot)


async def _load_meeting(world: World, viewer: str, topic: str, threads: Sequence[int]) -> WireModel:
    """What events tell: the caller's own part and the numbers come otherwise."""
    del threads
    shown = await world.snapshot(viewer, topic, MeetingSnapshot)
    return shown.model_copy(update={"you": None, "counts": None})


def _own_stream(topic: str, before: WireModel, after: WireModel) -> tuple[str, ...]:
    del before, after
    return (topic,)


def _as_is(state: WireModel) -> WireModel:
    return state


KINDS: dict[str, Kind] = {
    "branch": Kind(_load_branch, _own_stream, branch_reduce.apply_all, _as_is),
    "chat": Kind(_load_chat, _own_stream, _apply_chat, chat_reduce.cut),
    "meeting": Kind(_load_meeting, _own_stream, meeting_reduce.apply_all, _as_is),
    "me": Kind(_load_me, _me_streams, me_reduce.apply_all, _as_is),
}
