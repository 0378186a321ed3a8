"""Plain values of accounts that other parts of the roof read. May be imported by server."""

from dataclasses import dataclass, field
from enum import Enum

from storage.ids import AccountId, MemberId, OrgId, SessionId


class Step(Enum):
    """Where a log-in stands; the word on the wire."""

    TOTP = "totp"
    """The password was right; the second factor is missing."""
    ENROL = "enrol"
    """The password was right; a second factor must be set up first."""
    DONE = "done"
    """Every required factor was given."""


class Kind(Enum):
    """What a session stands for."""

    DEVICE = "device"
    """A person's browser or app, known by cookie."""
    BOT = "bot"
    """A bearer token."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as found in the store just now; holds no secret.

    Attributes:
        id: Public name of the session; for bots the token's id.
        account: Whose it is; for bots the token's id as well.
        org: Organisation of the account.
        member: Membership of the account.
        step: What is still missing.
        kind: Person or bot.
        made_at_ms: Birth of the session (of the log-in transaction).
        seen_at_ms: Last request, to the minute.
        expires_at_ms: End at the latest: the absolute limit, or the idle limit from `seen_at_ms` on.
        proved_at_ms: Last full proof of identity, 0 when there was none.
        agent: Family of browser and system, e.g. `Chrome · Android`.
        known_device: The device had a full log-in of this account before.
        browser: Mark of the browser, the same for every account that signs in there; empty for bots.
    """

    id: SessionId
    account: AccountId
    org: OrgId | None
    member: MemberId | None
    step: Step
    kind: Kind
    made_at_ms: int
    seen_at_ms: int
    expires_at_ms: int
    proved_at_ms: int
    agent: str
    known_device: bool = False
    browser: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """The browser that asks, as far as log-in cares.

    Attributes:
        address: Client address as limits know it.
        agent: Browser and system, e.g. `Chrome · Android`.
        device: Token of the device cookie; empty without one.
        session: Session of the cookie that came along; ends when a new one is opened.
        known: The device had a full log-in of the account before; found out during log-in.
    """

    address: str
    agent: str
    device: str = field(default="", repr=False)
    session: SessionView | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened or advanced.

    Attributes:
        token: Its new cookie value.
        session: The session.
        device: Device token to remember in the browser; empty for no change.
    """

    token: str = field(repr=False)
    session: SessionView
    device: str = field(default="", repr=False)
