"""Settings: what an organisation may change of its template, each with its place, its words and its limits (decision D8).

A feature that reads a part of the template lists the settings of that part in its row (`Feature.settings`); whoever shows or
changes them needs to know none of the features. Changes are sparse, by key; what is not among them is as the template's
file says. Pure. May be imported by features, their contracts and server.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Pair = tuple[str, str]
"""Chinese and English."""

Value = bool | int | str | dict[str, Any] | None
Changes = Mapping[str, Value]
"""Key -> value; keys are `part/…`, e.g. `word/unit`, `meeting/general/lead`."""

SettingKind = Literal["text", "share", "count", "switch", "choice"]

TEXT_ZH_MAX = 60
TEXT_EN_MAX = 120
SHARE_MAX = 100


class SettingWrong(ValueError):
    """A value that a setting cannot have. `key` says which; the message is for programmers only."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that may be changed.

    Attributes:
        key: Stable, unique among all features.
        section: What it belongs to, e.g. the name of a kind of meeting.
        label: What it is.
        kind: `text`: `{zh, en}`. `share`: `{base, num, den, op}`. `count`: a whole number. `switch`: true or false.
            `choice`: one of the words of `choices`.
        value: As it is now.
        least: Smallest number of a count.
        most: Largest number of a count.
        choices: Words and what they mean: of a choice, and of the base of a share.
        optional: True when None is a value, too: there is no such rule.
        unit: Of a count, e.g. days.
    """

    key: str
    section: Pair
    label: Pair
    kind: SettingKind
    value: Value
    least: int = 0
    most: int = 0
    choices: tuple[tuple[str, Pair], ...] = ()
    optional: bool = False
    unit: Pair | None = None


Listing = Callable[[str, Changes], tuple[Setting, ...]]
"""`(template, changes) -> settings` with the values that hold with the changes. Raises SettingWrong for a value that does
not fit, alone or together with others. Keys of other parts, and such as the file no longer has, are passed over."""


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """The settings of one part of the template.

    Attributes:
        part: First word of its keys.
        listed: The settings.
    """

    part: str
    listed: Listing


@dataclass(frozen=True, slots=True)
class SettingsUnder:
    """Question to the house: all settings of a template with some changes. Answer: `tuple[Setting, ...]`.

    Raises SettingWrong as the parts do.
    """

    template: str
    changes: Changes


def _text(value: Value, _: Setting) -> bool:
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        return False
    zh, en = value["zh"], value["en"]
    whole = isinstance(zh, str) and isinstance(en, str) and zh.strip() == zh and en.strip() == en
    return whole and 0 < len(zh) <= TEXT_ZH_MAX and 0 < len(en) <= TEXT_EN_MAX and (zh + en).isprintable()


def _share(value: Value, setting: Setting) -> bool:
    if not isinstance(value, dict) or set(value) != {"base", "num", "den", "op"}:
        return False
    num, den, op = value["num"], value["den"], value["op"]
    if type(num) is not int or type(den) is not int or op not in (">", ">="):
        return False
    known = value["base"] in {word for word, _ in setting.choices}
    return known and 1 <= num <= den <= SHARE_MAX and not (num == den and op == ">")


def _count(value: Value, setting: Setting) -> bool:
    return type(value) is int and setting.least <= value <= setting.most


def _switch(value: Value, _: Setting) -> bool:
    return type(value) is bool


def _choice(value: Value, setting: Setting) -> bool:
    return value in {word for word, _ in setting.choices}


_FITS: dict[SettingKind, Callable[[Value, Setting], bool]] = {
    "text": _text,
    "share": _share,
    "count": _count,
    "switch": _switch,
    "choice": _choice,
}


def fits(setting: Setting, value: Value) -> bool:
    """True when a setting can have the value."""
    return setting.optional if value is None else _FITS[setting.kind](value, setting)
