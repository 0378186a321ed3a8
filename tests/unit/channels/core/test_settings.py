"""Values of settings: what fits, and what does not."""

import pytest

from channels.core.settings import Setting, SettingKind, Value, fits

LABEL = ("一", "one")


def setting(kind: SettingKind, *, optional: bool = False) -> Setting:
    choices = (("entitled", LABEL), ("roll", LABEL))
    return Setting("a/b", LABEL, LABEL, kind, None, least=1, most=9, choices=choices, optional=optional)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", {"zh": "分部", "en": "section"}, True),
        ("text", {"zh": "", "en": "section"}, False),
        ("text", {"zh": "分部 ", "en": "section"}, False),
        ("text", {"zh": "分\n部", "en": "section"}, False),
        ("text", {"zh": "分" * 61, "en": "section"}, False),
        ("text", {"zh": "分部"}, False),
        ("text", "分部", False),
        ("share", {"base": "entitled", "num": 1, "den": 2, "op": ">"}, True),
        ("share", {"base": "entitled", "num": 1, "den": 1, "op": ">="}, True),
        ("share", {"base": "entitled", "num": 1, "den": 1, "op": ">"}, False),
        ("share", {"base": "entitled", "num": 0, "den": 2, "op": ">="}, False),
        ("share", {"base": "nobody", "num": 1, "den": 2, "op": ">="}, False),
        ("share", {"base": "entitled", "num": True, "den": 2, "op": ">="}, False),
        ("share", {"base": "entitled", "num": 1, "den": 2, "op": "<"}, False),
        ("count", 1, True),
        ("count", 9, True),
        ("count", 0, False),
        ("count", 10, False),
        ("count", True, False),
        ("switch", True, True),
        ("switch", 1, False),
        ("choice", "roll", True),
        ("choice", "other", False),
    ],
)
def test_fits(kind: SettingKind, value: Value, expected: bool) -> None:
    assert fits(setting(kind), value) is expected


def test_nothing_is_a_value_only_where_it_may_be_absent() -> None:
    assert fits(setting("share", optional=True), None)
    assert not fits(setting("share"), None)
