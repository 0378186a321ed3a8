"""One-time codes: RFC 6238 and RFC 4226 vectors, a second implementation, and what a typed code means."""

import base64
import random
import shutil
import subprocess

import pyotp
import pytest

from server.accounts.totp import (
    CLOCK_STEPS,
    STEP_MS,
    Verdict,
    code_at,
    judge,
    provisioning_uri,
    read_digits,
    seed_text,
    step_of,
)

RFC_SEED = seed_text(b"12345678901234567890")
NOW_MS = 1_780_000_015_000
NOW = step_of(NOW_MS)
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("time_s", "code"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_rfc_6238_appendix_b_sha1(time_s: int, code: str) -> None:
    assert code_at(RFC_SEED, step_of(time_s * 1_000)) == code[-6:]


def test_rfc_4226_appendix_d() -> None:
    expected = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    assert [code_at(RFC_SEED, count) for count in range(10)] == expected


def test_ten_thousand_random_pairs_equal_oathtool() -> None:
    program = shutil.which("oathtool")
    assert program, "install Debian's oathtool: apt-get install oathtool"
    chance = random.Random(6238)
    for _ in range(500):
        seed = base64.b32encode(chance.randbytes(chance.randrange(16, 33))).decode().rstrip("=")
        time_s = chance.randrange(0, 2**33)
        listed = subprocess.run(
            [program, "--totp", "-b", "-w", "19", "-N", f"@{time_s}", seed],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert listed == [code_at(seed, time_s // 30 + ahead) for ahead in range(20)]


def test_the_window_is_one_step_on_either_side() -> None:
    verdicts = {ahead: judge(SEED, code_at(SEED, NOW + ahead), NOW_MS, 0).verdict for ahead in range(-25, 26)}
    accepted = [ahead for ahead, verdict in verdicts.items() if verdict is Verdict.ACCEPTED]
    assert accepted == [-1, 0, 1]
    assert verdicts[2] is verdicts[-2] is verdicts[CLOCK_STEPS] is verdicts[-CLOCK_STEPS] is Verdict.CLOCK
    assert verdicts[CLOCK_STEPS + 1] is verdicts[-CLOCK_STEPS - 1] is Verdict.WRONG


def test_an_accepted_step_and_those_before_it_are_used_up() -> None:
    first = judge(SEED, code_at(SEED, NOW), NOW_MS, 0)
    assert (first.verdict, first.step) == (Verdict.ACCEPTED, NOW)
    assert judge(SEED, code_at(SEED, NOW), NOW_MS, NOW).verdict is Verdict.REPLAY
    assert judge(SEED, code_at(SEED, NOW - 1), NOW_MS, NOW).verdict is Verdict.REPLAY
    assert judge(SEED, code_at(SEED, NOW + 1), NOW_MS, NOW).step == NOW + 1
    later_ms = NOW_MS + 5 * STEP_MS
    assert judge(SEED, code_at(SEED, NOW), later_ms, NOW).verdict is Verdict.REPLAY


@pytest.mark.parametrize(("ahead", "minutes"), [(14, 7), (-14, 7), (2, 1), (-3, 2), (20, 10)])
def test_a_wrong_clock_is_told_in_minutes(ahead: int, minutes: int) -> None:
    judged = judge(SEED, code_at(SEED, NOW + ahead), NOW_MS, 0)
    assert (judged.verdict, judged.drift_steps, judged.drift_minutes) == (Verdict.CLOCK, ahead, minutes)


def test_a_phone_that_became_slow_is_told_so_and_not_called_a_replay() -> None:
    assert judge(SEED, code_at(SEED, NOW - 14), NOW_MS, NOW - 2).verdict is Verdict.CLOCK


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("123456", "123456"), ("123\u3000456", "123456"), ("\uff11\uff12\uff13456", "123456"), ("12 34-56", "123456"),
        ("12345", None), ("1234567", None), ("12345a", None), ("", None), ("١٢٣٤٥٦", None), ("1" * 50, None),
    ],
)  # fmt: skip
def test_typed_codes_are_understood(typed: str, digits: str | None) -> None:
    assert read_digits(typed) == digits


def test_before_the_first_steps_nothing_breaks() -> None:
    assert judge(SEED, code_at(SEED, 0), 0, -1).verdict is Verdict.ACCEPTED


def test_the_address_for_the_qr_code_is_read_back_by_pyotp() -> None:
    uri = provisioning_uri(SEED, "郑凯", "青河机关")
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.issuer, read.name) == (SEED, "青河机关", "郑凯")
    assert read.at(NOW_MS // 1_000) == code_at(SEED, NOW)


def test_seeds_have_no_padding() -> None:
    assert seed_text(bytes(20)) == "A" * 32
