"""What a feature is: a row of data that the registry, the dispatcher, the documents and the tests read.

A feature folder offers one `FEATURE = Feature(...)` in its `feature.py`; `channels.catalog` lists it. Nothing else registers.
May be imported by features and server.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.core.settings import SettingsRow
from channels.protocol.base import Command, Event, LogEvent, Result, WireModel
from channels.protocol.errors import ErrorRow
from storage.indexes import IndexSpec
from storage.log import Entry
from storage.rotation import SealedField


class RateClass(Enum):
    """Token buckets per account: (burst, refill per minute). Reasons: OWASP suggests about 100 messages a minute."""

    READ = (120, 600)
    WRITE = (30, 100)
    LIGHT = (60, 240)
    HEAVY = (5, 20)


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command: what it looks like, who handles it, what gates stand before it.

    Attributes:
        model: The command's wire model.
        result: What it answers with.
        handler: `async (command, context) -> result`; refuses with `Refused` before any side effect.
        capability: Word that some role of the caller must give (`Actor.can_anywhere`), or "" for every member;
            the feature's `check_…` decides for the very object.
        rate: Token bucket the call takes from.
        writes: False for pure reads (they stay open to sanctioned members).
        bots: True when bot tokens may hold it as a scope.
    """

    model: type[Command]
    result: type[Result]
    handler: Callable[[Any, Context], Awaitable[Result]]
    capability: str = ""
    rate: RateClass = RateClass.WRITE
    writes: bool = True
    bots: bool = False


@dataclass(frozen=True, slots=True)
class TopicRow:
    """How a topic kind is entered and read.

    Attributes:
        kind: The feature's word.
        may_enter: `async (actor, ident, reader) -> bool`; asked at subscribe, at resume, and again whenever the
            caller's units or roles change while subscribed.
        snapshot: `async (actor, ident, reader) -> model`; the state a fresh client starts from.
        snapshot_model: Its wire model.
        render: `(entry) -> event`; pure; the same for live, resume and replay.
        roster: True when presence of this topic is announced.
    """

    kind: str
    may_enter: Callable[[Actor, str, Reader], Awaitable[bool]]
    snapshot: Callable[[Actor, str, Reader], Awaitable[WireModel]]
    snapshot_model: type[WireModel]
    render: Callable[[Entry], LogEvent]
    roster: bool = False


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A question other features may ask through `Reader.ask`; its class stands in the feature's `contract.py`."""

    query: type[Any]
    answer: Callable[[Any, Reader], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact (outbox) this feature listens to; called at least once, with the fact's id as idempotency key."""

    kind: str
    handle: Callable[[dict[str, Any], str, Context], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BeatRow:
    """Something a feature does again and again in every serving process; several may do it at the same moment.

    Attributes:
        name: For logs.
        every_s: Seconds between the end of one beat and the next.
        beat: The actor of its context is nobody. May fail with `StorageError`: the next beat tries again.
    """

    name: str
    every_s: float
    beat: Callable[[Context], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One singular word in five places (architecture.md).

    Attributes:
        name: Folder, topic kind, prefix of wire types and capabilities.
        commands: Rows of the dispatch table.
        events: Every event class the feature can cause.
        topic: Its topic kind, if it has one.
        queries: Questions it answers.
        facts: Facts it listens to.
        beats: What it does again and again.
        errors: Its rows of the error table.
        indexes: Indexes its collections need; start-up refuses to serve without them.
        capabilities: Word -> sentence for the roles page and the documents.
        settings: What an organisation may change of the part of its template that this feature reads.
        sealed: Its sealed values, for key rotation.
    """

    name: str
    commands: tuple[CommandRow, ...] = ()
    events: tuple[type[Event], ...] = ()
    topic: TopicRow | None = None
    queries: tuple[QueryRow, ...] = ()
    facts: tuple[FactRow, ...] = ()
    beats: tuple[BeatRow, ...] = ()
    errors: tuple[ErrorRow, ...] = ()
    indexes: tuple[IndexSpec, ...] = ()
    capabilities: dict[str, str] = field(default_factory=dict)
    settings: tuple[SettingsRow, ...] = ()
    sealed: tuple[SealedField, ...] = ()
