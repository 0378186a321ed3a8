"""Bearer tokens for bots: made by a person with `bot.manage`, for one unit, for named commands and routes, until a day.

A token never gets more than its maker has, neither when it is made nor later. May be imported by server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.core.actor import Actor, Place
from channels.protocol.errors import FORBIDDEN, NOT_FOUND, Refused
from moderation.audit import Act
from server.accounts.desk import Notice
from server.accounts.directory import Person
from server.accounts.errors import SCOPE_WRONG, TOO_MANY_TOKENS
from server.accounts.parts import Parts
from server.accounts.policy import DAY_MS
from server.accounts.token_store import PREFIX, BotToken
from storage.errors import GuardFailed
from storage.ids import UnitId

CAPABILITY = "bot.manage"


@dataclass(frozen=True, slots=True)
class Wish:
    """A token somebody wants.

    Attributes:
        unit: Where it may act.
        name: What people call it.
        scopes: Command types and route names.
        days: Until it ends.
    """

    unit: str
    name: str
    scopes: frozenset[str]
    days: int


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token as it is shown once."""

    token: BotToken
    secret: str = field(repr=False)


class Tokens:
    """Makes and revokes tokens.

    Args:
        parts: What accounts stand on.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def make(self, actor: Actor, wish: Wish, offered: Mapping[str, str]) -> MadeToken:
        """Make a token.

        Args:
            actor: The caller.
            wish: What for.
            offered: Scopes that bots may hold -> the capability each needs, "" for none.

        Raises:
            Refused: NOT_FOUND, FORBIDDEN, SCOPE_WRONG, TOO_MANY_TOKENS.
        """
        parts, now_ms = self._parts, self._parts.clock.now_ms()
        maker, place = await self._maker(actor, wish.unit)
        for scope in sorted(wish.scopes):
            needed = offered.get(scope)
            if needed is None or (needed and not actor.can(needed, place)):
                raise Refused(SCOPE_WRONG, scope=scope[:60])
        if len(await parts.tokens.of_units(frozenset({place.unit}))) >= parts.policy.tokens_max:
            raise Refused(TOO_MANY_TOKENS, n=parts.policy.tokens_max)
        token = BotToken(
            id=parts.ids.uuid7(),
            org=maker.org,
            unit=place.unit,
            name=wish.name,
            scopes=wish.scopes,
            capabilities=frozenset(offered[scope] for scope in wish.scopes if offered[scope]),
            made_by=maker.member,
            made_at_ms=now_ms,
            ends_at_ms=now_ms + min(wish.days * DAY_MS, parts.policy.token_ms),
        )
        secret = PREFIX + parts.ids.secret()
        await parts.desk.commit(
            (parts.tokens.insert(token, secret),),
            notices=(Notice(maker.member, "token_made", params={"name": wish.name}),),
            acts=(_act("token.made", maker, place, token),),
        )
        return MadeToken(token, secret)

    async def list(self, actor: Actor) -> list[BotToken]:
        """Tokens of the units in which the caller manages bots."""
        units = frozenset(grant.unit for grant in actor.grants if CAPABILITY in grant.capabilities)
        return await self._parts.tokens.of_units(units)

    async def revoke(self, actor: Actor, ident: str) -> None:
        """Revoke a token; its sockets close on every process.

        Raises:
            Refused: NOT_FOUND, FORBIDDEN.
        """
        token = await self._parts.tokens.by_id(ident)
        if token is None:
            raise Refused(NOT_FOUND)
        maker, place = await self._maker(actor, token.unit)
        try:
            await self._parts.desk.commit(
                (self._parts.tokens.delete(ident),), acts=(_act("token.revoked", maker, place, token),)
            )
        except GuardFailed:
            raise Refused(NOT_FOUND) from None
        await self._parts.book.tell_ended([ident])

    async def _maker(self, actor: Actor, unit: str) -> tuple[Person, Place]:
        place = await self._parts.directory.place(UnitId(unit))
        maker = await self._parts.directory.person(actor.member) if actor.member else None
        if place is None or maker is None:
            raise Refused(NOT_FOUND)
        if not actor.can(CAPABILITY, place):
            raise Refused(FORBIDDEN if place.unit in actor.units else NOT_FOUND)
        return maker, place


def _act(action: str, maker: Person, place: Place, token: BotToken) -> Act:
    return Act(
        action=action,
        actor=maker.member,
        actor_name=maker.name,
        actor_role=maker.role_for(CAPABILITY, place),
        org=maker.org,
        unit=place.unit,
        notes={"token": token.id, "scopes": " ".join(sorted(token.scopes))[:500]},
        open=False,
    )
