"""How failed attempts slow the next one down. Pure.

NIST SP 800-63B-4: at most 100 consecutive failures per account. ASVS 5.0 6.3.1, 6.1.1: no malicious lock-out, so the count of
strangers and the count of each known device are kept apart: whoever guesses from elsewhere never closes the door to the
owner's own phone. May be imported by server.
"""

from dataclasses import dataclass

FREE_FAILURES = 9  # nobody who mistypes notices anything; the 10th failure is the first with a delay
FIRST_DELAY_MS = 5_000
LONGEST_DELAY_MS = 900_000
HELD_FAILURES = 100
FORGET_MS = 30 * 86_400_000  # a count without a new failure is dropped after 30 days


@dataclass(frozen=True, slots=True)
class Failures:
    """Consecutive failures at one door.

    Attributes:
        count: How many since the last success.
        last_at_ms: When the last one was.
    """

    count: int = 0
    last_at_ms: int = 0


def delay_ms(count: int) -> int:
    """How long the door stays shut after the `count`th failure in a row: 0, then 5 s doubling up to 15 min."""
    if count <= FREE_FAILURES:
        return 0
    doublings = min(count - FREE_FAILURES - 1, 20)
    return int(min(FIRST_DELAY_MS << doublings, LONGEST_DELAY_MS))


def wait_ms(failures: Failures, now_ms: int) -> int:
    """Milliseconds until the next attempt is looked at; 0 for now. A clock that jumped back never waits longer than once more."""
    passed = max(0, now_ms - failures.last_at_ms)
    return max(0, delay_ms(failures.count) - passed)


def held(failures: Failures) -> bool:
    """True when this door opens only to a known device or after a new code from an officer."""
    return failures.count >= HELD_FAILURES
