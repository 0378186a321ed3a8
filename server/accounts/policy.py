"""Numbers of accounts: how long things live and how many there may be. May be imported by server."""

from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts.

    Attributes:
        idle_ms: Without use.
        absolute_ms: At the latest.
    """

    idle_ms: int
    absolute_ms: int


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """Defaults of an installation; tests shorten what they must wait for.

    Attributes:
        member: Lifetime for members: a phone that is opened once a week stays signed in for a month.
        officer: Lifetime for officers and system administrators: a working day, a working week.
        login_ms: A log-in from password to second factor (NIST SP 800-63B-4: at most 10 minutes).
        wrong_codes_max: Wrong codes in one log-in, then back to the password (ASVS 5.0 6.6.3).
        code_ms: An activation code.
        reset_code_ms: The code after a reset (domain.md S3.5).
        reset_open_ms: A request for a reset waits so long for the second officer.
        sessions_max: Devices of one account; the one unused longest ends first.
        address_failures_max: Failed log-ins from one address per window, known devices not counted.
        address_window_ms: That window.
        device_ms: A known device (domain.md 2.15: 180 days).
        tokens_max: Tokens of one unit.
        token_ms: Longest life of a token.
        seen_every_ms: How often the time of last use is written.
    """

    member: Lifetime = Lifetime(7 * DAY_MS, 30 * DAY_MS)
    officer: Lifetime = Lifetime(12 * HOUR_MS, 7 * DAY_MS)
    login_ms: int = 10 * MINUTE_MS
    wrong_codes_max: int = 5
    code_ms: int = 14 * DAY_MS
    reset_code_ms: int = 24 * HOUR_MS
    reset_open_ms: int = 72 * HOUR_MS
    sessions_max: int = 20
    address_failures_max: int = 60
    address_window_ms: int = 10 * MINUTE_MS
    device_ms: int = 180 * DAY_MS
    tokens_max: int = 20
    token_ms: int = 400 * DAY_MS
    seen_every_ms: int = MINUTE_MS
