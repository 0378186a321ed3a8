"""Decoding clients' frames: the right command, or a refusal that names the field and nothing else."""

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from channels.protocol.base import INT_MAX, MAX_FRAME_BYTES, Command, Done
from channels.protocol.codec import (
    Decoder,
    Undecodable,
    encode,
    encode_error,
    encode_reply,
    encode_resumed,
    encode_with_events,
)
from channels.protocol.errors import BAD_FIELD, TOO_MANY_REQUESTS, Refused
from channels.protocol.frames import (
    CORE_COMMANDS,
    Error,
    Gap,
    Replayed,
    Reply,
    Resumed,
    Subscribe,
    Subscribed,
    Welcome,
)

SECRET = "十三位的秘密"


class TestSend(Command):
    __test__ = False
    type: Literal["test.send"] = "test.send"
    text: str = Field(max_length=100)
    number: int = Field(ge=-INT_MAX, le=INT_MAX)
    share: float = 0.0
    marks: list[str] = Field(default_factory=list, max_length=10)


DECODER = Decoder((*CORE_COMMANDS, TestSend))


def refusal(raw: bytes) -> tuple[str, Any, int | None]:
    with pytest.raises(Undecodable) as caught:
        DECODER.decode(raw)
    refused = caught.value.refused
    return refused.row.key, refused.params.get("field"), caught.value.ref


def send(**fields: object) -> bytes:
    return json.dumps({"type": "test.send", "ref": 7, "text": "a", "number": 1} | fields).encode()


def test_a_sound_frame_becomes_its_command() -> None:
    assert DECODER.decode(b'{"ref":4,"topic":"chat:1","type":"subscribe"}') == Subscribe(
        ref=4, topic="chat:1"
    )
    assert DECODER.decode(send(text="好")) == TestSend(ref=7, text="好", number=1)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"null",
        b"7",
        b'"hello"',
        b"[]",
        b"[1,2]",
        b"{",
        b'{"type":"test.send"',
        b"{}",
        b'{"type":7,"ref":1}',
        b'{"type":null}',
        b"\xff\xfe",
        b'{"type":"test.send","ref":1,"text":"\\ud800","number":1}',
        b'{"type":"test.send","ref":1,"text":"\xff","number":1}',
        b'{"type":"test.send","ref":1,"text":"a","number":' + b"9" * 5_000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'["' * 30_000,
        b'{"type":"test.send","ref":1,"text":"a","number":1}}',
        b"\x00" * 100,
        b'\xef\xbb\xbf{"type":"heartbeat","ref":1}',
    ],
)
def test_what_is_no_json_object_with_a_type_is_a_bad_frame(raw: bytes) -> None:
    assert refusal(raw)[0] == "BAD_FRAME"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (send(number="1"), "number"),
        (send(number=True), "number"),
        (send(number=1.0), "number"),
        (send(number=2**63), "number"),
        (send(number=2**70), "number"),
        (send(share="NaN").replace(b'"NaN"', b"NaN"), "share"),
        (send(share=0).replace(b'"share": 0', b'"share": Infinity'), "share"),
        (send(share=0).replace(b'"share": 0', b'"share": 1e999'), "share"),
        (send(text=None), "text"),
        (send(text=SECRET * 100), "text"),
        (send(text={"$where": SECRET}), "text"),
        (send(marks="abc"), "marks"),
        (send(marks=["a"] * 11), "marks"),
        (send(marks=[SECRET, 3]), "marks"),
        (send(role="admin"), "role"),
        (send(**{SECRET: SECRET}), "?"),
        (send(**{"$where": SECRET}), "?"),
        (send(**{"a" * 41: SECRET}), "?"),
        (b'{"type":"test.send","ref":7,"number":1}', "text"),
    ],
)
def test_a_bad_field_is_named_and_its_content_is_not(raw: bytes, field: str) -> None:
    assert refusal(raw) == ("BAD_FIELD", field, 7)
    with pytest.raises(Undecodable) as caught:
        DECODER.decode(raw)
    shown = encode_error(7, caught.value.refused).decode() + repr(caught.value)
    assert SECRET not in shown
    assert "admin" not in shown


@pytest.mark.parametrize("ref", [0, -1, 2**31, 2**70, "7", True, 1.5, None, [1], {}])
def test_a_bad_ref_is_refused_and_not_echoed(ref: object) -> None:
    raw = json.dumps({"type": "heartbeat", "ref": ref}).encode()
    assert refusal(raw) == ("BAD_FIELD", "ref", None)


