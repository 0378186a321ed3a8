"""Codes, names, delays, devices, separation of duties: pure rules."""

import secrets
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.actor import Grant, Place
from channels.protocol.errors import Refused
from server.accounts.actors import bot_actor
from server.accounts.agents import family
from server.accounts.codes import (
    ACTIVATION_BYTES,
    ALPHABET,
    RECOVERY_BYTES,
    code_digest,
    digest,
    read_code,
    write_code,
)
from server.accounts.directory import Person
from server.accounts.errors import ACCOUNT_ERRORS
from server.accounts.habits import SYLLABLES, is_pinyin_with_digits, syllable_count
from server.accounts.logins import identify, login_key
from server.accounts.passwords import Context, check_password
from server.accounts.resets import check_officers
from server.accounts.throttle import HELD_FAILURES, LONGEST_DELAY_MS, Failures, delay_ms, held, wait_ms
from server.accounts.token_store import BotToken
from storage.ids import MemberId, OrgId, UnitId


@given(st.binary(min_size=14, max_size=14) | st.binary(min_size=16, max_size=16))
def test_codes_are_read_as_written(secret: bytes) -> None:
    code = write_code(secret)
    plain = read_code(code, len(secret))
    assert plain == code.replace("-", "")
    assert code_digest(code, "x") == digest(plain or "", "x")
    assert all(len(group) == 4 for group in code.split("-"))


def test_codes_have_their_lengths() -> None:
    assert len(write_code(bytes(ACTIVATION_BYTES)).replace("-", "")) == 28
    assert len(write_code(bytes(RECOVERY_BYTES)).replace("-", "")) == 24


def test_typing_mistakes_that_can_be_understood_are() -> None:
    code = write_code(bytes(range(16)))
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else " " for c in code)
    misread = code.replace("0", "O").replace("1", "l")
    for typed in (code.lower(), code.replace("-", ""), wide, misread, f" {code}\n", code.replace("-", "—")):
        assert read_code(typed, 16) == code.replace("-", ""), typed


def test_slips_of_the_pen_are_seen() -> None:
    code = write_code(secrets.token_bytes(16)).replace("-", "")
    unseen = 0
    for place, right in enumerate(code):
        for wrong in ALPHABET:
            unseen += wrong != right and read_code(code[:place] + wrong + code[place + 1 :], 16) is not None
    assert unseen <= 5  # 868 slips, one in 1 024 stays unseen
    for typed in ("", code[:-1], code + "0", "U" * 28, "x" * 300):
        assert read_code(typed, 16) is None


def test_digests_differ_by_kind() -> None:
    assert digest("a", "session") != digest("a", "bearer")
    assert len(digest("a", "session")) == 64


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ZhengK", "zhengk"),
        (" zheng.k ", "zheng.k"),
        ("\uff3ahengk", "zhengk"),
        ("郑凯", "郑凯"),
        ("a_b-c.d9", "a_b-c.d9"),
    ],
)
def test_names_have_one_form(typed: str, key: str) -> None:
    assert login_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    ["ab", "郑", "9lives", "a..b", ".abc", "abc.", "zhеngk", "αlpha", "a b c", "a@b.c", "13812345678", "x" * 33, "", "admin\u200b1"],
)  # fmt: skip
def test_names_that_could_deceive_are_refused(typed: str) -> None:
    with pytest.raises(Refused, match="LOGIN_NAME_WRONG"):
        login_key(typed)


@pytest.mark.parametrize(
    ("typed", "kind", "key"),
    [
        ("ZhengK", "login", "zhengk"),
        ("138 0013 8022", "phone", "+8613800138022"),
        ("+86 138-0013-8022", "phone", "+8613800138022"),
        ("\uff113800138022", "phone", "+8613800138022"),
        ("Zheng.Kai@Example.org", "mail", "zheng.kai@example.org"),
        ("not@mail", "login", "not@mail"),
        ("12345678", "login", "12345678"),
        ("x" * 500, "login", "x" * 254),
        ("$where", "login", "$where"),
    ],
)
def test_whoever_knocks_is_looked_up_somehow(typed: str, kind: str, key: str) -> None:
    found = identify(typed)
    assert (found.kind, found.key) == (kind, key)


