"""What a running process holds, handed to every HTTP handler and socket. Built once, in `server/app.py`.

Plain references to ports; nothing here does anything. May be imported by server.
"""

from dataclasses import dataclass
from typing import Protocol

from channels.core.registry import Registry
from channels.protocol.base import LiveEvent
from moderation.limits import Limits
from server.accounts.house import Accounts
from server.config import Settings
from server.files.intake import Intake
from server.http.security import WebPolicy
from server.readiness import Readiness
from storage.blobs import Blobs
from storage.bus.port import Bus
from storage.client import Mongo
from storage.clock import Clock
from storage.crypto import FieldCipher
from storage.ids import IdSource
from storage.log import TopicLog


class Hub(Protocol):
    """Open sockets of this process (channels.core.hub)."""

    def publish_live(self, event: LiveEvent) -> None:
        """Tell those who are in the event's topic now, on every process; never stored."""
        ...

    async def access_changed(self, member: str) -> None:
        """A member's units, roles or account changed: judge their sockets anew on every process within 1 s."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a handler may need.

    Attributes:
        config: Settings of the process.
        mongo: Collections.
        log: The topic log.
        cipher: Encrypts and blind-indexes personal fields.
        blobs: Attachments.
        bus: Wake-ups between processes.
        clock: Time.
        ids: Chance.
        registry: Features, and the router of their queries.
        hub: Open sockets.
        limits: Token buckets for requests.
        accounts: Log-in, sessions, factors, codes, tokens, notices, audit.
        web: How the installation is reached: origins, cookies, HSTS.
        intake: Takes uploaded files in.
        readiness: Whether new people should be sent to this process.
    """

    config: Settings
    mongo: Mongo
    log: TopicLog
    cipher: FieldCipher
    blobs: Blobs
    bus: Bus
    clock: Clock
    ids: IdSource
    registry: Registry
    hub: Hub
    limits: Limits
    accounts: Accounts
    web: WebPolicy
    intake: Intake
    readiness: Readiness
