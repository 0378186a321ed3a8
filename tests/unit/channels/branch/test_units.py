"""Names and prefixes that an organisation or unit may have."""

import pytest

from channels.branch.errors import FIELD_WRONG
from channels.branch.units import UNIT_NAME_MAX, checked_name, checked_prefix
from channels.protocol.errors import Refused


@pytest.mark.parametrize(
    ("typed", "name"), [(" 第二 支部 ", "第二 支部"), ("e\u0301", "\u00e9"), ("a\u200bb", "ab")]
)
def test_names_are_trimmed(typed: str, name: str) -> None:
    assert checked_name(typed) == name


@pytest.mark.parametrize("typed", ["", " ", "\u200b", "x" * (UNIT_NAME_MAX + 1)])
def test_what_is_no_name(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_name(typed)
    assert refused.value.row is FIELD_WRONG


@pytest.mark.parametrize(("typed", "prefix"), [("qh", "QH"), ("", ""), ("A-", "A-"), ("ＱＨ", "QH")])
def test_prefixes_make_numbers_the_roll_takes(typed: str, prefix: str) -> None:
    assert checked_prefix(typed) == prefix


@pytest.mark.parametrize("typed", ["=", "-", "@x", "x" * 30])
def test_what_is_no_prefix(typed: str) -> None:
    with pytest.raises(Refused):
        checked_prefix(typed)
