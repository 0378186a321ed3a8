"""The rules of meetings that an organisation may change, and the kinds of meeting with its changes. Pure.

    meeting/<kind>/<field>              notice, check-in, leave, taking part from afar …
    meeting/<kind>/<rule>/<field>       what must be present, what must say yes, written opinions

A meeting keeps the rules it was opened with (`MeetingRules`, frozen); a change is for meetings that open later.
Imported by channels.meeting.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from channels.core.settings import Changes, Pair, Setting, SettingKind, SettingWrong, Value, fits
from channels.meeting.kind import Kinds, all_kinds
from channels.meeting.protocol.values import Base
from channels.meeting.threshold import BASE_WORDS

PART = "meeting"

DAYS: Pair = ("天", "day(s)")
MINUTES: Pair = ("分钟", "min")
HOURS: Pair = ("小时", "h")
TIMES: Pair = ("次", "round(s)")

WEIGHED: Base = "total_weight"
BASES = tuple((word, BASE_WORDS[word]) for word in get_args(Base) if word != WEIGHED)
"""A base by weight is offered only where the file has one: other organisations count heads."""

MODES = (("warn", ("提醒,可以继续", "Warn, and go on")), ("block", ("不能召开", "Refuse")))


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a kind of meeting or of a rule in it.

    Attributes:
        word: Last part of the key.
        path: Where it stands in the file.
        label: What it is.
        kind: As in `Setting`.
        span: Smallest and largest of a count.
        unit: Of a count.
        choices: Of a choice or share.
        optional: May be absent.
    """

    word: str
    path: tuple[str, ...]
    label: Pair
    kind: SettingKind
    span: tuple[int, int] = (0, 0)
    unit: Pair | None = None
    choices: tuple[tuple[str, Pair], ...] = ()
    optional: bool = False


KIND_FIELDS = (
    _Field("title", ("title",), ("会议名称", "Name of the meeting"), "text"),
    _Field("lead", ("lead", "min"), ("提前通知", "Notice before the meeting"), "count", (0, 60), DAYS),
    _Field("lead_mode", ("lead", "mode"), ("通知晚了", "When notice is late"), "choice", choices=MODES),
    _Field("window", ("check_in", "window_min"), ("按时签到的时间", "On time after opening"), "count", (1, 240), MINUTES),
    _Field("late", ("check_in", "late_min"), ("此后迟到签到的时间", "Late after that"), "count", (0, 240), MINUTES),
    _Field("rounds", ("check_in", "rounds_max"), ("签到轮数上限", "Rounds of check-in at most"), "count", (1, 10), TIMES),
    _Field("late_leave", ("leave", "late_hours"), ("会后补假的时限", "Asking for leave afterwards"), "count", (0, 720), HOURS),
    _Field("remote", ("remote",), ("线上参加计入到会", "Attendance from afar counts"), "switch"),
    _Field("chair_last", ("chair_speaks_last",), ("主持人最后发言", "The chair speaks last"), "switch"),
)  # fmt: skip

RULE_FIELDS = (
    _Field("quorum", ("quorum",), ("到会要求", "Who must be present"), "share", choices=BASES, optional=True),
    _Field("decision", ("decision",), ("通过要求", "Who must say yes"), "share", choices=BASES),
    _Field("opinions", ("written_opinion",), ("书面意见计票", "Written opinions count as votes"), "switch"),
)  # fmt: skip


def listed(template: str, changes: Changes) -> tuple[Setting, ...]:
    """The settings of this part.

    Raises:
        SettingWrong: A value that does not fit; or several that do not fit together.
    """
    file = all_kinds()[template].model_dump(mode="json")
    settings = tuple(_settings(file, changes))
    for setting in settings:
        if setting.key in changes and not fits(setting, changes[setting.key]):
            raise SettingWrong(setting.key)
    kinds_with(template, changes)
    return settings


def kinds_with(template: str, changes: Changes) -> Kinds:
    """The kinds of meeting of a template as an organisation has them.

    What the file no longer has, and what no longer fits it, is passed over: the file's rule stands.
    """
    kinds = all_kinds()[template]
    if not any(key.startswith(f"{PART}/") for key in changes):
        return kinds
    plain = kinds.model_dump(mode="json")
    for setting, path in _places(plain, changes):
        if setting.key in changes and fits(setting, changes[setting.key]):
            _put(plain, path, changes[setting.key])
    try:
        return Kinds.model_validate(plain, strict=False)
    except ValidationError as wrong:
        raise SettingWrong(PART) from wrong


Path = tuple[str | int, ...]


def _settings(file: Mapping[str, Any], changes: Changes) -> Iterable[Setting]:
    return (setting for setting, _ in _places(file, changes))


def _places(file: Mapping[str, Any], changes: Changes) -> list[tuple[Setting, Path]]:
    """Every setting with its place in the file."""
    places = []
    for number, kind in enumerate(file["kinds"]):
        name = _named(kind, f"{PART}/{kind['key']}/title", changes)
        at: Path = ("kinds", number)
        places += [_place(file, at, f"{PART}/{kind['key']}", name, f, changes) for f in KIND_FIELDS]
        for place, rule in enumerate(kind["rules"]):
            section = _of_rule(name, rule["title"])
            key, where = f"{PART}/{kind['key']}/{rule['key']}", (*at, "rules", place)
            places += [_place(file, where, key, section, f, changes) for f in RULE_FIELDS]
    return places


def _named(kind: Mapping[str, Any], key: str, changes: Changes) -> Pair:
    value = changes.get(key)
    title = value if isinstance(value, dict) and {"zh", "en"} <= set(value) else kind["title"]
    return (title["zh"], title["en"])


def _of_rule(kind: Pair, rule: Mapping[str, str]) -> Pair:
    return (f"{kind[0]} · {rule['zh']}", f"{kind[1]} · {rule['en']}")


def _place(  # noqa: PLR0913 - where it stands, and what it is
    file: Mapping[str, Any], at: Path, under: str, section: Pair, field: _Field, changes: Changes
) -> tuple[Setting, Path]:
    key, path = f"{under}/{field.word}", (*at, *field.path)
    value = _get(file, path)
    weighed = isinstance(value, dict) and value.get("base") == WEIGHED
    setting = Setting(
        key=key,
        section=section,
        label=field.label,
        kind=field.kind,
        value=changes.get(key, value),
        least=field.span[0],
        most=field.span[1],
        choices=(*field.choices, (WEIGHED, BASE_WORDS[WEIGHED])) if weighed else field.choices,
        optional=field.optional,
        unit=field.unit,
    )
    return setting, path


def _get(plain: Any, path: Path) -> Any:  # noqa: ANN401 - a plain document
    for step in path:
        plain = plain[step]
    return plain


def _put(plain: dict[str, Any], path: Path, value: Value) -> None:
    _get(plain, path[:-1])[path[-1]] = deepcopy(value)
