"""Typed values in one form."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.branch.normalise import (
    BadValue,
    clean_text,
    name_key,
    normalise_gender,
    normalise_mail,
    normalise_name,
    normalise_number,
    normalise_phone,
    shown_phone,
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("赵 立 新", "赵立新"),
        ("赵\u3000立新 ", "赵立新"),
        (" John  Smith ", "John Smith"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("𠮷田红", "𠮷田红"),
        ("𠮷 田 红", "𠮷田红"),
        ("李\u200b雷", "李雷"),
        ("e\u0301lise", "élise"),
        ("张伟2", "张伟2"),
        ("Ａ君", "Ａ君"),
    ],
)
def test_names_are_kept_as_typed_but_for_padding(typed: str, name: str) -> None:
    assert normalise_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_missing"),
        (" \u3000", "name_missing"),
        ("\u200b", "name_missing"),
        ("44", "name_wrong"),
        ("——", "name_wrong"),
        ("a" * 61, "name_wrong"),
    ],
)
def test_what_is_no_name(typed: str, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        normalise_name(typed)
    assert bad.value.code == code


def test_look_up_forms_of_one_name_are_equal() -> None:
    assert name_key("Ａnna  Li") == name_key("anna li")
    assert name_key("阿依古丽•买买提") == name_key("阿依古丽·买买提") == name_key("阿依古丽・买买提")
    assert name_key("左宁") != name_key("左寧")


@pytest.mark.parametrize(
    "typed",
    [
        "19900000007", "199-0000-0007", "199 0000 0007", "１９９０００００００７", "19900000007.0", "+8619900000007",
        "+86 199 0000 0007", "008619900000007", "8619900000007", "(199)0000-0007", "199—0000—0007", "'19900000007",
    ],
)  # fmt: skip
def test_one_mobile_number_in_many_dresses(typed: str) -> None:
    assert normalise_phone(typed) == "+8619900000007"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0571-88881234", "+8657188881234"),
        ("(010) 8888 1234", "+861088881234"),
        ("+86 10 88881234", "+861088881234"),
        ("+44 20 7946 0000", "+442079460000"),
        ("00852 2123 4567", "+85221234567"),
    ],
)
def test_landlines_and_foreign_numbers(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1990000001", "phone_short"), ("123", "phone_short"), ("1.99E+10", "phone_exponent"), ("abc", "phone_wrong"),
        ("199000000071", "phone_wrong"), ("12900000007", "phone_wrong"), ("19900000007/19900000008", "phone_wrong"),
        ("+86123", "phone_short"), ("+0123456789", "phone_wrong"), ("+1234567890123456", "phone_wrong"), ("٠١٢٣٤٥٦٧٨٩٠", "phone_wrong"),
    ],
)  # fmt: skip
def test_what_is_no_phone(typed: str, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        normalise_phone(typed)
    assert bad.value.code == code


def test_mainland_mobiles_are_shown_without_country() -> None:
    assert shown_phone("+8619900000007") == "19900000007"
    assert shown_phone("+8657188881234") == "+8657188881234"
    assert shown_phone("") == ""


@pytest.mark.parametrize(
    ("typed", "mail"),
    [
        (" QH@Example.ORG ", "qh@example.org"),
        ("ｑｈ＠example.org", "qh@example.org"),
        ("a.b+c@x-y.example.org", "a.b+c@x-y.example.org"),
    ],
)
def test_mail(typed: str, mail: str) -> None:
    assert normalise_mail(typed) == mail


@pytest.mark.parametrize(
    "typed",
    [
        "qh0016#example.org",
        "a@b",
        "a..b@example.org",
        "a@@example.org",
        "a b@example.org",
        "@example.org",
        "林@example.org",
        "a" * 250 + "@example.org",
    ],
)
def test_what_is_no_mail(typed: str) -> None:
    with pytest.raises(BadValue, match="mail_wrong"):
        normalise_mail(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("qh0001", "QH0001"),
        (" ＱＨ０００１ ", "QH0001"),
        ("1001.0", "1001"),
        ("青禾-01", "青禾-01"),
        ("A/1.2", "A/1.2"),
    ],
)
def test_numbers(typed: str, number: str) -> None:
    assert normalise_number(typed) == number


@pytest.mark.parametrize("typed", ["", "=1+1", "-1", "a" * 33, "1,2", "@x"])
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(BadValue, match="number_wrong"):
        normalise_number(typed)


@pytest.mark.parametrize(
    ("typed", "gender"),
    [("男", "male"), ("女性", "female"), (" F ", "female"), ("Ｍ", "male"), ("其他", "other")],
)
def test_gender(typed: str, gender: str) -> None:
    assert normalise_gender(typed) == gender


def test_unknown_gender() -> None:
    with pytest.raises(BadValue, match="gender_wrong"):
        normalise_gender("√")


@given(st.text(max_size=80))
def test_normal_forms_are_fixed_points(text: str) -> None:
    """Whatever a normaliser lets through, it leaves alone the second time."""
    assert clean_text(clean_text(text)) == clean_text(text)
    for normalise in (normalise_name, normalise_number, normalise_phone, normalise_mail):
        try:
            once = normalise(text)
        except BadValue:
            continue
        assert normalise(once) == once


@given(st.text(alphabet=st.sampled_from("0123456789０１２３+-— ().eE年'"), max_size=25))
def test_a_phone_is_e164_or_refused(text: str) -> None:
    try:
        phone = normalise_phone(text)
    except BadValue:
        return
    assert phone[0] == "+"
    assert phone[1:].isascii()
    assert phone[1:].isdigit()
    assert 8 <= len(phone) - 1 <= 15
    assert normalise_phone(shown_phone(phone)) == phone


@given(st.text(max_size=60))
@example("阿\u318d买")
def test_look_up_forms_ignore_width_case_and_spaces(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert name_key(unicodedata.normalize("NFKC", text)) == key
    assert not any(c.isspace() for c in key)
