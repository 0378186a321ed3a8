"""Cleaning of what people write."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.chat.text import (
    FILE_NAME_MAX,
    MARKS_MAX,
    TEXT_MAX,
    BadText,
    clean_file_name,
    clean_line,
    clean_text,
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("您好,今晚七点开会", "您好,今晚七点开会"),
        ("  两端空白 \n", "两端空白"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("𠮷野家 𠮷", "𠮷野家 𠮷"),
        ("ＡＢＣ１２３", "ＡＢＣ１２３"),
        ("e\u0301", "é"),
        ("\u202emp3.exe\u202c", "mp3.exe"),
        ("\u2066שלום\u2069", "שלום"),
        ("שלום \u200fabc", "שלום \u200fabc"),
        ("зд\u00adрав\u200bст\ufeffв", "здравств"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x07\x1b[31mb\x7f", "a[31mb"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 tag\U000e0041\U000e0042", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 tag"),
        ("列\t表", "列\t表"),
        ("a\n\n\n\n\n\n\nb", "a\n\n\n\nb"),
        ("a\n \n\t\n　\n \n\nb", "a\n\n\n\nb"),
    ],
)
def test_cleaning_keeps_meaning_and_drops_deceit(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "raw", ["a\x00b", "\ud800", "x\udfff", "\ufffe", "\ufdd0", "\U0001ffff", "\U0010fffe"]
)
def test_what_no_keyboard_makes_is_refused(raw: str) -> None:
    with pytest.raises(BadText, match="forbidden"):
        clean_text(raw)


def test_towers_of_combining_marks_are_cut() -> None:
    tower = clean_text("a" + "\u0301\u0316" * 5_000 + "b", limit=TEXT_MAX)
    assert sum(unicodedata.combining(char) > 0 for char in tower) <= MARKS_MAX
    assert tower[-1] == "b"
    assert clean_text("ཀྵྐྵ") == unicodedata.normalize("NFC", "ཀྵྐྵ"), "Tibetan stacks survive"


def test_the_bound_counts_code_points_after_cleaning() -> None:
    assert len(clean_text("界" * TEXT_MAX)) == TEXT_MAX
    assert len(clean_text("\u200b" * 100 + "界" * TEXT_MAX)) == TEXT_MAX
    with pytest.raises(BadText, match="long"):
        clean_text("界" * (TEXT_MAX + 1))
    with pytest.raises(BadText, match="long"):
        clean_text("\U0001d15e" * (TEXT_MAX // 2 + 1))  # NFC makes two of each


@given(st.text(max_size=300))
def test_cleaning_is_settled_after_one_pass(raw: str) -> None:
    try:
        once = clean_text(raw)
    except BadText:
        return
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode().decode() == once


@pytest.mark.parametrize(
    "unit", ["\n ", "\u0301", "\U000e0041", "\u200b", " ", "a\u0301", "\r", "🏴\U000e0020"]
)
def test_adversarial_text_stays_linear(unit: str) -> None:
    raw = (unit * 65_536)[:65_536]
    started = time.process_time()
    clean_text(raw, limit=100_000)
    assert time.process_time() - started < 0.3  # quadratic would take minutes


def test_a_line_has_no_breaks_and_is_not_empty() -> None:
    assert clean_line(" 党员\n大会\t通知 ", limit=20) == "党员 大会 通知"
    with pytest.raises(BadText, match="empty"):
        clean_line(" \n\u200b", limit=20)
    with pytest.raises(BadText, match="long"):
        clean_line("名" * 21, limit=20)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\名单.xlsx", "名单.xlsx"),
        ('a"b<c>:d.txt', "a_b_c__d.txt"),
        (".hidden", "hidden"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nb.txt", "a b.txt"),
    ],
)
def test_file_names_are_labels_not_paths(raw: str, clean: str) -> None:
    assert clean_file_name(raw) == clean


def test_long_file_names_keep_their_extension() -> None:
    name = clean_file_name("长" * 300 + ".docx")
    assert len(name) == FILE_NAME_MAX
    assert name.endswith("长.docx")
    with pytest.raises(BadText):
        clean_file_name("/..")
