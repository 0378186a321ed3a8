"""What may be done to a message, and what it looks like afterwards."""

from typing import Any

import pytest

from channels.chat.body import (
    EDIT_MS,
    EDITS_MAX,
    RECALL_MS,
    check_edit,
    check_recall,
    edited,
    gone,
    pinned,
    reacted,
    render,
    to_message,
)
from channels.chat.emoji import KINDS_MAX, MARKS_MAX
from channels.chat.errors import (
    EDIT_TOO_LATE,
    EDITS_FULL,
    MESSAGE_GONE,
    NOT_YOURS,
    REACTIONS_FULL,
    RECALL_TOO_LATE,
)
from channels.chat.protocol import ChatDeleted, ChatGone, ChatPinned, ChatSent
from channels.protocol.errors import ErrorRow, Refused
from storage.log import Entry

ME, OTHER = "01980000-0000-7003-8000-000000000001", "01980000-0000-7003-8000-000000000002"
TOPIC = "chat:01980000-0000-7002-8000-000000000001"
SENT_AT_MS = 1_000_000


def entry(**body: Any) -> Entry:  # noqa: ANN401 - a stored body
    """A message of mine."""
    return Entry(TOPIC, 7, "chat.sent", SENT_AT_MS, ME, "cid", "main", 3, {"text": "好", **body})


GONE = {"how": "recalled", "by": ME}


@pytest.mark.parametrize(
    ("member", "late_ms", "body", "row"),
    [
        (OTHER, 0, {}, NOT_YOURS),
        (ME, 0, {"gone": GONE}, MESSAGE_GONE),
        (ME, EDIT_MS + 1, {}, EDIT_TOO_LATE),
        (ME, 0, {"edits_count": EDITS_MAX}, EDITS_FULL),
    ],
)
def test_editing_has_bounds(member: str, late_ms: int, body: dict[str, Any], row: ErrorRow) -> None:
    check_edit(entry(), ME, SENT_AT_MS + EDIT_MS)
    with pytest.raises(Refused) as caught:
        check_edit(entry(**body), member, SENT_AT_MS + late_ms)
    assert caught.value.row is row


@pytest.mark.parametrize(
    ("member", "late_ms", "body", "row"),
    [
        (OTHER, 0, {}, NOT_YOURS),
        (ME, 0, {"gone": GONE}, MESSAGE_GONE),
        (ME, RECALL_MS + 1, {}, RECALL_TOO_LATE),
    ],
)
def test_recall_has_two_minutes(member: str, late_ms: int, body: dict[str, Any], row: ErrorRow) -> None:
    check_recall(entry(), ME, SENT_AT_MS + RECALL_MS)
    check_recall(entry(), ME, SENT_AT_MS - 5_000)  # a clock that was set back
    with pytest.raises(Refused) as caught:
        check_recall(entry(**body), member, SENT_AT_MS + late_ms)
    assert caught.value.row is row


def test_every_change_counts_its_revision() -> None:
    once = edited({"text": "一"}, "二", 5)
    assert once == {"text": "二", "edited_at_ms": 5, "edits_count": 1, "rev": 1}
    twice = edited(once, "三", 6)
    assert (twice["rev"], twice["edits_count"]) == (2, 2)


def test_what_is_gone_keeps_only_its_place() -> None:
    full = {
        "text": "一", "thread": 2, "thread_sender": OTHER, "thread_head": 4, "reply_to": 1, "mentions": [OTHER],
        "attachments": [{"id": "f"}], "marks": [["👍", ME]], "pinned": True, "edited_at_ms": 5, "edits_count": 1, "rev": 3,
    }  # fmt: skip
    assert gone(full, ChatGone(how="deleted", by=OTHER, reason="不妥")) == {
        "text": "",
        "thread": 2,
        "thread_sender": OTHER,
        "thread_head": 4,
        "gone": {"how": "deleted", "by": OTHER, "reason": "不妥"},
        "rev": 4,
    }


def test_reactions_set_and_take_away() -> None:
    one = reacted({"text": ""}, "👍", ME, on=True)
    assert one == {"text": "", "marks": [["👍", ME]], "rev": 1}
    assert reacted(one, "👍", ME, on=True) is None
    assert reacted(one, "👍", OTHER, on=False) is None
    assert reacted(one, "👍", ME, on=False) == {"text": "", "rev": 2}


def test_reactions_are_bounded_in_kinds_and_number() -> None:
    many = {"text": "", "marks": [["👍", f"m{i}"] for i in range(MARKS_MAX)]}
    kinds = {"text": "", "marks": [[f"e{i}", ME] for i in range(KINDS_MAX)]}
    for body in (many, kinds):
        with pytest.raises(Refused) as caught:
            reacted(body, "🎉", ME, on=True)
        assert caught.value.row is REACTIONS_FULL
    assert reacted(kinds, "e0", OTHER, on=True) is not None
    assert reacted(many, "👍", "m0", on=False) is not None


def test_pinning_twice_is_pinning_once() -> None:
    on = pinned({"text": ""}, on=True)
    assert on == {"text": "", "pinned": True, "rev": 1}
    assert pinned(on, on=True) is None
    assert pinned(on, on=False) == {"text": "", "rev": 2}


def test_a_message_is_shown_with_its_thread_and_sorted_reactions() -> None:
    tail = Entry(TOPIC, 12, "chat.sent", SENT_AT_MS + 9, OTHER, "c", "t7", 4, {"text": "", "thread": 7})
    message = to_message(entry(marks=[["👍", OTHER], ["👍", ME]], rev=2), tail)
    assert message.reactions == {"👍": [ME, OTHER]}
    assert message.thread_summary is not None
    assert (message.thread_summary.count, message.thread_summary.last_seq) == (4, 12)


def test_every_kind_of_entry_becomes_its_event() -> None:
    event = render(entry(thread=2, thread_sender=OTHER, thread_head=1, rev=3))
    assert isinstance(event, ChatSent)
    assert (event.thread, event.thread_sender, event.thread_head) == (2, OTHER, 1)
    body = {"message": 7, "by": OTHER, "reason": "不妥"}
    assert isinstance(render(Entry(TOPIC, 8, "chat.deleted", 1, body=body)), ChatDeleted)
    body = {"message": 7, "by": OTHER, "on": True, "pinned_at_ms": 5}
    assert isinstance(render(Entry(TOPIC, 9, "chat.pinned", 1, body=body)), ChatPinned)
    with pytest.raises(KeyError):
        render(Entry(TOPIC, 9, "chat.unheard_of", 1, body={}))