def test_delays_begin_with_the_tenth_failure_and_end_at_a_quarter_of_an_hour() -> None:
    assert [delay_ms(count) for count in (0, 1, 9, 10, 11, 12)] == [0, 0, 0, 5_000, 10_000, 20_000]
    assert delay_ms(99) == delay_ms(10**9) == LONGEST_DELAY_MS == 900_000
    assert sorted(map(delay_ms, range(120))) == [*map(delay_ms, range(120))]
    assert wait_ms(Failures(10, 1_000), 1_000) == 5_000
    assert wait_ms(Failures(10, 1_000), 6_000) == 0
    assert wait_ms(Failures(10, 1_000), -50_000) == 5_000
    assert not held(Failures(HELD_FAILURES - 1, 0))
    assert held(Failures(HELD_FAILURES, 0))


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0", "微信 · Android"),
        ("curl/8.0", "?"),
        ("", "?"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0\r\nSet-Cookie: x", "Firefox · Linux"),
    ],
)
def test_devices_are_shown_by_family_only(header: str, shown: str) -> None:
    assert family(header) == shown


def test_three_persons_take_part_in_a_reset() -> None:
    check_officers("member", "first", "second")
    for subject, asked_by, approver in (
        ("a", "a", None),
        ("a", "b", "b"),
        ("a", "b", "a"),
        ("a", "a", "b"),
    ):
        with pytest.raises(Refused, match="RESET_SAME_OFFICER"):
            check_officers(subject, asked_by, approver)


def test_a_bot_has_at_most_what_its_maker_has_there() -> None:
    unit, other = UnitId("u1"), UnitId("u2")
    token = BotToken(
        "t",
        OrgId("o"),
        unit,
        "x",
        frozenset({"chat.send"}),
        frozenset({"chat.pin", "chat.delete"}),
        MemberId("m"),
        0,
        1,
    )
    grants = (
        Grant("secretary", unit, frozenset({"chat.pin"}), inherited=False),
        Grant("secretary", other, frozenset({"chat.delete"}), inherited=False),
    )
    maker = Person(MemberId("m"), OrgId("o"), "宋佳宁", unit, frozenset({unit}), grants, active=True)
    actor = bot_actor(token, maker, Place(unit, (unit,)))
    assert actor.grants[0].capabilities == frozenset({"chat.pin"})
    assert actor.units == frozenset({unit})
    assert actor.member is None
    assert actor.may_use("chat.send")
    assert not actor.may_use("chat.delete")
    assert actor.reauthenticated_at_ms == 0


def test_syllables_are_those_of_the_scheme() -> None:
    assert 395 <= len(SYLLABLES) <= 420
    assert syllable_count("zhuangshi") == 2
    assert syllable_count("xian") == 1
    assert syllable_count("hello") == 0
    assert not is_pinyin_with_digits("womenmingtianqu8")
    assert is_pinyin_with_digits("mingtian2024")


@given(st.text(min_size=8, max_size=200))
def test_no_password_breaks_the_rules(password: str) -> None:
    told = None
    try:
        check_password(password, Context(("zhengkai", "郑凯")), second_factor=True)
    except Refused as refused:
        told = refused.row
    assert told is None or told in ACCOUNT_ERRORS


@pytest.mark.parametrize(
    "text", ["a" * 4_096, "1" * 4_096, "ab" * 2_048, "zh" * 2_048, "1990" * 1_024, "qwerty!" * 585]
)
def test_hostile_texts_cost_little(text: str) -> None:
    start = time.perf_counter()
    for read in (identify, lambda typed: read_code(typed, 16)):
        read(text * 16)
    try:
        check_password(text, Context(("zhengkai",)), second_factor=True)
    except Refused:
        assert text
    assert time.perf_counter() - start < 0.5


def test_error_numbers_are_used_once_and_lie_in_their_range() -> None:
    assert (
        len({row.code for row in ACCOUNT_ERRORS})
        == len({row.key for row in ACCOUNT_ERRORS})
        == len(ACCOUNT_ERRORS)
    )
    assert all(1100 <= row.code < 1200 for row in ACCOUNT_ERRORS)
