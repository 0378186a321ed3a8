"""One emoji, or one of a few words, and nothing else."""

import time

import pytest

from channels.chat.emoji import WORDS, is_reaction


@pytest.mark.parametrize(
    "text",
    ["👍", "❤️", "❤", "👍🏽", "👨‍👩‍👧‍👦", "🇨🇳", "1️⃣", "#⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫡", "🏳️‍🌈", "👩🏾‍🤝‍👨🏼", "㊗️", "🩷", *WORDS],
)
def test_accepts_one_emoji_or_word(text: str) -> None:
    assert is_reaction(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "1",
        "👍👍",
        "👍 ",
        "收",
        "收到!",
        "👍\u200d",
        "\u200d",
        "🇨",
        "🏽🏽",
        "👍\n",
        "<b>",
        "$where",
        "👨" + "‍👨" * 8,
    ],
)
def test_refuses_anything_else(text: str) -> None:
    assert not is_reaction(text)


def test_the_pattern_is_linear() -> None:
    started = time.process_time()
    assert not is_reaction("👨\u200d" * 30_000)
    assert time.process_time() - started < 0.3  # quadratic would take minutes
