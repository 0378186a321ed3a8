"""Telling members, each on their own topic, what concerns them. Facts of the outbox: at least once, and never twice.

Imported by channels.meeting.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from channels.core.context import Context
from channels.me.contract import MeetingNews, meeting_told
from channels.meeting.reading import Held, find
from channels.meeting.seating import audience, seats_of
from storage.log import Append, Fact

TOLD = "MeetingTold"
"""Fact: {meeting, what, params, to: [member] or None for everybody who sits in it}; the fact's id is the key."""

AT_ONCE = 50


def news(
    held: Held, what: str, params: dict[str, str | int], *, kept: bool = True, key: str | None = None
) -> MeetingNews:
    """News of a meeting for one member."""
    state = held.state
    return MeetingNews(state.id, state.unit, state.title, what, kept, params, key)


def tell(held: Held, member: str, what: str, *, kept: bool = True, **params: str | int) -> Append:
    """An entry for one member's own topic, to be committed with the change it tells of."""
    return meeting_told(member, news(held, what, params, kept=kept))


def tell_all(held: Held, what: str, to: Iterable[str] | None = None, **params: str | int) -> Fact:
    """A fact that tells many after the commit."""
    members = sorted(to) if to is not None else None
    return Fact(TOLD, {"meeting": held.state.id, "what": what, "params": params, "to": members})


async def tell_members(body: dict[str, Any], fact_id: str, ctx: Context) -> None:
    """Append the news to each member's topic; bears being called again."""
    held = await find(ctx.reader, body["meeting"])
    if held is None:
        return
    members = body["to"]
    if members is None:
        people = await audience(ctx.reader, held.org, held.state)
        seats = seats_of(held.state.rules.body, held.state.unit, people.people.values())
        members = [person.member for person in seats] + held.state.guests
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(member: str) -> None:
        async with slots:
            told = news(held, body["what"], body["params"], key=fact_id)
            await ctx.append(meeting_told(member, told))

    async with asyncio.TaskGroup() as group:
        for member in dict.fromkeys(members):
            group.create_task(one(member))
