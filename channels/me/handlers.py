"""A member's own topic: who may enter, what a fresh client starts from, preferences.

preferences {_id: member, rev, typing_visible, locale, large_type, theme}; absent: the defaults of `MePreferences`.
Imported by channels.me.feature.
"""

from dataclasses import asdict
from typing import Any

from channels.branch.contract import PersonCards
from channels.chat.contract import RoomLine, RoomLines
from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.me.contract import NOTICE_COUNTER, TypingVisible, me_topic
from channels.me.errors import NOT_A_MEMBER
from channels.me.protocol import (
    ME_EVENTS,
    NOTICES_SHOWN,
    MeLastMessage,
    MeMeetingTold,
    MeMention,
    MeMessageDeleted,
    MeOrganisationTold,
    MePreferences,
    MePreferencesSet,
    MeRoom,
    MeSecurityNotice,
    MeSetPreferences,
    MeSnapshot,
    MeThread,
)
from channels.protocol.base import LogEvent, wire_type
from channels.protocol.errors import CONFLICT, UNKNOWN_TOPIC, Refused
from storage.errors import Duplicate, GuardFailed
from storage.ids import MemberId
from storage.log import Append, Entry, Update

PREFERENCES = "preferences"
TRIES_MAX = 5

_EVENTS: dict[str, type[LogEvent]] = {wire_type(event): event for event in ME_EVENTS}


async def may_enter(actor: Actor, ident: str, reader: Reader) -> bool:
    """True for the member whose topic it is, and nobody else."""
    return actor.member is not None and actor.member == ident


async def snapshot(actor: Actor, ident: str, reader: Reader) -> MeSnapshot:
    """Name, rooms, newest notices, preferences.

    Raises:
        Refused: UNKNOWN_TOPIC when the member was erased.
    """
    member = MemberId(ident)
    cards = await reader.ask(PersonCards((member,)))
    if member not in cards:
        raise Refused(UNKNOWN_TOPIC)
    lines = await reader.ask(RoomLines(member))
    notices = await reader.log.page(me_topic(member), NOTICE_COUNTER, limit=NOTICES_SHOWN)
    preferences, _ = await preferences_of(reader, member)
    return MeSnapshot(
        member=member,
        name=cards[member].name,
        rooms=[_room(line) for line in lines],
        notices=[_notice(entry) for entry in notices],
        preferences=preferences,
    )


def render(entry: Entry) -> LogEvent:
    """The event of an entry of a member's topic.

    Raises:
        KeyError: An entry that nobody here writes.
    """
    fields: dict[str, Any] = {"topic": entry.topic, "seq": entry.seq, "at_ms": entry.at_ms} | entry.body
    if entry.type == "me.preferences_changed":
        fields["preferences"] = MePreferences(**entry.body["preferences"])
    return _EVENTS[entry.type].model_validate(fields)


async def set_preferences(command: MeSetPreferences, ctx: Context) -> MePreferencesSet:
    """Change the given preferences; all devices of the member hear of it. Nothing changed: nobody hears.

    Raises:
        Refused: NOT_A_MEMBER, CONFLICT.
    """
    member = ctx.actor.member
    if member is None:
        raise Refused(NOT_A_MEMBER)
    changes = command.model_dump(exclude={"type", "ref"}, exclude_none=True)
    for _ in range(TRIES_MAX):
        before, rev = await preferences_of(ctx.reader, member)
        after = before.model_copy(update=changes)
        if after == before:
            return MePreferencesSet(preferences=before)
        try:
            await ctx.commit((_changed(member, after),), (_store(member, after, rev),))
        except (GuardFailed, Duplicate):
            continue  # another device was faster
        return MePreferencesSet(preferences=after)
    raise Refused(CONFLICT)


async def preferences_of(reader: Reader, member: str) -> tuple[MePreferences, int]:
    """Preferences and their revision; revision 0 while nothing was ever set."""
    stored = await reader.mongo.collection(PREFERENCES).find_one({"_id": member})
    if stored is None:
        return MePreferences(), 0
    known = {key: value for key, value in stored.items() if key in MePreferences.model_fields}
    return MePreferences(**known), stored["rev"]


async def typing_visible(query: TypingVisible, reader: Reader) -> bool:
    """Answer to `TypingVisible`."""
    preferences, _ = await preferences_of(reader, query.member)
    return preferences.typing_visible


def _changed(member: str, preferences: MePreferences) -> Append:
    return Append(me_topic(member), "me.preferences_changed", {"preferences": preferences.model_dump()})


def _store(member: str, preferences: MePreferences, rev: int) -> Update:
    """Guarded by the revision that was read; the first one inserts."""
    return Update(
        PREFERENCES,
        {"_id": member, "rev": rev},
        {"$set": preferences.model_dump() | {"rev": rev + 1}},
        upsert=rev == 0,
    )


def _room(line: RoomLine) -> MeRoom:
    return MeRoom(
        room=line.room,
        kind=line.kind,
        title=line.title,
        unit=line.unit,
        other=line.other,
        head=line.head,
        head_n=line.head_n,
        read_n=line.read_n,
        last=MeLastMessage(**asdict(line.last)) if line.last else None,
        mentions=[MeMention(**asdict(mention)) for mention in line.mentions],
        threads=[MeThread(**asdict(thread)) for thread in line.threads],
    )


def _notice(entry: Entry) -> MeSecurityNotice | MeMessageDeleted | MeMeetingTold | MeOrganisationTold:
    event = render(entry)
    if not isinstance(event, MeSecurityNotice | MeMessageDeleted | MeMeetingTold | MeOrganisationTold):
        raise TypeError(f"{entry.type} is no notice")
    return event