def test_an_unknown_type_keeps_its_ref() -> None:
    assert refusal(b'{"type":"chat.explode","ref":9}') == ("UNKNOWN_TYPE", None, 9)
    assert refusal(b'{"type":"","ref":9}') == ("UNKNOWN_TYPE", None, 9)
    assert refusal(b'{"type":["hello"],"ref":9}') == ("BAD_FRAME", None, 9)


def test_too_large_a_frame_is_not_even_looked_at() -> None:
    assert refusal(b" " * (MAX_FRAME_BYTES + 1)) == ("TOO_LARGE", None, None)
    assert DECODER.decode(b'{"type":"heartbeat","ref":1}'.ljust(MAX_FRAME_BYTES)).ref == 1


def test_of_two_equal_keys_the_last_counts_for_both_looks() -> None:
    found = DECODER.decode(b'{"type":"heartbeat","ref":1,"ref":2}')
    assert found.ref == 2
    assert refusal(b'{"type":"hello","type":"nothing","ref":1}')[0] == "UNKNOWN_TYPE"


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_command_or_a_refusal(raw: bytes) -> None:
    with pytest.raises(Undecodable):
        DECODER.decode(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["type", "ref", "text", "number", "marks", "topic", "x"]), JSON),
    st.sampled_from(["test.send", "subscribe", "resume", "replay", "hello"]),
)
def test_any_json_ends_in_a_command_or_a_refusal(fields: dict[str, Any], word: str) -> None:
    raw = json.dumps(fields | {"type": word}).encode()
    try:
        command = DECODER.decode(raw)
    except Undecodable as bad:
        assert bad.ref is None or bad.ref == fields["ref"]  # noqa: PT017 - either outcome is sound
    else:
        assert DECODER.decode(encode(command)) == command


def test_two_commands_of_one_type_are_refused_at_start() -> None:
    with pytest.raises(ValueError, match="heartbeat"):
        Decoder((*CORE_COMMANDS, CORE_COMMANDS[1]))


def test_an_error_speaks_both_languages_and_fills_its_fields() -> None:
    raw = encode_error(3, Refused(TOO_MANY_REQUESTS, retry_after_ms=1_500, s=2))
    error = Error.model_validate_json(raw)
    assert (error.ref, error.code, error.key, error.temporary) == (3, 1200, "TOO_MANY_REQUESTS", True)
    assert error.message.zh == "操作过于频繁,请2秒后再试"
    assert error.message.en == "Too fast; try again in 2 s"
    assert (error.retry_after_ms, error.params) == (1_500, {"s": 2})
    assert Error.model_validate_json(encode_error(None, Refused(BAD_FIELD))).message.en == "… is not valid"


def test_a_page_of_encoded_events_reads_as_its_model() -> None:
    events = [b'{"type":"chat.sent","topic":"chat:1","seq":%d,"at_ms":5}' % seq for seq in (3, 4)]
    snapshot = {"events": [], "text": '"events":[]'}
    page = Subscribed(
        topic="chat:1", epoch="1", head=4, recovered=False, gap=Gap(after=1, before=3), snapshot=snapshot
    )
    found = Subscribed.model_validate_json(encode_with_events(page, events))
    assert found == page.model_copy(update={"events": [json.loads(event) for event in events]})
    empty = Replayed(topic="chat:1", events=[], more=False)
    assert Replayed.model_validate_json(encode_with_events(empty, [])) == empty


def test_a_snapshot_is_put_in_as_it_is() -> None:
    page = Subscribed(topic="chat:1", epoch="1", head=4, recovered=False)
    raw = encode_with_events(page, [], TestSend(ref=1, text="好", number=2))
    found = Subscribed.model_validate_json(raw)
    assert found.snapshot == {
        "type": "test.send",
        "ref": 1,
        "text": "好",
        "number": 2,
        "share": 0.0,
        "marks": [],
    }
    assert found.model_copy(update={"snapshot": None}) == page


def test_resumed_topics_read_as_their_model() -> None:
    part = Subscribed(topic="chat:1", epoch="1", head=4, recovered=True)
    raw = encode_resumed({"chat:1": encode_with_events(part, [])}, ["chat:2", "chat:3"])
    assert Resumed.model_validate_json(raw) == Resumed(topics={"chat:1": part}, lost=["chat:2", "chat:3"])
    assert Resumed.model_validate_json(encode_resumed({}, [])) == Resumed(topics={}, lost=[])


def test_a_reply_wraps_its_result() -> None:
    assert Reply.model_validate_json(encode_reply(12, encode(Done()))) == Reply(ref=12, result={})


def test_server_frames_carry_no_spaces() -> None:
    member = "01980000-0000-7000-8000-000000000000"
    welcome = Welcome(
        ref=1, protocol=1, member=None, account=member, session=member, server_time_ms=5, heartbeat_ms=25_000
    )
    assert b" " not in encode(welcome)
