"""Are two records one person? Never by the name alone. Pure.

The rule in words: a member number decides; else a telephone number together with the name; else mail or a full date of
birth together with the name, when nothing contradicts. Two records of one name that differ in a fact are two people
inside one file; against the roll, where a fact may have changed, somebody is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from channels.branch.dates import agrees


class Verdict(Enum):
    """Outcome of a comparison."""

    SAME = "same"
    DIFFERENT = "different"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells people apart.

    Attributes:
        name_key: Look-up form of the name.
        number: Member number, or None.
        values: phone, mail, birth_date, gender, as far as known.
    """

    name_key: str
    number: str | None
    values: Mapping[str, str]


def _agreement(one: Facts, other: Facts, field: str) -> bool | None:
    """True: both say the same; False: they contradict; None: one does not say."""
    a, b = one.values.get(field), other.values.get(field)
    if a is None or b is None:
        return None
    return agrees(a, b) if field == "birth_date" else a == b


def compare(one: Facts, other: Facts, *, one_file: bool) -> Verdict:
    """Whether two records are one person.

    Args:
        one: A record.
        other: Another.
        one_file: True when both are rows of the same file: a fact that differs then means two people, since one list
            states both. Against the roll the fact may simply have changed.
    """
    same_name = one.name_key == other.name_key
    if one.number is not None and other.number is not None:
        if one.number == other.number:
            return Verdict.SAME if same_name else Verdict.UNCLEAR
        return _other_number(one, other, same_name)
    if not same_name:
        shared = _agreement(one, other, "phone") or _agreement(one, other, "mail")
        return Verdict.UNCLEAR if shared else Verdict.DIFFERENT
    return _same_name(one, other, one_file)


def _other_number(one: Facts, other: Facts, same_name: bool) -> Verdict:
    """Two numbers are two people, unless name and telephone say otherwise; a shared telephone alone is a household."""
    if same_name and _agreement(one, other, "phone") and _agreement(one, other, "birth_date") is not False:
        return Verdict.UNCLEAR
    return Verdict.DIFFERENT


def _same_name(one: Facts, other: Facts, one_file: bool) -> Verdict:
    phone, mail, birth = (_agreement(one, other, field) for field in ("phone", "mail", "birth_date"))
    if phone:
        return Verdict.UNCLEAR if birth is False else Verdict.SAME
    if (
        phone is None
        and birth is not False
        and (mail or (birth and mail is None and _full_birth(one, other)))
    ):
        return Verdict.SAME
    if birth or mail:
        return Verdict.UNCLEAR
    if birth is False:
        return Verdict.DIFFERENT
    if one_file and (phone is False or mail is False):
        return Verdict.DIFFERENT
    return Verdict.UNCLEAR


def _full_birth(one: Facts, other: Facts) -> bool:
    return all(len(facts.values.get("birth_date", "")) == len("2001-07-01") for facts in (one, other))


def says_nothing_new(row: Facts, known: Facts) -> bool:
    """True when the name is the same and every fact of the row is already known so: taking them as one changes nothing."""
    return (
        row.name_key == known.name_key
        and row.number in (None, known.number)
        and all(_agreement(row, known, field) for field in row.values)
    )
