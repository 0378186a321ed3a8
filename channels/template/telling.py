"""Telling the organisation of a proposal (its officers) and of a change (every member, and every branch's own words).

Facts of the outbox: at least once, and never twice. Imported by channels.template.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from channels.branch.contract import (
    BranchesOf,
    Holders,
    MembersOf,
    Organisation,
    OrganisationOf,
    words_changed,
)
from channels.core.context import Context, Reader
from channels.me.contract import organisation_told
from storage.log import Append, Fact

TOLD = "TemplateTold"
"""Fact: {org, what, params, key, but}; `what` says whom it is for."""

DECIDE = "template.decide"
AT_ONCE = 50

PROPOSED = "template_proposed"
CHANGED = "template_changed"


def telling(actor: str, org: str, what: str, version: int, key: str) -> Append:
    """The entry for whoever acts, with the fact that tells the others."""
    params: dict[str, str | int] = {"version": version}
    body = {"org": org, "what": what, "params": params, "key": key, "but": actor}
    append = organisation_told(actor, what, params, key=key)
    return Append(
        append.topic,
        append.type,
        append.body,
        sender=append.sender,
        cid=append.cid,
        counter=append.counter,
        facts=(Fact(TOLD, body),),
    )


async def tell(body: dict[str, Any], _: str, ctx: Context) -> None:
    """Append the news to each member's topic, and new words to each branch's; bears being called again."""
    organisation = await ctx.ask(OrganisationOf(body["org"]))
    if organisation is None:
        return
    members = await _officers(ctx.reader, organisation)
    if body["what"] == CHANGED:
        members = await _tell_branches(ctx, organisation, body["key"])
    await _tell_members(ctx, [member for member in members if member != body["but"]], body)


async def _officers(reader: Reader, organisation: Organisation) -> list[str]:
    return list(await reader.ask(Holders(organisation.root, DECIDE)))


async def _tell_branches(ctx: Context, organisation: Organisation, key: str) -> list[str]:
    """Tell each branch the words; returns all members."""
    members: list[str] = []
    for branch in await ctx.ask(BranchesOf(organisation.org)):
        await ctx.append(words_changed(branch.unit, organisation, f"template:{key}"))
        members += await ctx.ask(MembersOf(branch.unit))
    return members


async def _tell_members(ctx: Context, members: Iterable[str], body: dict[str, Any]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(member: str) -> None:
        async with slots:
            await ctx.append(organisation_told(member, body["what"], body["params"], key=body["key"]))

    async with asyncio.TaskGroup() as group:
        for member in dict.fromkeys(members):
            group.create_task(one(member))
