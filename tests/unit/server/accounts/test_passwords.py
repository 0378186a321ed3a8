"""Which passwords are taken: NIST SP 800-63B-4 and ASVS 6.2, with the reason told."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from channels.protocol.errors import Refused
from server.accounts.passwords import Context, blocked, check_password, normal

ZHENG = Context(("zhengkai", "郑凯", "zk.office", "第二支部", "青河机关"))


def reason(password: str, *, second_factor: bool = True, context: Context = ZHENG) -> str:
    """The key of the refusal, empty when the password is taken."""
    try:
        check_password(password, context, second_factor=second_factor)
    except Refused as refused:
        return refused.row.key
    return ""


def test_eight_with_a_second_factor_fifteen_alone() -> None:
    assert reason("kq8#vLz") == "PASSWORD_SHORT"
    assert reason("kq8#vLz2") == ""
    assert reason("kq8#vLz2mWx4!t", second_factor=False) == "PASSWORD_SHORT"
    assert reason("kq8#vLz2mWx4!tP", second_factor=False) == ""


@pytest.mark.parametrize("length", [64, 128, 1_000, 4_096])
def test_long_passwords_are_taken(length: int) -> None:
    text = "".join(chr(33 + (place * place * 7 + place * 13) % 94) for place in range(length))
    assert reason(text) == ""


def test_more_than_4096_bytes_are_refused_before_anything_else() -> None:
    for text in ("a" * 4_097, "山" * 1_366, "🐼" * 1_025):
        with pytest.raises(Refused, match="PASSWORD_TOO_LONG"):
            normal(text)
    assert len(normal("山" * 1_365)) == 1_365


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "mingtianqupashanba", "紫禁城的春天真好看", "🐼🐼🐯🦊🐻🐨🐸🐙", "        kiln  ", "ﷺ夜雨寄北何当共剪"],
)  # fmt: skip
def test_phrases_emoji_and_spaces_are_taken(password: str) -> None:
    assert reason(password) == ""


def test_characters_are_counted_by_code_point_after_nfc() -> None:
    assert reason("e\u0301" * 7) == "PASSWORD_SHORT"
    assert normal("e\u0301") == "\u00e9"
    assert normal(" x ") == " x "
    assert normal("\uff21bc") == "\uff21bc"  # full-width letters stay what they are


def test_the_most_common_three_thousand_are_refused_each() -> None:
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 8][:3_000]
    assert len(common) == 3_000
    assert len(blocked()) >= 3_000
    for word in common:
        for form in (word, word.upper(), word.capitalize()):
            assert reason(form), form


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("woaini1314", "PASSWORD_COMMON"),
        ("5201314520", "PASSWORD_NUMBER"),
        ("zhangwei123", "PASSWORD_PINYIN"),
        ("Liuxiaoming88", "PASSWORD_PINYIN"),
        ("19xiaoming90", "PASSWORD_PINYIN"),
        ("li.xiaoming_1990", "PASSWORD_PINYIN"),
        ("lvxiaohong", "PASSWORD_PINYIN"),
        ("13812345678", "PASSWORD_NUMBER"),
        ("138-1234-5678", "PASSWORD_NUMBER"),
        ("a13812345678", "PASSWORD_NUMBER"),
        ("19900101", "PASSWORD_NUMBER"),
        ("1990-01-01", "PASSWORD_NUMBER"),
        ("1990年1月1日", "PASSWORD_NUMBER"),
        ("01011990ab", "PASSWORD_NUMBER"),
        ("11010519491231002X", "PASSWORD_NUMBER"),
        ("abcabcabc", "PASSWORD_PATTERN"),
        ("aaaaaaaaaaaaaaaa", "PASSWORD_PATTERN"),
        ("qwer1234asdf", "PASSWORD_PATTERN"),
        ("1qaz2wsx3edc", "PASSWORD_PATTERN"),
        ("poiuytrewq", "PASSWORD_PATTERN"),
        ("P@ssw0rd123", "PASSWORD_COMMON"),
        ("Password1234", "PASSWORD_COMMON"),
        ("pass_word_123", "PASSWORD_COMMON"),
        ("ZhengKai!2024", "PASSWORD_CONTEXT"),
        ("郑凯19901212", "PASSWORD_CONTEXT"),
        ("iakgnehz88", "PASSWORD_CONTEXT"),
        ("zkoffice2024", "PASSWORD_CONTEXT"),
        ("第二支部20260101", "PASSWORD_CONTEXT"),
        ("huitang2026", "PASSWORD_CONTEXT"),
        ("会堂会堂2026ab", "PASSWORD_CONTEXT"),
        ("青河机关2026!", "PASSWORD_CONTEXT"),
    ],
)
def test_habits_are_refused_with_their_reason(password: str, key: str) -> None:
    assert reason(password) == key


def test_an_own_word_inside_a_phrase_does_no_harm() -> None:
    assert reason("zhengkai walks the dog at seven") == ""
    assert reason("kiln sparrow 42", context=Context(("", "-", "k"))) == ""


def test_reasons_stand_in_both_languages_and_speak_of_no_kinds_of_characters() -> None:
    with pytest.raises(Refused) as refused:
        check_password("short", ZHENG, second_factor=True)
    assert refused.value.params == {"n": 8}
    assert "大写" not in refused.value.row.zh
    assert "capital" not in refused.value.row.en
