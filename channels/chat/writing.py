"""Reading what people wrote: wire text to stored text, or a refusal that says why. Pure.

Imported by channels.chat.
"""

from channels.chat.errors import TEXT_EMPTY, TEXT_FORBIDDEN, TEXT_TOO_LONG
from channels.chat.protocol import REASON_MAX, TEXT_MAX
from channels.chat.text import BadText, clean_line, clean_text
from channels.protocol.errors import Refused


def message_text(raw: str, *, may_be_empty: bool = False) -> str:
    """Text of a message.

    Raises:
        Refused: TEXT_EMPTY, TEXT_TOO_LONG, TEXT_FORBIDDEN.
    """
    try:
        text = clean_text(raw, limit=TEXT_MAX)
    except BadText as fault:
        raise refusal(fault, TEXT_MAX) from None
    if not text and not may_be_empty:
        raise Refused(TEXT_EMPTY)
    return text


def reason_text(raw: str) -> str:
    """Reason of a measure, on one line.

    Raises:
        Refused: TEXT_EMPTY, TEXT_TOO_LONG, TEXT_FORBIDDEN.
    """
    try:
        return clean_line(raw, limit=REASON_MAX)
    except BadText as fault:
        raise refusal(fault, REASON_MAX) from None


def refusal(fault: BadText, limit: int) -> Refused:
    """The refusal for text that cannot be taken."""
    match str(fault):
        case "empty":
            return Refused(TEXT_EMPTY)
        case "long":
            return Refused(TEXT_TOO_LONG, max=limit)
        case _:
            return Refused(TEXT_FORBIDDEN)
