"""Dates as people type them, as `YYYY-MM-DD` or, when the day was never given, `YYYY-MM`. Pure.

A day that nobody wrote is not invented: 2001年7月 stays `2001-07` (ISO 8601 reduced precision). Imports the standard
library and normalise only.
"""

import re
import unicodedata
from datetime import date, timedelta

from channels.branch.normalise import BadValue, clean_text

YEAR_MIN = 1900
YEAR_MAX = 2100

# Excel counts days from 1899-12-30 (serial 60, the 29 February 1900 that never was, lies before our range).
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIAL_MIN = 3_653  # 1910-01-01; smaller whole numbers may be years
_SERIAL_MAX = 73_415  # 2100-12-31

_STORED = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})(?:-(?P<d>[0-9]{2}))?")
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})",
        r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})",
        r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?:(?P<d>[0-9]{1,2})[日号])?",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})?",
    )
)
_CLOCK = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?\Z")
_DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "O": "0",
    "两": "2",
}


def parse_date(value: str | float | date) -> str:
    """A typed date, an Excel date cell or an Excel serial number as `YYYY-MM-DD` or `YYYY-MM`.

    Styles: 2001-07-01 · 2001/7/1 · 2001.7.1 · 2001.7 · 2001年7月1日 · 二〇〇一年七月 · 20010701 · 200107 · serial 37073.

    Raises:
        BadValue: `date_unclear` (only a year; 2001.1 as a number, which may be January or October), or `date_wrong`.
    """
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, float):
        return _from_number(value)
    text = _CLOCK.sub("", unicodedata.normalize("NFKC", clean_text(value)))
    text = _with_digits(text.replace(" ", ""))
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            day = match.groupdict().get("d")
            return _checked(int(match["y"]), int(match["m"]), int(day) if day else None)
    if re.fullmatch(r"[0-9]{5}", text):
        return _from_number(float(text))
    raise BadValue("date_unclear" if re.fullmatch(r"[0-9]{4}年?", text) else "date_wrong")


def _from_number(number: float) -> str:
    whole = int(number) if abs(number) < 1e9 else 0
    if number == whole and _SERIAL_MIN <= whole <= _SERIAL_MAX:
        day = _EXCEL_EPOCH + timedelta(days=whole)
        return _checked(day.year, day.month, day.day)
    if number == whole and 190_001 <= whole <= 21_001_231:
        return parse_date(str(whole))
    if number == whole and YEAR_MIN <= whole <= YEAR_MAX:
        raise BadValue("date_unclear")
    if YEAR_MIN <= whole <= YEAR_MAX:
        fraction = f"{number:.4f}".rstrip("0").partition(".")[2]
        if fraction == "1":  # Excel drops the 0 of 2001.10
            raise BadValue("date_unclear")
        if len(fraction) <= 2:
            return _checked(whole, int(fraction), None)
    raise BadValue("date_wrong")


def _with_digits(text: str) -> str:
    """Chinese numerals to digits: 二〇〇一年十二月二十五日 -> 2001年12月25日."""
    return re.sub(r"[〇零○O一二两三四五六七八九十]+", lambda run: _run_to_digits(run.group()), text)


def _run_to_digits(run: str) -> str:
    if "十" not in run:
        return "".join(_DIGITS[c] for c in run)
    tens, _, ones = run.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return run
    return f"{_DIGITS.get(tens, '1')}{_DIGITS.get(ones, '0')}"


def _checked(year: int, month: int, day: int | None) -> str:
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise BadValue("date_wrong")
    try:
        date(year, month, day or 1)
    except ValueError as error:
        raise BadValue("date_wrong") from error
    return f"{year:04}-{month:02}" if day is None else f"{year:04}-{month:02}-{day:02}"


def is_stored_date(text: str) -> bool:
    """True for what `parse_date` returns."""
    match = _STORED.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match["y"]), int(match["m"]), int(match["d"] or 1))
    except ValueError:
        return False
    return YEAR_MIN <= int(match["y"]) <= YEAR_MAX


def is_after(stored: str, today: date) -> bool:
    """True when the whole of `stored` (a day or a month) lies after `today`."""
    return stored > today.isoformat()[: len(stored)]


def agrees(one: str, other: str) -> bool:
    """True when both can be the same day: `2001-07` agrees with `2001-07-01`."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter)
