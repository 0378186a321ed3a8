"""The pipeline every feature command passes, once for all (architecture.md).

authenticated? -> scope of bot tokens -> rate limit -> capability -> sanction -> handler (check, commit) -> reply

Events of a commit are published by the log's listeners the moment it is durable, not by the handler. May be imported by
server (HTTP commands of features pass here, too) and tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.core.feature import CommandRow, RateClass
from channels.core.ports import NoSanctions, Sanctions
from channels.core.refusals import refusal_of
from channels.core.registry import Registry
from channels.protocol.base import Command, LiveEvent, Result, wire_type
from channels.protocol.errors import FORBIDDEN, NOT_SIGNED_IN, TOO_MANY_REQUESTS, UNKNOWN_TYPE, Refused
from moderation.limits import Limits

READING = "subscribe"
"""The scope a bot token needs to be in topics: to subscribe, resume and replay."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What stands before handlers and what they may cause besides commits.

    Attributes:
        limits: Token buckets.
        publish_live: Tells those who are in a topic now; with the actor who caused it.
        access_changed: Has a member's open sockets judged anew.
        sanctions: Measures of moderation.
    """

    limits: Limits
    publish_live: Callable[[LiveEvent, Actor], None]
    access_changed: Callable[[str], Awaitable[None]]
    sanctions: Sanctions = field(default_factory=NoSanctions)


class Dispatcher:
    """Answers feature commands.

    Args:
        registry: The table of commands.
        reader: Stores and time for handlers.
        gates: What stands before them.
    """

    def __init__(self, registry: Registry, reader: Reader, gates: Gates) -> None:
        self._registry = registry
        self._reader = reader
        self._gates = gates

    async def answer(self, command: Command, actor: Actor, received_at_ms: int) -> Result:
        """Run one command.

        Args:
            command: A decoded feature command.
            actor: The caller as of now.
            received_at_ms: Wall time of receipt.

        Raises:
            Refused: For every outcome but success; nothing else escapes.
        """
        name = wire_type(type(command))
        try:
            row = self._row(name, actor)
            self._take(row.rate, actor)
            if row.capability and not actor.can_anywhere(row.capability):
                raise Refused(FORBIDDEN)
            if row.writes:
                await self._gates.sanctions.check(actor, row, command)
            return await row.handler(command, self._context(actor, received_at_ms))
        except Exception as error:
            raise refusal_of(error, name) from error

    def check_reading(self, actor: Actor) -> None:
        """Stand before subscribe, resume and replay: bots need the scope READING, everybody a token of the bucket.

        Raises:
            Refused: FORBIDDEN, TOO_MANY_REQUESTS.
        """
        if not actor.may_use(READING):
            raise Refused(FORBIDDEN)
        self._take(RateClass.READ, actor)

    def _row(self, name: str, actor: Actor) -> CommandRow:
        if not actor.fully_authenticated:
            raise Refused(NOT_SIGNED_IN)
        row = self._registry.commands.get(name)
        if row is None:
            raise Refused(UNKNOWN_TYPE)
        if not actor.may_use(name) or (actor.scopes is not None and not row.bots):
            raise Refused(FORBIDDEN)
        return row

    def _take(self, rate: RateClass, actor: Actor) -> None:
        burst, per_minute = rate.value
        wait_ms = self._gates.limits.take(f"ws:{rate.name}:{actor.account}", burst, per_minute)
        if wait_ms:
            raise Refused(TOO_MANY_REQUESTS, retry_after_ms=wait_ms, s=-(-wait_ms // 1_000))

    def _context(self, actor: Actor, received_at_ms: int) -> Context:
        return Context(
            actor,
            received_at_ms,
            self._reader,
            lambda event: self._gates.publish_live(event, actor),
            self._gates.access_changed,
        )
