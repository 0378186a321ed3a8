"""One-time codes by time (RFC 6238: SHA-1, 30 s, 6 digits) and what a typed code means. Pure.

Window: one step on either side of now (section 5.2). A step at or before the last accepted one is never accepted again;
the store enforces it across processes with a compare-and-set. A code of a step up to 20 away (10 minutes) is refused,
too, but tells how wrong the phone's clock is (domain.md S3.1). May be imported by server.
"""

import base64
import hmac
import unicodedata
from dataclasses import dataclass
from enum import Enum

import pyotp

STEP_MS = 30_000
DIGITS = 6
WINDOW_STEPS = 1
CLOCK_STEPS = 20
SEED_BYTES = 20  # 160 bits: RFC 4226 section 4, R6
_FILLER = frozenset(" -\u3000\u00a0\t")


class Verdict(Enum):
    """What a code means."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    REPLAY = "replay"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The meaning of one typed code.

    Attributes:
        verdict: See `Verdict`.
        step: The step to record when accepted, else 0.
        drift_steps: For CLOCK: steps the phone is ahead (> 0) or behind (< 0).
    """

    verdict: Verdict
    step: int = 0
    drift_steps: int = 0

    @property
    def drift_minutes(self) -> int:
        """Whole minutes the phone is wrong by, at least 1."""
        return max(1, round(abs(self.drift_steps) * STEP_MS / 60_000))


def seed_text(secret: bytes) -> str:
    """A seed as authenticator apps take it: base 32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def step_of(now_ms: int) -> int:
    """Number of the step that a wall time lies in."""
    return now_ms // STEP_MS


def code_at(seed: str, step: int) -> str:
    """The code of one step."""
    return pyotp.HOTP(seed, digits=DIGITS).at(step)


def read_digits(typed: str) -> str | None:
    """Six ASCII digits of what was typed (full-width digits and spaces are understood), else None."""
    if len(typed) > 40:
        return None
    plain = "".join(c for c in unicodedata.normalize("NFKC", typed) if c not in _FILLER)
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else None


def judge(seed: str, typed: str, now_ms: int, last_step: int) -> Judgement:
    """What a typed code means.

    Args:
        seed: Base-32 seed.
        typed: As typed.
        now_ms: Server receive time.
        last_step: Last step that was accepted for this seed; 0 for none.

    Returns:
        ACCEPTED with the step to record (by compare-and-set), WRONG, REPLAY, or CLOCK with the difference.
    """
    code = read_digits(typed)
    if code is None:
        return Judgement(Verdict.WRONG)
    now = step_of(now_ms)
    # All candidates are compared, whatever matches first: the time taken tells nothing.
    matches = [
        step
        for step in range(max(now - CLOCK_STEPS, 0), now + CLOCK_STEPS + 1)
        if hmac.compare_digest(code_at(seed, step), code)
    ]
    near = [step for step in matches if abs(step - now) <= WINDOW_STEPS]
    fresh = [step for step in near if step > last_step]
    if fresh:
        return Judgement(Verdict.ACCEPTED, step=fresh[0])
    if near or last_step in matches:
        return Judgement(Verdict.REPLAY)
    if matches:
        nearest = min(matches, key=lambda step: abs(step - now))
        return Judgement(Verdict.CLOCK, drift_steps=nearest - now)
    return Judgement(Verdict.WRONG)


def provisioning_uri(seed: str, account: str, issuer: str) -> str:
    """`otpauth://` address for the QR code of the enrolment."""
    return str(pyotp.TOTP(seed, digits=DIGITS).provisioning_uri(name=account, issuer_name=issuer))
