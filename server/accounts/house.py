"""Everything of accounts that a process holds, built once. May be imported by server."""

from dataclasses import dataclass
from typing import Protocol

from channels.core.actor import Actor
from server.accounts.values import SessionView


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom a cookie or token stands for.

    Attributes:
        session: The session as stored just now.
        actor: The caller with today's roles; None while a factor is missing.
    """

    session: SessionView
    actor: Actor | None


class SessionSource(Protocol):
    """Looks sessions up in the store, each time anew."""

    async def by_cookie(self, token: str) -> Identified | None:
        """Session of a cookie value; None when unknown, ended or expired."""
        ...

    async def by_bearer(self, token: str) -> Identified | None:
        """Session of a bearer token; None when unknown, revoked or expired."""
        ...


@dataclass(frozen=True, slots=True)
class Accounts:
    """The rooms of accounts.

    Attributes:
        sessions: Who is calling.
    """

    sessions: SessionSource
