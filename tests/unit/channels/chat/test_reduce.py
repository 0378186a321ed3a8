"""Corners of the reducer; the replay tests prove the rest."""

from channels.chat.protocol import (
    SNAPSHOT_MESSAGES,
    ChatEdited,
    ChatMessage,
    ChatReacted,
    ChatRecalled,
    ChatSent,
    ChatSnapshot,
)
from channels.chat.reduce import ChatState, apply, apply_all, cut

ROOM = "01980000-0000-7002-8000-000000000001"
ME, OTHER = "01980000-0000-7003-8000-000000000001", "01980000-0000-7003-8000-000000000002"
TOPIC = f"chat:{ROOM}"


def sent(seq: int, n: int, text: str = "好", thread: int | None = None) -> ChatSent:
    """An event of a message."""
    return ChatSent(topic=TOPIC, seq=seq, at_ms=seq, sender=ME, n=n, text=text, thread=thread)


def holding(*seqs: int) -> ChatState:
    """A client that holds these messages."""
    messages = [ChatMessage(seq=s, at_ms=s, sender=ME, n=s, text="好") for s in seqs]
    return ChatState(
        room=ChatSnapshot(room=ROOM, head_n=seqs[-1], messages=messages, more_before=seqs[0] > 1, pins=[])
    )


def test_events_of_messages_one_does_not_hold_change_nothing() -> None:
    state = holding(5, 6)
    for event in (
        ChatEdited(topic=TOPIC, seq=7, at_ms=7, message=3, text="x", edited_at_ms=7),
        ChatReacted(topic=TOPIC, seq=7, at_ms=7, message=3, emoji="👍", member=ME, on=True),
        ChatRecalled(topic=TOPIC, seq=7, at_ms=7, message=3, by=ME),
        sent(7, 1, thread=3),
    ):
        assert apply(state, event) == state


def test_a_message_from_before_the_page_is_left_out() -> None:
    state = apply(holding(5, 6), sent(3, 3))
    assert [m.seq for m in state.room.messages] == [5, 6]


def test_an_event_again_does_not_lose_what_came_later() -> None:
    state = apply_all(holding(1), [sent(2, 2), sent(3, 1, thread=2)])
    again = apply(state, sent(2, 2))
    assert again == state
    assert again.room.messages[1].thread_summary is not None


def test_an_older_reply_does_not_turn_the_summary_back() -> None:
    state = apply_all(holding(1), [sent(2, 1, thread=1), sent(3, 2, thread=1), sent(2, 1, thread=1)])
    summary = state.room.messages[0].thread_summary
    assert summary is not None
    assert (summary.count, summary.last_seq) == (2, 3)


def test_what_is_gone_stays_gone() -> None:
    state = apply(holding(1), ChatRecalled(topic=TOPIC, seq=2, at_ms=2, message=1, by=ME))
    for event in (
        ChatEdited(topic=TOPIC, seq=3, at_ms=3, message=1, text="又来", edited_at_ms=3),
        ChatReacted(topic=TOPIC, seq=4, at_ms=4, message=1, emoji="👍", member=OTHER, on=True),
    ):
        assert apply(state, event) == state


def test_a_thread_that_is_open_grows_and_changes() -> None:
    state = ChatState(room=holding(1).room, threads={"1": []})
    state = apply_all(
        state,
        [
            sent(2, 1, "一", thread=1),
            sent(3, 2, "二", thread=1),
            ChatEdited(topic=TOPIC, seq=4, at_ms=4, message=2, text="壹", edited_at_ms=4),
        ],
    )
    assert [m.text for m in state.threads["1"]] == ["壹", "二"]
    assert [m.seq for m in state.room.messages] == [1], "replies stand in their thread only"


def test_the_cut_shows_the_newest_page() -> None:
    state = apply_all(holding(1), [sent(s, s) for s in range(2, SNAPSHOT_MESSAGES + 3)])
    shown = cut(state)
    assert len(shown.room.messages) == SNAPSHOT_MESSAGES
    assert shown.room.more_before
    assert not cut(holding(1)).room.more_before
