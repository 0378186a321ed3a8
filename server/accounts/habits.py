"""Ways in which people make passwords that others guess first: pinyin with digits, dates, phone numbers, keyboard runs. Pure.

Sources: block-list rule of NIST SP 800-63B-4 ("commonly used, expected, or compromised"); published counts of leaked Chinese
password lists (pinyin names, 5201314, birthdays, mobile numbers). May be imported by server.
"""

import re
from functools import cache

_INITIALS = {
    "": "a ai an ang ao e ei en eng er o ou yi ya yo ye yao you yan yin yang ying yong wu wa wo wai wei wan wen wang weng "
    "yu yue yuan yun",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan un v ve ue",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
    "g": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "a e ai ei ao ou an en ang eng ong i u ua uo uai ui uan un uang",
    "ch": "a e ai ao ou an en ang eng ong i u ua uo uai ui uan un uang",
    "sh": "a e ai ei ao ou an en ang eng i u ua uo uai ui uan un uang",
    "r": "e ao ou an en ang eng ong i u ua uo ui uan un",
    "z": "a e ai ei ao ou an en ang eng ong i u uo ui uan un",
    "c": "a e ai ao ou an en ang eng ong i u uo ui uan un",
    "s": "a e ai ao ou an en ang eng ong i u uo ui uan un",
}
SYLLABLES = frozenset(initial + final for initial, finals in _INITIALS.items() for final in finals.split())
LONGEST_SYLLABLE = max(map(len, SYLLABLES))
PINYIN_SYLLABLES_MAX = 4  # longer is a sentence, and a sentence is what people should choose
LETTERS_SEPARATORS_MAX = 2

_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}(?:0?[1-9]|1[0-2])(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])(?:0?[1-9]|1[0-2])(?:19|20)\d{2}"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d{2})"
)
_IDENTITY = re.compile(r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")
_LUCKY = (
    "5201314",
    "1314520",
    "1314",
    "520",
    "521",
    "666",
    "888",
    "168",
    "518",
    "999",
    "000",
    "123456",
    "123",
    "111",
)
_WALKS = (
    "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "qweasdzxc", "147258369", "789456123", "741852963", "159357", "a1b2c3d4e5f6g7", "!@#$%^&*()",
)  # fmt: skip
WALK_PIECE_MIN = 3
WALK_PIECES_MAX = 4
REPEAT_UNIT_MAX = 4


def syllable_count(letters: str) -> int:
    """Fewest pinyin syllables that spell `letters` (a–z, v for ü); 0 when none do."""
    fewest = [0] + [len(letters) + 1] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            if letters[start:end] in SYLLABLES:
                fewest[end] = min(fewest[end], fewest[start] + 1)
    return fewest[-1] if fewest[-1] <= len(letters) else 0


def is_pinyin_with_digits(text: str) -> bool:
    """True for up to four pinyin syllables in one run, with digits before, behind or both, and at most two marks between.

    Args:
        text: Folded password.
    """
    plain = re.sub(r"[^a-z0-9]", "", text)
    if len(text) - len(plain) > LETTERS_SEPARATORS_MAX:
        return False
    shape = re.fullmatch(r"\d*([a-z]{2,24})\d*", plain)
    return shape is not None and 1 <= syllable_count(shape.group(1)) <= PINYIN_SYLLABLES_MAX


def is_personal_number(text: str) -> bool:
    """True for something like a mobile number, a date, an identity number or lucky numbers in a row.

    Separators are ignored; up to two more characters around a phone number or a date do not help.
    """
    plain = re.sub(r"[\s./\-年月日]", "", text)
    if _IDENTITY.fullmatch(plain) or _only(plain, _LUCKY):
        return True
    return any(
        (found := pattern.search(plain)) is not None and len(plain) - len(found.group()) <= 2
        for pattern in (_MOBILE, _DATE)
    )


def _only(text: str, pieces: tuple[str, ...]) -> bool:
    """True when `text` is nothing but `pieces`, one after another."""
    reached = [True] + [False] * len(text)
    for end in range(1, len(text) + 1):
        reached[end] = any(text.endswith(piece, 0, end) and reached[end - len(piece)] for piece in pieces)
    return bool(text) and reached[-1]


def is_repetition(text: str) -> bool:
    """True when one unit of at most four characters is repeated to the end, e.g. `abababab`, `aaaaaaaa`."""
    return any(
        len(text) >= 2 * size and (text[:size] * (len(text) // size + 1)).startswith(text)
        for size in range(1, REPEAT_UNIT_MAX + 1)
    )


def is_keyboard_run(text: str) -> bool:
    """True when at most four runs along the keyboard, the alphabet or the digits make up the whole text."""
    pieces = _walk_pieces()
    rest, count = text, 0
    while rest and count < WALK_PIECES_MAX:
        size = next(
            (size for size in range(min(len(rest), 40), WALK_PIECE_MIN - 1, -1) if rest[:size] in pieces), 0
        )
        if size == 0:
            return False
        rest, count = rest[size:], count + 1
    return not rest


@cache
def _walk_pieces() -> frozenset[str]:
    both = [walk for forward in _WALKS for walk in (forward, forward[::-1])]
    return frozenset(
        walk[start:end]
        for walk in both
        for start in range(len(walk))
        for end in range(start + WALK_PIECE_MIN, len(walk) + 1)
    )
