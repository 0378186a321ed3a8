"""Direct talk and typing. Imported by channels.chat.feature."""

from channels.branch.contract import PersonCards, UnitOf
from channels.chat.contract import chat_topic
from channels.chat.errors import PERSON_UNKNOWN
from channels.chat.protocol import ChatOpenDirect, ChatOpened, ChatTyping, ChatTypingEvent
from channels.chat.rooms import ROOMS, enter, new_direct, room_of_pair
from channels.core.context import Context
from channels.me.contract import Room, TypingVisible, room_added
from channels.protocol.base import Done
from channels.protocol.errors import CONFLICT, FORBIDDEN, Refused
from storage.errors import Duplicate
from storage.ids import MemberId, RoomId
from storage.log import Insert


async def open_direct(command: ChatOpenDirect, ctx: Context) -> ChatOpened:
    """The room of two members of one organisation; made when there is none, and both are told.

    Raises:
        Refused: FORBIDDEN for callers without membership; PERSON_UNKNOWN for oneself, strangers and those who left.
    """
    me, other = ctx.actor.member, MemberId(command.member)
    if me is None:
        raise Refused(FORBIDDEN)
    existing = await room_of_pair(ctx.reader, me, other)
    if existing is not None:
        return ChatOpened(room=existing)
    names = await _check_pair(me, other, ctx)
    room = RoomId(ctx.reader.ids.uuid7())
    told = (
        room_added(me, Room(room, "direct", names[1], other=other)),
        room_added(other, Room(room, "direct", names[0], other=me)),
    )
    try:
        await ctx.commit(told, (Insert(ROOMS, new_direct(room, me, other, ctx.received_at_ms)),))
    except Duplicate:  # the other side opened it in the same moment
        existing = await room_of_pair(ctx.reader, me, other)
        if existing is None:
            raise Refused(CONFLICT) from None
        return ChatOpened(room=existing)
    return ChatOpened(room=room)


async def _check_pair(me: MemberId, other: MemberId, ctx: Context) -> tuple[str, str]:
    """Names of both.

    Raises:
        Refused: PERSON_UNKNOWN.
    """
    people = await ctx.ask(PersonCards((me, other)))
    if me == other or len(people) != 2 or not all(person.active for person in people.values()):
        raise Refused(PERSON_UNKNOWN)
    unit = await ctx.ask(UnitOf(people[other].branch))
    if unit is None or unit.org != ctx.actor.org:
        raise Refused(PERSON_UNKNOWN)
    return people[me].name, people[other].name


async def typing(command: ChatTyping, ctx: Context) -> Done:
    """Tell those in the room that the caller is typing, when the caller's preferences allow it; else nothing happens.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    member = ctx.actor.member
    if member is not None and await ctx.ask(TypingVisible(member)):
        ctx.publish_live(ChatTypingEvent(topic=chat_topic(room.room), member=member, thread=command.thread))
    return Done()
