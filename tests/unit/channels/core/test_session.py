"""The state machine of one connection: every transition, deadline and bound, without a socket."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.session import Authenticate, Close, Phase, Send, Session, SessionLimits, Start
from channels.protocol.close_codes import (
    HEARTBEAT_MISSED,
    HELLO_TIMEOUT,
    TOO_MANY_ERRORS,
    TRY_LATER,
    VERSION_UNKNOWN,
)
from channels.protocol.codec import Decoder
from channels.protocol.frames import CORE_COMMANDS, Heartbeat, Subscribe, Welcome

DECODER = Decoder(CORE_COMMANDS)
LIMITS = SessionLimits()
WHO = "01980000-0000-7000-8000-000000000001"
WELCOME = Welcome(
    ref=1, protocol=1, member=WHO, account=WHO, session=WHO, server_time_ms=5, heartbeat_ms=25_000
)


def raw(type: str, ref: int = 1, **fields: object) -> bytes:
    return json.dumps({"type": type, "ref": ref} | fields).encode()


HELLO = raw("hello", protocol=1, client="t")


def fresh(limits: SessionLimits = LIMITS) -> Session:
    return Session(DECODER, limits, 0)


def opened(limits: SessionLimits = LIMITS, now_ms: int = 0) -> Session:
    session = fresh(limits)
    session.received(HELLO, now_ms)
    session.admitted(WELCOME, now_ms)
    assert session.phase is Phase.OPEN
    return session


def keys(actions: list[Send | Close | Authenticate | Start]) -> list[str]:
    """What an action list says, in words."""
    return [
        json.loads(action.payload).get("key", json.loads(action.payload)["type"])
        if isinstance(action, Send)
        else action.row.key
        if isinstance(action, Close)
        else type(action).__name__
        for action in actions
    ]


def test_hello_then_welcome_then_commands() -> None:
    session = fresh()
    (asked,) = session.received(HELLO, 10)
    assert isinstance(asked, Authenticate)
    assert session.phase is Phase.AUTHENTICATING
    (welcome,) = session.admitted(WELCOME, 20)
    assert isinstance(welcome, Send)
    assert session.received(raw("heartbeat", 2), 30) == [Start(Heartbeat(ref=2))]
    assert session.received(raw("subscribe", 3, topic="a:b"), 30) == [Start(Subscribe(ref=3, topic="a:b"))]


@pytest.mark.parametrize("phase", [Phase.NEW, Phase.AUTHENTICATING])
def test_nothing_starts_before_the_welcome(phase: Phase) -> None:
    session = fresh()
    if phase is Phase.AUTHENTICATING:
        session.received(HELLO, 0)
    assert keys(session.received(raw("heartbeat", 4), 1)) == ["HELLO_FIRST"]
    assert session.phase is phase


def test_a_second_hello_is_out_of_place() -> None:
    assert keys(opened().received(HELLO, 1)) == ["BAD_FRAME"]
    session = fresh()
    session.received(HELLO, 0)
    assert keys(session.received(HELLO, 1)) == ["BAD_FRAME"]


def test_an_unknown_version_is_answered_and_closed() -> None:
    session = fresh()
    actions = session.received(raw("hello", protocol=2, client="t"), 0)
    assert keys(actions) == ["PROTOCOL_VERSION_UNKNOWN", VERSION_UNKNOWN.key]
    assert session.phase is Phase.CLOSED


def test_the_hello_has_five_seconds() -> None:
    session = fresh()
    assert session.deadline_ms == 5_000
    assert session.tick(4_999) == []
    assert session.tick(5_000) == [Close(HELLO_TIMEOUT)]
    assert session.tick(5_001) == []


def test_noise_does_not_buy_time_for_the_hello() -> None:
    session = fresh()
    session.received(b"{", 4_000)
    assert session.tick(5_000) == [Close(HELLO_TIMEOUT)]


def test_a_store_that_does_not_answer_ends_the_admission() -> None:
    session = fresh()
    session.received(HELLO, 4_000)
    assert session.tick(14_999) == []
    assert session.tick(15_000) == [Close(TRY_LATER, LIMITS.flood_pause_ms)]
    assert session.admitted(WELCOME, 15_001) == []


def test_silence_ends_an_open_session_and_any_frame_prolongs_it() -> None:
    session = opened()
    assert session.deadline_ms == LIMITS.silence_ms
    session.received(b"{", 100_000)
    assert session.tick(LIMITS.silence_ms) == []
    assert session.tick(100_000 + LIMITS.silence_ms) == [Close(HEARTBEAT_MISSED)]


def test_hidden_pages_that_beat_once_a_minute_stay() -> None:
    assert LIMITS.silence_ms > 2 * 60_000


def test_nothing_is_heard_after_the_close() -> None:
    session = opened()
    assert keys(session.close(TRY_LATER, 5)) == [TRY_LATER.key]
    assert session.close(TRY_LATER) == []
    assert session.received(raw("heartbeat"), 1) == []
    assert session.received_binary(1) == []


def test_twenty_malformed_messages_in_a_minute_end_the_session() -> None:
    session = opened()
    for number in range(19):
        assert keys(session.received(b"{", number)) == ["BAD_FRAME"]
    assert keys(session.received_binary(20)) == ["BAD_FRAME", TOO_MANY_ERRORS.key]


def test_malformed_messages_spread_over_time_are_borne() -> None:
    session = opened()
    for number in range(200):
        assert keys(session.received(b"{", number * 3_200)) == ["BAD_FRAME"]


def test_commands_under_way_are_bounded_and_known_by_their_ref() -> None:
    session = opened(replace(LIMITS, commands_max=2))
    for ref in (1, 2):
        assert keys(session.received(raw("subscribe", ref, topic="a:b"), 1)) == ["Start"]
    (busy,) = session.received(raw("subscribe", 3, topic="a:b"), 1)
    assert isinstance(busy, Send)
    assert json.loads(busy.payload)["key"] == "BUSY"
    assert json.loads(busy.payload)["ref"] == 3
    assert keys(session.received(raw("heartbeat", 9), 1)) == ["Start"]
    (doubled,) = session.received(raw("subscribe", 2, topic="a:b"), 1)
    assert isinstance(doubled, Send)
    assert json.loads(doubled.payload)["ref"] is None
    session.finished(1)
    session.finished(1)
    assert session.commands_under_way_count == 1
    assert keys(session.received(raw("subscribe", 3, topic="a:b"), 1)) == ["Start"]


def test_a_flood_is_answered_with_its_ref_then_ended() -> None:
    session = opened(replace(LIMITS, burst=2, per_minute=60, floods_max=3))
    assert keys(session.received(raw("heartbeat", 2), 0)) == ["Start"]
    (slow,) = session.received(raw("heartbeat", 3), 0)
    assert isinstance(slow, Send)
    answer = json.loads(slow.payload)
    assert (answer["ref"], answer["key"], answer["retry_after_ms"]) == (3, "TOO_MANY_REQUESTS", 1_000)
    assert answer["message"]["zh"] == "操作过于频繁,请1秒后再试"
    assert keys(session.received(raw("heartbeat", 3), 1_000)) == ["Start"]
    session.received(raw("heartbeat", 4), 1_000)
    assert session.received(raw("heartbeat", 5), 1_000) == [Close(TRY_LATER, LIMITS.flood_pause_ms)]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 30_000)), max_size=60))
def test_any_course_of_events_keeps_the_rules(course: list[tuple[int, int]]) -> None:
    """After CLOSED nothing is said; never more than commands_max are started; the deadline never lies in the past."""
    session, now_ms, running, ref, closed = fresh(), 0, set[int](), 1, False
    for what, passed_ms in course:
        now_ms += passed_ms
        ref += 1
        inputs = (HELLO, raw("subscribe", ref, topic="a:b"), raw("heartbeat", ref), b"nonsense")
        if what < 4:
            actions = session.received(inputs[what], now_ms)
        elif what == 4:
            actions = session.admitted(WELCOME, now_ms)
        elif what == 5:
            actions = session.tick(now_ms)
            assert session.phase is Phase.CLOSED or session.deadline_ms > now_ms
        elif what == 6 and running:
            session.finished(running.pop())
            actions = []
        else:
            actions = []
        assert not (closed and actions)
        running |= {
            a.command.ref for a in actions if isinstance(a, Start) and isinstance(a.command, Subscribe)
        }
        assert len(running) <= LIMITS.commands_max
        closed = closed or any(isinstance(action, Close) for action in actions)
        assert closed == (session.phase is Phase.CLOSED)
