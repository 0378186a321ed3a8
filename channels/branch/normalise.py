"""Typed values become the one form we store and compare. Pure; raises `BadValue` and nothing else.

Used by the roll import, by edits, and by log-in (phone and mail are log-in names). Display names are kept as typed
(NFC); only look-up forms are folded (NFKC), see domain.md 6.1, trap 10. Imports the standard library only.
"""

import re
import unicodedata

NAME_MAX = 60
NUMBER_MAX = 32
MAIL_MAX = 254  # RFC 5321 4.5.3.1.3: a path of 256 octets less the angle brackets

# Invisible characters that come along with copied text: zero-width space, byte order mark, direction marks. The joiners
# U+200C and U+200D stay: some scripts need them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]")
_HAN = r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
_SPACE_IN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_SPACES = re.compile(r"\s+")
_DOTS = re.compile("[\u00b7\u2022\u2027\u30fb\u22c5\uff65\u318d\u119e]")
"""Ways to type the dot of 阿依古丽·买买提; U+119E is what NFKC makes of U+318D."""

_PHONE_FILLER = re.compile(r"[\s().\-\u2010-\u2015\u2212\u30fc_']+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")  # mainland mobile numbers: 11 digits
_LANDLINE = re.compile(
    r"(?:10[0-9]{8}|2[0-9]{9}|[3-9][0-9]{9,10})"
)  # area code without its 0, then 7 or 8 digits
_MAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)
_NUMBER = re.compile(r"[^\W_](?:[\w./-]*\w)?")


class BadValue(ValueError):
    """A value cannot be understood.

    Attributes:
        code: Row of the fault table in `channels.branch.roll.faults`, e.g. `phone_short`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean_text(text: str) -> str:
    """NFC without invisible characters and controls, spaces at the ends removed and runs folded to one."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    plain = "".join(
        " " if c.isspace() else c for c in visible if c.isspace() or unicodedata.category(c) != "Cc"
    )
    return unicodedata.normalize("NFC", _SPACES.sub(" ", plain).strip())


def normalise_name(text: str) -> str:
    """Display name: as typed, NFC; spaces that pad Chinese names (赵 立 新) are removed.

    Raises:
        BadValue: `name_missing` when empty, `name_wrong` without any letter or longer than NAME_MAX.
    """
    name = _SPACE_IN_HAN.sub("", clean_text(text))
    if not name:
        raise BadValue("name_missing")
    if len(name) > NAME_MAX or not any(unicodedata.category(c)[0] == "L" for c in name):
        raise BadValue("name_wrong")
    return name


def name_key(name: str) -> str:
    """Look-up form of a name: NFKC, case folded, no spaces, one kind of dot. Finds people of one name; never a key."""
    key = name
    for _ in range(5):  # folding can make new letters that compose; two rounds settle every known case
        folded = unicodedata.normalize("NFKC", _DOTS.sub("\u00b7", key)).casefold()
        folded = _SPACES.sub("", unicodedata.normalize("NFKC", folded))
        if folded == key:
            break
        key = folded
    return key


def normalise_number(text: str) -> str:
    """Member number: NFKC, upper case, no spaces. A number that Excel turned into 1001.0 is 1001 again.

    Raises:
        BadValue: `number_wrong`.
    """
    number = _SPACES.sub("", unicodedata.normalize("NFKC", clean_text(text)).upper())
    number = unicodedata.normalize("NFKC", re.sub(r"\A([0-9]+)\.0\Z", r"\1", number))
    if len(number) > NUMBER_MAX or not _NUMBER.fullmatch(number):
        raise BadValue("number_wrong")
    return number


def normalise_phone(text: str) -> str:
    """Phone number in E.164 form (ITU-T E.164: + and at most 15 digits); without a country code it is China's.

    Full-width digits, spaces, dashes, brackets, a 0086 or 86 prefix and Excel's `.0` are understood.

    Raises:
        BadValue: `phone_short`, `phone_exponent` (Excel lost digits), or `phone_wrong`.
    """
    typed = unicodedata.normalize("NFKC", clean_text(text))
    if re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", typed):
        raise BadValue("phone_exponent")
    digits = _PHONE_FILLER.sub("", re.sub(r"\A([0-9]+)\.0\Z", r"\1", typed))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not re.fullmatch(r"\+?[0-9]+", digits) or not digits.isascii():
        raise BadValue("phone_wrong")
    if digits.startswith("+"):
        return _international(digits[1:])
    if digits.startswith("0") and _LANDLINE.fullmatch(digits[1:]):
        return "+86" + digits[1:]
    if digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
        digits = digits[2:]
    if _MOBILE.fullmatch(digits):
        return "+86" + digits
    raise BadValue("phone_short" if len(digits) < 11 else "phone_wrong")


def _international(digits: str) -> str:
    if digits.startswith("86"):
        rest = digits[2:].removeprefix("0") if not _MOBILE.fullmatch(digits[2:]) else digits[2:]
        if _MOBILE.fullmatch(rest) or _LANDLINE.fullmatch(rest):
            return "+86" + rest
        raise BadValue("phone_short" if len(rest) < 10 else "phone_wrong")
    if digits.startswith("0") or len(digits) > 15:
        raise BadValue("phone_wrong")
    if len(digits) < 8:
        raise BadValue("phone_short")
    return "+" + digits


def shown_phone(phone: str) -> str:
    """How a stored number is shown and exported: mainland mobiles without +86, others unchanged."""
    return phone[3:] if phone.startswith("+86") and _MOBILE.fullmatch(phone[3:]) else phone


def normalise_mail(text: str) -> str:
    """Mail address: NFKC, case folded (also the local part: as a log-in name, two cases are one person).

    Raises:
        BadValue: `mail_wrong`.
    """
    mail = unicodedata.normalize("NFKC", clean_text(text)).casefold()
    mail = unicodedata.normalize("NFKC", mail)
    if len(mail) > MAIL_MAX or not _MAIL.fullmatch(mail):
        raise BadValue("mail_wrong")
    return mail


_GENDERS = {
    "男": "male", "男性": "male", "m": "male", "male": "male", "man": "male", "先生": "male",
    "女": "female", "女性": "female", "f": "female", "female": "female", "woman": "female", "女士": "female",
    "其他": "other", "other": "other", "不愿透露": "other", "保密": "other",
}  # fmt: skip


def normalise_gender(text: str) -> str:
    """`male`, `female` or `other`.

    Raises:
        BadValue: `gender_wrong`.
    """
    word = _SPACES.sub("", unicodedata.normalize("NFKC", clean_text(text))).casefold()
    gender = _GENDERS.get(word)
    if gender is None:
        raise BadValue("gender_wrong")
    return gender
