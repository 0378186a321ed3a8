"""Check-in codes: six digits, tokens of the picture, members' own passes. Pure; computed, never stored (domain.md 2.5).

All three are HMAC-SHA-256 under the meeting's secret over what they are for, whose round or member, and the time step. Six digits
come by the dynamic truncation of RFC 4226 5.3. Only server time counts. Imported by channels.meeting.entry.
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

DIGITS = 6
TOKEN_HEX = 32
"""128 bits of a token's HMAC: nobody reads it out over the phone, or guesses it."""

PAST_STEPS = 20
"""Steps whose codes are told apart from wrong ones: ten minutes at 30 s. A late code means the hall was heard, not guessed."""


class Verdict(Enum):
    """What a code is."""

    RIGHT = "right"
    EXPIRED = "expired"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Steps:
    """How codes change.

    Attributes:
        step_ms: Life of a code on the screen, >= 1.
        margin_ms: How long after it the code still counts.
    """

    step_ms: int
    margin_ms: int

    def at(self, now_ms: int) -> int:
        """Number of the step that runs."""
        return now_ms // self.step_ms

    def end_ms(self, step: int) -> int:
        """When a step ends."""
        return (step + 1) * self.step_ms

    def accepts(self, step: int, now_ms: int) -> Verdict:
        """What a true code of a step is now; one of the future is wrong."""
        current = self.at(now_ms)
        if step == current or (step == current - 1 and now_ms < self.end_ms(step) + self.margin_ms):
            return Verdict.RIGHT
        return Verdict.EXPIRED if step < current else Verdict.WRONG


def digits_at(secret: bytes, round_: str, step: int) -> str:
    """The six digits of a round in a step."""
    mac = _mac(secret, "code", round_, step)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def fold(typed: str) -> str:
    """What was typed, as ASCII digits; full-width digits and spaces are forgiven."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed))


def judge_digits(typed: str, secret: bytes, round_: str, steps: Steps, now_ms: int) -> Verdict:
    """What typed digits are: right now, of a step that is over, or wrong."""
    code, current = fold(typed), steps.at(now_ms)
    for step in range(current, max(-1, current - PAST_STEPS - 1), -1):
        if hmac.compare_digest(code.encode(), digits_at(secret, round_, step).encode()):
            return steps.accepts(step, now_ms)
    return Verdict.WRONG


def token_at(secret: bytes, purpose: str, subject: str, step: int) -> str:
    """A token: `subject.step.mac`.

    Args:
        secret: Of the meeting.
        purpose: `round` for the picture on the screen, `pass` for a member's own.
        subject: Round or member.
        step: Number of the step.
    """
    return f"{subject}.{step}.{_mac(secret, purpose, subject, step).hex()[:TOKEN_HEX]}"


def judge_token(token: str, secret: bytes, purpose: str, steps: Steps, now_ms: int) -> tuple[Verdict, str]:
    """What a token is, and its subject ("" for a wrong one)."""
    subject, _, rest = token.partition(".")
    number, _, _ = rest.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= 16):
        return Verdict.WRONG, ""
    if not hmac.compare_digest(token.encode(), token_at(secret, purpose, subject, int(number)).encode()):
        return Verdict.WRONG, ""
    return steps.accepts(int(number), now_ms), subject


def _mac(secret: bytes, purpose: str, subject: str, step: int) -> bytes:
    return hmac.digest(secret, f"{purpose}|{subject}|{step}".encode(), "sha256")
