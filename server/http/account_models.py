"""What the account routes take and answer. May be imported by server."""

from typing import Annotated, Literal

from pydantic import Field

from channels.protocol.base import Count, Id, Millis, WireModel

StepWord = Literal["totp", "enrol", "done"]
Password = Annotated[str, Field(min_length=1, max_length=5_000, repr=False)]
Typed = Annotated[str, Field(min_length=1, max_length=200, repr=False)]
LoginText = Annotated[str, Field(min_length=1, max_length=254, repr=False)]
Reason = Annotated[str, Field(min_length=4, max_length=500, repr=False)]


class ActivationCode(WireModel):
    """A code as printed or from the fragment of a link."""

    code: Typed


class InvitationAnswer(WireModel):
    """What a code opens; shown so that people see they hold their own."""

    org: str
    name: str
    purpose: Literal["activate", "factor_reset"]
    login: str
    """Log-in name of an account that exists; empty for a first one."""


class ActivationUse(WireModel):
    """Use a code. `password` is new, or the present one after a reset of the factor."""

    code: Typed
    login: LoginText
    password: Password


class LoginBody(WireModel):
    """Log-in name, phone or mail, and password."""

    login: LoginText
    password: Password


class StepAnswer(WireModel):
    """What comes next."""

    step: StepWord


class TotpBody(WireModel):
    """A one-time code; full-width digits and spaces are understood."""

    code: Typed
    client_time_ms: Millis | None = None
    """What the device believes; for support only, the server judges by its own clock."""


class RecoveryBody(WireModel):
    """A recovery code."""

    code: Typed


class EnrolAnswer(WireModel):
    """A factor being set up; shown once."""

    secret: str = Field(repr=False)
    """Base 32, for typing."""
    uri: str = Field(repr=False)
    qr_svg: str = Field(repr=False)


class ConfirmBody(WireModel):
    """The first code of the new factor."""

    code: Typed
    client_time_ms: Millis | None = None


class RecoveryCodes(WireModel):
    """Ten codes, each good once; shown once."""

    recovery_codes: list[str] = Field(repr=False)


class ReauthBody(WireModel):
    """Every factor again; `code` is a one-time or a recovery code, and may be empty without a second factor."""

    password: Password
    code: str | None = Field(default=None, max_length=200, repr=False)


class PasswordBody(WireModel):
    """The present password and the new one."""

    current: Password
    new: Password


class AccountCard(WireModel):
    """The own account."""

    id: Id
    login: str
    factor: bool
    """True when a second factor is set up."""
    recovery_left: Count
    system: list[str]
    """Capabilities of the installation."""


class MemberCard(WireModel):
    """The own membership with today's roles."""

    id: Id
    name: str
    branch: Id
    branch_name: str
    units: list[Id]
    roles: list[str]
    capabilities: list[str]


class TermText(WireModel):
    """A word of the organisation in both languages."""

    zh: str
    en: str


class OrgSummary(WireModel):
    """The own organisation."""

    id: Id
    name: str
    template: str
    terms: dict[str, TermText]
    accent: str
    time_zone: str


class SessionAnswer(WireModel):
    """Who is signed in on this device."""

    step: Literal["none", "totp", "enrol", "done"]
    account: AccountCard | None = None
    member: MemberCard | None = None
    org: OrgSummary | None = None
    locale: Literal["zh-CN", "en"] = "zh-CN"
    proved_until_ms: Millis = 0
    """Sensitive changes need no new proof of identity until then."""
    server_time_ms: Millis


class DeviceCard(WireModel):
    """A signed-in device."""

    id: Id
    agent: str
    """Browser and system."""
    made_at_ms: Millis
    seen_at_ms: Millis
    ends_at_ms: Millis
    this: bool


class Devices(WireModel):
    """Signed-in devices, the one used last first."""

    devices: list[DeviceCard]


class Ended(WireModel):
    """How many sessions ended."""

    count: Count


class ResetAsk(WireModel):
    """Ask for a reset of a member's second factor."""

    member: Id
    reason: Reason


class ResetCard(WireModel):
    """A request."""

    id: Id
    member: Id
    member_name: str
    state: Literal["open", "approved", "declined", "expired"]
    asked_by: Id
    asked_by_name: str
    reason: str = Field(repr=False)
    made_at_ms: Millis
    ends_at_ms: Millis
    decided_by_name: str
    may_approve: bool
    """True when the caller may be the second officer."""


class ResetList(WireModel):
    """Requests, newest first."""

    resets: list[ResetCard]


class CodeAnswer(WireModel):
    """A code, shown once."""

    code: str = Field(repr=False)
    ends_at_ms: Millis


class TokenWish(WireModel):
    """A bot token to make."""

    unit: Id
    name: str = Field(min_length=1, max_length=60)
    scopes: list[Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$", max_length=60)]] = Field(
        min_length=1, max_length=50
    )
    days: int = Field(default=90, ge=1, le=400)


class TokenCard(WireModel):
    """A bot token."""

    id: Id
    unit: Id
    name: str
    scopes: list[str]
    made_by: Id
    made_at_ms: Millis
    ends_at_ms: Millis
    seen_at_ms: Millis


class TokenMade(WireModel):
    """A new token with its secret, shown once."""

    token: TokenCard
    secret: str = Field(repr=False)


class TokenList(WireModel):
    """Tokens, newest first, and the scopes that may be given."""

    tokens: list[TokenCard]
    scopes: list[str]
