"""Typing notices: apart in time, per key, bounded."""

from presence.typing_notices import APART_MS, EXPIRES_MS, TypingNotices


def test_notices_of_one_key_are_held_apart() -> None:
    notices = TypingNotices()
    passed = [at_ms for at_ms in range(0, 10_000, 500) if notices.may_pass("a in room", at_ms)]
    assert passed == [0, 3_000, 6_000, 9_000]


def test_a_steady_typist_never_expires_for_readers() -> None:
    assert 2 * APART_MS <= EXPIRES_MS


def test_keys_do_not_disturb_each_other() -> None:
    notices = TypingNotices()
    assert notices.may_pass("a", 0)
    assert notices.may_pass("b", 0)
    assert not notices.may_pass("a", 1)
    assert notices.may_pass("c", 1, apart_ms=0)
    assert notices.may_pass("c", 1, apart_ms=0)


def test_memory_is_bounded() -> None:
    notices = TypingNotices(keys_max=10)
    for number in range(1_000):
        assert notices.may_pass(str(number), 0)
    assert notices.may_pass("0", 0)  # forgotten long ago
    assert not notices.may_pass("999", 0)
