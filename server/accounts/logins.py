"""Log-in names and the other things people type to say who they are. Pure.

Names are compared by NFKC and case folding; only ASCII letters, digits, `. _ -` and Han characters may stand in one, so that
no name looks like another one's in a different script. May be imported by server.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from channels.branch.normalise import BadValue, normalise_mail, normalise_phone
from channels.protocol.errors import Refused
from server.accounts.errors import LOGIN_NAME_WRONG

TYPED_MAX = 254  # the longest mail address
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_NAME = re.compile(rf"[a-z{_HAN}][a-z0-9{_HAN}]*(?:[._-][a-z0-9{_HAN}]+)*")
_HAS_HAN = re.compile(f"[{_HAN}]")
_PHONE = re.compile(r"[+0-9() .\-]{7,30}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """How somebody names himself at log-in.

    Attributes:
        kind: What it is compared with.
        key: Its normal form.
    """

    kind: Literal["login", "phone", "mail"]
    key: str


def fold(text: str) -> str:
    """NFKC and case folded, until nothing changes; spaces at the ends removed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def login_key(typed: str) -> str:
    """The one form of a new log-in name.

    Raises:
        Refused: LOGIN_NAME_WRONG.
    """
    key = fold(typed[:TYPED_MAX])
    least = 2 if _HAS_HAN.search(key) else 3
    if not least <= len(key) <= 32 or not _NAME.fullmatch(key):
        raise Refused(LOGIN_NAME_WRONG)
    return key


def identify(typed: str) -> Identifier:
    """What was typed into the field of the log-in name: a mail address, a phone number, else a name.

    Never refuses: what can be nobody's name is looked up like any other and not found.
    """
    key = fold(typed[:TYPED_MAX])
    try:
        if "@" in key:
            return Identifier("mail", normalise_mail(key))
        if _PHONE.fullmatch(key):
            return Identifier("phone", normalise_phone(key))
    except BadValue:
        pass
    return Identifier("login", key)
