"""Corners of the room list's reducer; the replay tests prove the rest."""

from channels.chat.protocol import ChatReacted, ChatSent
from channels.me.protocol import (
    MENTIONS_MAX,
    NOTICES_SHOWN,
    THREADS_MAX,
    MeMentioned,
    MePreferences,
    MeRead,
    MeRoom,
    MeRoomAdded,
    MeRoomRemoved,
    MeSecurityNotice,
    MeSnapshot,
    MeThread,
)
from channels.me.reduce import apply, apply_all
from channels.protocol.base import LogEvent

ME, OTHER = "01980000-0000-7003-8000-000000000001", "01980000-0000-7003-8000-000000000002"
ROOM, SECOND = "01980000-0000-7002-8000-000000000001", "01980000-0000-7002-8000-000000000000"
MINE, TALK = f"me:{ME}", f"chat:{ROOM}"


def start(**room: object) -> MeSnapshot:
    """A member with one room."""
    line = MeRoom(room=ROOM, kind="branch", title="第一支部").model_copy(update=room)
    return MeSnapshot(member=ME, name="安一", rooms=[line], notices=[], preferences=MePreferences())


def sent(
    seq: int, n: int, *, thread: int | None = None, mentions: tuple[str, ...] = (), by: str = OTHER
) -> ChatSent:
    """A message of somebody else."""
    return ChatSent(
        topic=TALK, seq=seq, at_ms=seq, sender=by, n=n, text="好", thread=thread, mentions=list(mentions),
        thread_sender=OTHER if thread else None, thread_head=n - 1 if thread else None,
    )  # fmt: skip


def line(state: MeSnapshot) -> MeRoom:
    """The room's line."""
    return next(room for room in state.rooms if room.room == ROOM)


def test_rooms_come_change_their_title_and_go() -> None:
    added = MeRoomAdded(
        topic=MINE, seq=1, at_ms=1, room=SECOND, kind="group", title="第一小组", unit=SECOND, head_n=4
    )
    state = apply(start(head_n=7), added)
    assert [(r.room, r.head_n, r.read_n) for r in state.rooms] == [(SECOND, 4, 4), (ROOM, 7, 0)]
    renamed = MeRoomAdded(topic=MINE, seq=2, at_ms=2, room=ROOM, kind="branch", title="新名", unit=ROOM)
    state = apply(state, renamed)
    assert (line(state).title, line(state).head_n) == ("新名", 7), "a new title keeps the counts"
    state = apply(state, MeRoomRemoved(topic=MINE, seq=3, at_ms=3, room=SECOND))
    assert [r.room for r in state.rooms] == [ROOM]


def test_events_of_unknown_rooms_change_nothing() -> None:
    state = start()
    stranger = sent(1, 1).model_copy(update={"topic": f"chat:{SECOND}"})
    assert apply(state, stranger) == state
    assert apply(state, MeRead(topic=MINE, seq=1, at_ms=1, room=SECOND, n=5)) == state


def test_any_entry_of_a_room_moves_its_head() -> None:
    event = ChatReacted(topic=TALK, seq=9, at_ms=9, message=1, emoji="👍", member=OTHER, on=True)
    assert line(apply(start(), event)).head == 9


def test_mentions_and_threads_are_bounded() -> None:
    state = apply_all(start(), [sent(i, i, mentions=(ME,)) for i in range(1, MENTIONS_MAX + 6)])
    assert len(line(state).mentions) == MENTIONS_MAX
    assert line(state).mentions[0].message == 6
    replies: list[LogEvent] = [sent(1_000 + i, 1, thread=i, by=ME) for i in range(1, THREADS_MAX + 6)]
    threads = line(apply_all(state, replies)).threads
    assert [t.root for t in threads] == list(range(6, THREADS_MAX + 6))


def test_only_those_concerned_follow_a_thread() -> None:
    state = apply(start(), sent(5, 3, thread=1))
    assert line(state).threads == []
    assert line(apply(state, sent(6, 4, thread=1, mentions=(ME,)))).threads == [
        MeThread(root=1, head_n=4, read_n=3)
    ]
    assert line(apply(state, sent(6, 4, thread=1, by=ME))).threads == [MeThread(root=1, head_n=4, read_n=3)]


def test_reading_elsewhere_is_known_before_the_thread_is() -> None:
    read = MeRead(topic=MINE, seq=4, at_ms=4, room=ROOM, thread=1, n=5)
    state = apply_all(start(), [read, sent(6, 4, thread=1, mentions=(ME,)), sent(9, 6, thread=1)])
    assert line(state).threads == [MeThread(root=1, head_n=6, read_n=5)]
    assert line(state).mentions == [], "what was read on another device is not unread here"


def test_a_mention_that_is_gone_still_makes_one_follow() -> None:
    told = MeMentioned(
        topic=MINE, seq=2, at_ms=2, room=ROOM, message=6, n=4, thread=1, thread_head=3, by=OTHER, gone=True
    )
    state = apply_all(start(), [told, sent(9, 5, thread=1)])
    assert line(state).threads == [MeThread(root=1, head_n=5, read_n=3)]
    assert line(state).mentions == []


def test_notices_are_the_newest_and_each_once() -> None:
    notices = [
        MeSecurityNotice(topic=MINE, seq=i, at_ms=i, kind="signed_in") for i in range(1, NOTICES_SHOWN + 4)
    ]
    state = apply_all(start(), [*notices, notices[-1]])
    assert [n.seq for n in state.notices] == list(range(4, NOTICES_SHOWN + 4))
