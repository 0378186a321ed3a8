"""Codes on the screen, tokens of the picture, members' own passes: each counts in its step and its margin, and for its own purpose."""

import hashlib
import hmac
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.meeting.entry.codes import (
    PAST_STEPS,
    Steps,
    Verdict,
    digits_at,
    fold,
    judge_digits,
    judge_token,
    token_at,
)

SECRET = bytes(range(32))
ROUND, OTHER = (f"01980000-0000-7009-8000-00000000000{n}" for n in (1, 2))
STEPS = Steps(step_ms=30_000, margin_ms=5_000)
STEP = 59_000_000
BEGIN_MS = STEP * 30_000
moments = st.integers(BEGIN_MS, BEGIN_MS + 10**9)


def test_digits_are_the_truncation_of_rfc_4226_over_the_step() -> None:
    mac = hmac.new(SECRET, f"code|{ROUND}|{STEP}".encode(), hashlib.sha256).digest()
    place = mac[31] % 16
    number = ((mac[place] % 128) << 24) + (mac[place + 1] << 16) + (mac[place + 2] << 8) + mac[place + 3]
    assert digits_at(SECRET, ROUND, STEP) == str(number % 1_000_000).rjust(6, "0")


@pytest.mark.parametrize(
    ("after_ms", "verdict"),
    [
        (0, Verdict.RIGHT),
        (29_999, Verdict.RIGHT),
        (30_000, Verdict.RIGHT),
        (34_999, Verdict.RIGHT),
        (35_000, Verdict.EXPIRED),
        (30_000 * PAST_STEPS + 29_999, Verdict.EXPIRED),
        (
            30_000 * (PAST_STEPS + 1),
            Verdict.WRONG,
        ),  # nobody was still typing; told apart from a guess no longer
        (-1, Verdict.WRONG),
    ],
)
def test_a_code_counts_in_its_step_and_five_seconds_more(after_ms: int, verdict: Verdict) -> None:
    code = digits_at(SECRET, ROUND, STEP)
    assert judge_digits(code, SECRET, ROUND, STEPS, BEGIN_MS + after_ms) is verdict


@settings(max_examples=2_000)
@given(moments, st.integers(0, 40_000))
def test_what_the_screen_shows_is_right_until_its_margin_ends(now_ms: int, after_ms: int) -> None:
    step = STEPS.at(now_ms)
    ends_ms = STEPS.end_ms(step) + STEPS.margin_ms
    typed_ms = now_ms + after_ms
    said = STEPS.accepts(step, typed_ms)
    assert (said is Verdict.RIGHT) == (typed_ms < ends_ms)
    assert STEPS.accepts(step + 1 + after_ms // STEPS.step_ms + 1, typed_ms) is Verdict.WRONG


WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
"""Full-width digits, as a Chinese keyboard may write them."""


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: f" {code} ",
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: code.translate(WIDE),
        lambda code: f"{code[:3]}\u3000{code[3:]}".translate(WIDE),
    ],
)
def test_what_thumbs_type_is_forgiven(typed: Callable[[str], str]) -> None:
    code = digits_at(SECRET, ROUND, STEP)
    assert fold(typed(code)) == code
    assert judge_digits(typed(code), SECRET, ROUND, STEPS, BEGIN_MS) is Verdict.RIGHT


def test_another_round_or_meeting_has_other_codes() -> None:
    code = digits_at(SECRET, ROUND, STEP)
    assert judge_digits(code, SECRET, OTHER, STEPS, BEGIN_MS) is Verdict.WRONG
    assert judge_digits(code, bytes(32), ROUND, STEPS, BEGIN_MS) is Verdict.WRONG


def test_a_token_is_for_one_purpose_subject_and_step() -> None:
    token = token_at(SECRET, "round", ROUND, STEP)
    assert judge_token(token, SECRET, "round", STEPS, BEGIN_MS) == (Verdict.RIGHT, ROUND)
    assert judge_token(token, SECRET, "pass", STEPS, BEGIN_MS) == (Verdict.WRONG, "")
    subject, step, mac = token.split(".")
    for forged in (f"{OTHER}.{step}.{mac}", f"{subject}.{STEP + 1}.{mac}", f"{subject}.{step}.{mac[:-1]}"):
        assert judge_token(forged, SECRET, "round", STEPS, BEGIN_MS) == (Verdict.WRONG, "")


def test_a_photograph_of_the_picture_is_worthless_after_its_step() -> None:
    token = token_at(SECRET, "round", ROUND, STEP)
    assert judge_token(token, SECRET, "round", STEPS, BEGIN_MS + 35_000) == (Verdict.EXPIRED, ROUND)
    ahead = token_at(SECRET, "round", ROUND, STEP + 2)
    assert judge_token(ahead, SECRET, "round", STEPS, BEGIN_MS)[0] is Verdict.WRONG


@given(st.text(max_size=80))
def test_whatever_else_is_sent_is_wrong_and_raises_nothing(text: str) -> None:
    assert judge_token(text, SECRET, "round", STEPS, BEGIN_MS)[0] is Verdict.WRONG
    assert judge_digits(text + "x", SECRET, ROUND, STEPS, BEGIN_MS) is Verdict.WRONG
