"""Token buckets that several processes share: a port. The rule of buckets is in moderation/limits.py; here is where they meet.

May be imported by moderation, server and tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens taken from one bucket.

    Attributes:
        key: Which; unique in a call.
        tokens: How many, >= 1.
        burst: Capacity in tokens, >= 1.
        per_minute: Refill in tokens per minute, >= 1.
    """

    key: str
    tokens: int
    burst: int
    per_minute: int


class SharedBuckets(Protocol):
    """Where processes settle what they let pass."""

    async def spend(self, spendings: Sequence[Spending]) -> list[int] | None:
        """Take tokens that were given out already.

        Args:
            spendings: At most 500.

        Returns:
            What is left in each bucket, in 1/60 000 of a token; below zero (at most one burst) when more was given out
            than was there. None when the store did not answer within half a second: nothing, or everything, was taken.
            Never raises.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
