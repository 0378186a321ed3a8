"""What the core asks of the roof: a socket to write to, sessions to ask about, measures to obey.

Each port is small and says its contract here; the adapters stand in server/ and in the tests. May be imported by server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from channels.core.actor import Actor
from channels.core.feature import CommandRow
from channels.protocol.base import Command
from channels.protocol.close_codes import CloseRow
from storage.ids import AccountId, MemberId, SessionId


class Transport(Protocol):
    """What the hot path needs of `asyncio.Transport`. Both raise RuntimeError once the transport is closing."""

    def write(self, data: bytes, /) -> None:
        """Take the bytes, write at once what the kernel takes, keep the rest."""
        ...

    def get_write_buffer_size(self) -> int:
        """Bytes that are kept."""
        ...


class SocketPort(Protocol):
    """The writing side of one WebSocket. No call waits, none raises, all are harmless after the socket is gone.

    Its owner tells the hub at once when it sends or answers a Close frame: nothing may be written after that.
    """

    @property
    def transport(self) -> Transport:
        """For whole frames of readers that are open; does not change."""
        ...

    @property
    def packs(self) -> bool:
        """It understands compressed frames that take over no context and use a window of 15 bits; does not change."""
        ...

    def write_frame(self, frames: bytes) -> None:
        """Hand whole RFC 6455 frames, ready made, to the transport."""
        ...

    def buffered_bytes(self) -> int:
        """Bytes that were handed over and have not left the process."""
        ...

    def close(self, row: CloseRow, retry_after_ms: int | None = None) -> None:
        """Send a Close frame with the row's code and key; give up on the peer after a bounded time."""
        ...


@dataclass(frozen=True, slots=True)
class Credential:
    """What a caller shows to be known.

    Attributes:
        secret: Session cookie or bearer token; never logged.
        bearer: True for a token from the hello frame, False for a cookie of an allowed origin.
    """

    secret: str = field(repr=False)
    bearer: bool


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What never changes of a session; whether it stands is another question.

    Attributes:
        session: Its name; a bot token's id for bots.
        account: Whose it is.
        member: Membership, None for system administrators and bots without one.
        made_by: For bots: the member who answers for the token; what changes for them changes for it.
    """

    session: SessionId
    account: AccountId
    member: MemberId | None
    made_by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A session that is valid now, with every required factor.

    Attributes:
        actor: Who acts in it, with units, roles and scopes as of now.
        ends_at_ms: Wall time of its end, idle or absolute, unless it is used before; None for a token without end.
    """

    actor: Actor
    ends_at_ms: int | None = None

    def serves(self, facts: SessionFacts) -> bool:
        """True when a connection that was opened with these facts may go on."""
        return self.actor.fully_authenticated and self.actor.member == facts.member


class SessionSource(Protocol):
    """Where sessions are kept. Every answer is read from the store now: a session that ended is not found.

    Raises of all methods: storage.errors.StorageError when the store cannot answer; the caller fails closed.
    """

    async def load(self, credential: Credential) -> SessionFacts | None:
        """The session a credential names; None when it is unknown, deleted, or was never completed.

        One cheap question, so that endings can be listened for before `standing` is asked.
        """
        ...

    async def standing(self, session: SessionId, *, used: bool = False) -> Standing | None:
        """How a session stands; None when it ended, its caller may no longer sign in, or it lacks a factor.

        Args:
            session: Its name.
            used: This question is a use of the session; at most once a minute is written.
        """
        ...

    async def ended(self, sessions: Sequence[SessionId]) -> list[SessionId]:
        """Those of many sessions (at most 500) that were ended: one question, for when endings may have gone unheard.

        Sessions that only time or changed rights end are not among them; `standing` finds those.
        """
        ...

    async def touch(self, session: SessionId) -> int | None:
        """The session was used just now (called at most once a minute per connection).

        Returns:
            Its end after that as in `Standing.ends_at_ms`.
        """
        ...


class Sanctions(Protocol):
    """Measures of moderation that stand before writing commands."""

    async def check(self, actor: Actor, row: CommandRow, command: Command) -> None:
        """Let the command pass or raise `Refused`; asked only for rows that write."""
        ...


class NoSanctions:
    """No measures: an installation without moderation."""

    async def check(self, actor: Actor, row: CommandRow, command: Command) -> None:
        """Let everything pass."""
