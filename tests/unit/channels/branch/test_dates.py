"""Dates as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.branch.dates import agrees, is_after, is_stored_date, parse_date
from channels.branch.normalise import BadValue

DAYS = st.dates(date(1911, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        "2001-07-01", "2001/7/1", "2001.7.1", "2001.07.01", "2001年7月1日", "2001 年 7 月 1 日", "2001年07月01号",
        "二〇〇一年七月一日", "二零零一年七月一日", "20010701", "２００１－０７－０１", "2001-07-01 00:00:00", "37073",
        37073.0, 20010701.0, date(2001, 7, 1),
    ],
)  # fmt: skip
def test_one_day_in_many_styles(typed: str | float | date) -> None:
    assert parse_date(typed) == "2001-07-01"


@pytest.mark.parametrize(
    "typed", ["2001.7", "2001-07", "2001/7", "2001年7月", "二〇〇一年七月", "200107", 200107.0, 2001.7]
)
def test_a_month_stays_a_month(typed: str | float) -> None:
    assert parse_date(typed) == "2001-07"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("二〇一二年十二月二十五日", "2012-12-25"),
        ("一九九八年十月十日", "1998-10-10"),
        ("二〇〇一年十一月", "2001-11"),
        (2001.11, "2001-11"),
        (2001.12, "2001-12"),
    ],
)
def test_chinese_numerals_and_two_digit_months(typed: str | float, stored: str) -> None:
    assert parse_date(typed) == stored


@pytest.mark.parametrize("typed", [2001.1, 2001.0, "2001", "2001年"])
def test_what_may_mean_two_things_is_asked(typed: str | float) -> None:
    with pytest.raises(BadValue, match="date_unclear"):
        parse_date(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "2001-13-01",
        "2001-02-30",
        "7/1/2001",
        "昨天",
        "0001-01-01",
        "2001-7.1",
        "八月",
        "2201-01-01",
        1e300,
        -5.0,
        99.5,
        2001.123,
    ],
)
def test_what_is_no_date(typed: str | float) -> None:
    with pytest.raises(BadValue, match="date_wrong"):
        parse_date(typed)


@given(DAYS)
def test_every_style_gives_the_same_day(day: date) -> None:
    iso = day.isoformat()
    serial = float((day - date(1899, 12, 30)).days)
    styles: list[str | float | date] = [
        day,
        iso,
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        serial,
    ]
    assert {parse_date(style) for style in styles} == {iso}
    assert is_stored_date(iso)
    assert parse_date(iso) == iso


@given(st.text(max_size=30) | st.floats())
def test_anything_is_a_stored_date_or_refused(typed: str | float) -> None:
    try:
        stored = parse_date(typed)
    except BadValue:
        return
    assert is_stored_date(stored)


@given(DAYS, st.integers(-40, 40))
def test_after_means_wholly_after(day: date, shift: int) -> None:
    other = day + timedelta(days=shift)
    assert is_after(other.isoformat(), day) == (other > day)
    assert is_after(other.isoformat()[:7], day) == ((other.year, other.month) > (day.year, day.month))


def test_agreement() -> None:
    assert agrees("2001-07", "2001-07-15")
    assert agrees("2001-07-15", "2001-07")
    assert not agrees("2001-07", "2001-08-15")
    assert not agrees("2001-07-14", "2001-07-15")


@pytest.mark.parametrize("text", ["2001-7-1", "2001", "2001-13", "2001-02-30", "", "1800-01-01"])
def test_what_is_not_a_stored_form(text: str) -> None:
    assert not is_stored_date(text)
