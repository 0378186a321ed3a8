"""What a handler is given: the caller, time, the stores, and verbs to commit and to tell.

Handlers never see a socket. `Reader` reads; `Context` is a `Reader` that may also write. Events of commits are published
by the pipeline after the commit; nothing is published for a handler that raised. May be imported by features and server.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from channels.core.actor import Actor
from channels.core.memory import Memory
from channels.protocol.base import LiveEvent
from storage.client import Mongo
from storage.clock import Clock
from storage.crypto import FieldCipher
from storage.ids import IdSource
from storage.log import Append, Appended, Entry, TopicLog, Write


class Ask(Protocol):
    """Routes a query object to the feature that answers it."""

    async def __call__(self, query: Any, reader: "Reader") -> Any:  # noqa: ANN401 - the registry checks the pair
        """Answer `query`; raises LookupError when no feature answers its class."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Read access for snapshots, checks and queries.

    Attributes:
        mongo: Collections.
        log: The topic log.
        cipher: Encrypts and decrypts personal fields.
        clock: Time.
        ids: Chance.
        route: Registry's router for queries; use `ask`.
        memory: What features remember in this process.
    """

    mongo: Mongo
    log: TopicLog
    cipher: FieldCipher
    clock: Clock
    ids: IdSource
    route: Ask
    memory: Memory = field(default_factory=Memory)

    async def ask(self, query: Any) -> Any:  # noqa: ANN401
        """Ask another feature; `query` is an instance of a class in that feature's `contract.py`."""
        return await self.route(query, self)


@dataclass(frozen=True, slots=True)
class Context:
    """One command under way.

    Attributes:
        actor: The caller.
        received_at_ms: Server receive time: deadlines are judged by it (domain.md 5.3).
        reader: Read access; the common fields are also properties here.
        publish_live: Tells those who are in the topic now; never stored.
        access_changed: Tells every process that a member's units, roles or account changed, so that open sockets
            are judged anew within 1 s.
    """

    actor: Actor
    received_at_ms: int
    reader: Reader
    publish_live: Callable[[LiveEvent], None]
    access_changed: Callable[[str], Awaitable[None]]

    @property
    def mongo(self) -> Mongo:
        """Collections."""
        return self.reader.mongo

    @property
    def log(self) -> TopicLog:
        """The topic log."""
        return self.reader.log

    @property
    def memory(self) -> Memory:
        """What features remember in this process."""
        return self.reader.memory

    async def ask(self, query: Any) -> Any:  # noqa: ANN401
        """Ask another feature."""
        return await self.reader.ask(query)

    async def append(self, append: Append) -> Appended:
        """Commit one entry (with its guarded companion writes) and publish it."""
        return await self.reader.log.append(append)

    async def commit(self, appends: Sequence[Append], writes: Sequence[Write] = ()) -> tuple[Entry, ...]:
        """Commit entries of several topics and companion writes as one transaction, then publish."""
        return await self.reader.log.commit(appends, writes)
