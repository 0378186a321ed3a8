"""A code shown while signed out: checked now, kept for five minutes, used after the log-in (domain.md 2.5 rule 4).

Imported by server.
"""

from channels.core.context import Reader
from channels.meeting.entry.codes import Verdict, judge_token
from channels.meeting.entry.rounds import running_round, steps_of
from channels.meeting.entry.sealed import CLAIM_MS, make_claim, secret_of
from channels.meeting.errors import CODE_EXPIRED
from channels.meeting.reading import find
from channels.protocol.errors import Refused


async def claim_code(reader: Reader, meeting: str, token: str, now_ms: int) -> tuple[str, int]:
    """Check the token of a picture for somebody nobody knows yet.

    Returns:
        The claim, and when it ends.

    Raises:
        Refused: CODE_EXPIRED, the same for a wrong token, an unknown meeting and a closed window: strangers learn nothing.
    """
    held = await find(reader, meeting)
    if held is None:
        raise Refused(CODE_EXPIRED)
    try:
        round_ = running_round(held.state, now_ms)
    except Refused:
        raise Refused(CODE_EXPIRED) from None
    secret = await secret_of(reader, meeting)
    verdict, subject = judge_token(token, secret, "round", steps_of(held.state), now_ms)
    if verdict is not Verdict.RIGHT or subject != round_.id:
        raise Refused(CODE_EXPIRED)
    return make_claim(reader, round_.id, now_ms), now_ms + CLAIM_MS
