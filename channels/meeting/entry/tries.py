"""Wrong tries of one member in one round: five, then a pause of two minutes, so 25 within ten minutes at most (domain.md 2.5 rule 3).

Stored where every process sees them, and touched only by those who are wrong. Imported by channels.meeting.entry.
"""

from collections.abc import Sequence

from channels.core.context import Context, Reader
from channels.meeting.errors import CODE_EXPIRED, CODE_WRONG, TOO_MANY_TRIES
from channels.protocol.errors import ErrorRow, Refused
from storage.clock import utc

TRIES = "meeting_tries"
"""{_id: meeting|round|member, wrong [ms], expires_at}."""

TRIES_MAX = 5
PAUSE_MS = 120_000
KEPT = 50
KEEP_MS = 6 * 3_600_000


def paused_ms(wrong: Sequence[int], now_ms: int) -> int:
    """How long a member must wait now; 0 for not at all."""
    if not wrong or len(wrong) % TRIES_MAX:
        return 0
    return max(0, wrong[-1] + PAUSE_MS - now_ms)


def left(wrong: Sequence[int]) -> int:
    """Tries before the next pause."""
    return -len(wrong) % TRIES_MAX


def _key(meeting: str, round_: str, member: str) -> str:
    return f"{meeting}|{round_}|{member}"


async def check_may_try(reader: Reader, meeting: str, round_: str, member: str, now_ms: int) -> None:
    """Let a try pass, or not.

    Raises:
        Refused: TOO_MANY_TRIES.
    """
    found = await reader.mongo[TRIES].by_id(_key(meeting, round_, member))
    wait_ms = paused_ms(found["wrong"], now_ms) if found is not None else 0
    if wait_ms:
        raise Refused(TOO_MANY_TRIES, retry_after_ms=wait_ms, s=-(-wait_ms // 1_000))


async def count_wrong(ctx: Context, meeting: str, round_: str, *, expired: bool) -> Refused:
    """Count a wrong or late code of the caller; returns the refusal that says what is left."""
    now_ms = ctx.received_at_ms
    key = _key(meeting, round_, str(ctx.actor.member))
    after = await ctx.mongo[TRIES].find_one_and_update(
        {"_id": key},
        {
            "$push": {"wrong": {"$each": [now_ms], "$slice": -KEPT}},
            "$set": {"expires_at": utc(now_ms + KEEP_MS)},
        },
        upsert=True,
    )
    wrong = after["wrong"] if after is not None else [now_ms]
    wait_ms = paused_ms(wrong, now_ms)
    if wait_ms:
        return Refused(TOO_MANY_TRIES, retry_after_ms=wait_ms, s=-(-wait_ms // 1_000))
    row: ErrorRow = CODE_EXPIRED if expired else CODE_WRONG
    return Refused(row, n=left(wrong))
