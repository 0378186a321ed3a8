"""Names and abbreviations other features rely on."""

from channels.chat.contract import MAIN, chat_topic, excerpt, thread_counter


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt("一\n二  三", 10) == "一 二 三"
    assert excerpt("一二三四五", 5) == "一二三四五"
    assert excerpt("一二三四五六", 5) == "一二三四…"
    assert excerpt("a" * 10_000, 5) == "aaaa…"
    assert excerpt(" " * 30 + "a", 5) == "…"


def test_names() -> None:
    assert chat_topic("r") == "chat:r"
    assert thread_counter(None) == MAIN
    assert thread_counter(7) == "t7"
