"""Which passwords are taken. Pure but for the block list, which is read once from a file beside this one.

NIST SP 800-63B-4 3.1.1.2: at least 15 characters alone, 8 together with a second factor; every Unicode character counts one;
NFC before hashing; nothing cut or trimmed; no rule about kinds of characters; a block list, with the reason told. Longer than
4 096 bytes is refused before it costs anything. May be imported by server.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from zxcvbn import zxcvbn

from channels.protocol.errors import ErrorRow, Refused
from server.accounts import habits
from server.accounts.errors import (
    PASSWORD_COMMON,
    PASSWORD_CONTEXT,
    PASSWORD_NUMBER,
    PASSWORD_PATTERN,
    PASSWORD_PINYIN,
    PASSWORD_SHORT,
    PASSWORD_TOO_LONG,
)

BYTES_MAX = 4_096
LENGTH_WITH_FACTOR = 8
LENGTH_ALONE = 15
BLOCKED = Path(__file__).parent / "blocked_passwords.txt"
PRODUCT_WORDS = ("huitang", "会堂")
GUESSES_LOG10_MIN = 6  # below a million guesses a password falls to one afternoon of slow online guessing
ZXCVBN_MAX = 72  # zxcvbn refuses longer texts; the beginning decides
_LEET = str.maketrans(
    {"@": "a", "4": "a", "0": "o", "3": "e", "1": "i", "!": "i", "$": "s", "5": "s", "7": "t"}
)


@dataclass(frozen=True, slots=True)
class Context:
    """Words that belong to the person or the place and must not make up the password.

    Attributes:
        words: Log-in name, display name, local part of the mail, names of branch and organisation.
    """

    words: tuple[str, ...] = ()


def normal(password: str) -> str:
    """The form that is hashed: NFC, nothing else changed.

    Raises:
        Refused: PASSWORD_TOO_LONG for more than 4 096 bytes; PASSWORD_COMMON never: this is no judgement.
    """
    if len(password) > BYTES_MAX or len(password.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        raise Refused(PASSWORD_TOO_LONG)
    return unicodedata.normalize("NFC", password)


def check_password(password: str, context: Context, *, second_factor: bool) -> None:
    """Refuse a new password that is too short or too easy to guess.

    Args:
        password: As typed.
        context: The person's and the place's own words.
        second_factor: True when this account always needs a second factor.

    Raises:
        Refused: With the reason: PASSWORD_SHORT, PASSWORD_TOO_LONG, PASSWORD_COMMON, PASSWORD_PINYIN, PASSWORD_NUMBER,
            PASSWORD_PATTERN or PASSWORD_CONTEXT.
    """
    hashed = normal(password)
    least = LENGTH_WITH_FACTOR if second_factor else LENGTH_ALONE
    if len(hashed) < least:
        raise Refused(PASSWORD_SHORT, n=least)
    fault = _fault(fold(hashed), context)
    if fault is not None:
        raise Refused(fault)


def _fault(folded: str, context: Context) -> ErrorRow | None:
    if habits.is_repetition(folded) or habits.is_keyboard_run(folded):
        return PASSWORD_PATTERN
    if habits.is_personal_number(folded):
        return PASSWORD_NUMBER
    if any(form in blocked() for form in forms(folded)):
        return PASSWORD_COMMON
    if is_made_of(folded, (*context.words, *PRODUCT_WORDS)):
        return PASSWORD_CONTEXT
    if habits.is_pinyin_with_digits(folded):
        return PASSWORD_PINYIN
    if _guesses_log10(folded, context) < GUESSES_LOG10_MIN:
        return PASSWORD_COMMON
    return None


def fold(password: str) -> str:
    """The form that is compared with lists: NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", password).casefold())


def forms(folded: str) -> tuple[str, ...]:
    """A folded password and its usual disguises: look-alike digits, marks between, backwards."""
    bare = re.sub(r"[\W_]+", "", folded)
    return (folded, bare, folded.translate(_LEET), folded[::-1])


@cache
def blocked() -> frozenset[str]:
    """The block list, folded; made by scripts/make_blocked_passwords.py."""
    lines = BLOCKED.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line)


def is_made_of(folded: str, words: tuple[str, ...]) -> bool:
    """True when a word (or its reverse) with nothing but digits, marks or three more characters makes up the password."""
    bare = re.sub(r"[\W_]+", "", folded)
    for word in words:
        plain = re.sub(r"[\W_]+", "", fold(word))
        if len(plain) < (2 if not plain.isascii() else 3):
            continue
        for candidate in (bare, bare.translate(_LEET)):
            for form in (plain, plain[::-1]):
                rest = candidate.replace(form, "")
                if len(rest) < len(candidate) and len(re.sub(r"\d", "", rest)) <= 3:
                    return True
    return False


def _guesses_log10(folded: str, context: Context) -> float:
    words = [fold(word)[:ZXCVBN_MAX] for word in (*context.words, *PRODUCT_WORDS)]
    return float(zxcvbn(folded[:ZXCVBN_MAX], user_inputs=words)["guesses_log10"])
