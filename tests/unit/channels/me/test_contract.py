"""Builders other features and the roof rely on."""

from channels.me.contract import (
    CURSORS,
    NOTICE_COUNTER,
    MeetingNews,
    Mention,
    Room,
    me_topic,
    meeting_told,
    mentioned,
    message_deleted,
    organisation_told,
    read,
    room_added,
    room_removed,
    security_notice,
)
from channels.me.handlers import render
from channels.me.protocol import ME_EVENTS
from channels.protocol.base import wire_type
from storage.ids import MemberId, RoomId, UnitId
from storage.log import Append, Entry, Update

A, B = MemberId("01980000-0000-7003-8000-000000000001"), MemberId("01980000-0000-7003-8000-000000000002")
UNIT = UnitId("01980000-0000-7002-8000-000000000001")
ROOM = RoomId(UNIT)
BRANCH = Room(ROOM, "branch", "第一支部", UNIT)

EVERY: tuple[Append, ...] = (
    room_added(A, BRANCH, head_n=3),
    room_added(A, Room(ROOM, "direct", "安一", other=B)),
    room_removed(A, ROOM),
    security_notice(A, "password_changed", device="x" * 200, params={"count": 1}),
    message_deleted(A, room=ROOM, message=1, by=B, reason="不妥"),
    mentioned(A, Mention(ROOM, 5, 2, B, thread=1, thread_head=1)),
    mentioned(A, Mention(ROOM, 5, 2, B, gone=True)),
    read(A, room=ROOM, thread=None, n=4),
    read(A, room=ROOM, thread=2, n=4),
    meeting_told(A, MeetingNews(UNIT, UNIT, "党员大会", "announced")),
    meeting_told(A, MeetingNews(UNIT, UNIT, "党员大会", "row", kept=False, params={"n": 1}, key="1")),
    organisation_told(A, "template_changed", {"version": 2}, key="1"),
)


def test_every_builder_writes_what_render_reads() -> None:
    for append in EVERY:
        event = render(Entry(append.topic, 1, append.type, 5, body=append.body))
        assert (event.topic, event.type, event.at_ms) == (me_topic(A), append.type, 5)
    built = {append.type for append in EVERY} | {"me.preferences_changed"}
    assert built == {wire_type(event) for event in ME_EVENTS}


def test_notices_count_and_the_rest_does_not() -> None:
    assert {a.type for a in EVERY if a.counter == NOTICE_COUNTER} == {
        "me.security_notice",
        "me.message_deleted",
        "me.meeting_told",
        "me.organisation_told",
    }


def test_who_comes_into_a_room_has_read_what_was_said() -> None:
    (cursor,) = room_added(A, BRANCH, head_n=3).writes
    assert isinstance(cursor, Update)
    assert (cursor.collection, cursor.upsert, cursor.update["$max"]) == (CURSORS, True, {"n": 3})


def test_a_mention_is_told_once_per_member_and_message() -> None:
    one, other = mentioned(A, Mention(ROOM, 5, 2, B)), mentioned(B, Mention(ROOM, 5, 2, A))
    assert (one.sender, one.cid) == (A, f"mentioned:{ROOM}:5")
    assert (other.sender, other.cid) == (B, one.cid)


def test_a_device_label_is_cut() -> None:
    assert len(security_notice(A, "signed_in", device="x" * 200).body["device"]) == 80
