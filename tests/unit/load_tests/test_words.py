"""Bodies of messages: Chinese, of the lengths of a chat, the same for the same seed."""

import statistics

import pytest

from load_tests.words import LONGEST, Words, sentences, split


def test_lengths_are_those_of_a_chat() -> None:
    words = Words(3)
    lengths = [len(words.body()) for _ in range(5_000)]
    assert 16 <= statistics.median(lengths) <= 24
    assert min(lengths) >= 2
    assert max(lengths) <= LONGEST
    assert 20 <= sum(length >= 120 for length in lengths) <= 500


def test_equal_seeds_give_equal_bodies_and_others_do_not() -> None:
    first, again, other = Words(1), Words(1), Words(2)
    bodies = [first.body() for _ in range(50)]
    assert bodies == [again.body() for _ in range(50)]
    assert bodies != [other.body() for _ in range(50)]
    assert len(set(bodies)) > 40


def test_bodies_are_chinese_lines() -> None:
    words = Words(4)
    text = "".join(words.body() for _ in range(500))
    assert "\n" not in text
    assert sum("\u4e00" <= sign <= "\u9fff" for sign in text) > len(text) / 2


def test_there_are_many_sentences() -> None:
    assert len(sentences()) > 300
    assert len(set(sentences())) == len(sentences())


def test_markup_and_other_languages_are_left_out() -> None:
    text = ".TH LS 1\n列出目录的内容。\\fB默认\\fR是当前目录!\nlist directory contents\n{count}人参加 <b>会议</b>\n"
    assert list(split(text)) == ["列出目录的内容。", "默认是当前目录!", "人参加 会议"]


def test_without_sentences_nobody_speaks() -> None:
    with pytest.raises(ValueError, match="no sentences"):
        Words(1, ())
