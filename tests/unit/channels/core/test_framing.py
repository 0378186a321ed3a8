"""The frame around a text message, judged by the websockets library's parser."""

import random
import zlib

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from channels.core.framing import PACK_WINDOW_BITS, TAIL, packed_frame, payload_of, text_frame


@pytest.mark.parametrize("size_bytes", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_client_reads_the_frame(size_bytes: int) -> None:
    payload = b"x" * size_bytes
    frame = text_frame(payload)
    client = ClientProtocol(parse_uri("ws://x"), state=State.OPEN, max_size=None)
    client.receive_data(frame + text_frame(b"next"))
    events = client.events_received()
    assert [(e.opcode, bytes(e.data), e.fin) for e in events if isinstance(e, Frame)] == [
        (Opcode.TEXT, payload, True),
        (Opcode.TEXT, b"next", True),
    ]
    assert payload_of(frame) == payload


def test_a_packed_frame_unpacks_to_the_same_message() -> None:
    payload = ("请全体同志准时参加。" * 100).encode()
    packed = packed_frame(text_frame(payload))
    assert packed[0] == 0xC1
    assert len(packed) < len(payload) // 5
    assert zlib.decompressobj(-PACK_WINDOW_BITS).decompress(payload_of(packed) + TAIL) == payload


def test_what_does_not_shrink_stays_as_it_is() -> None:
    frame = text_frame(random.Random(1).randbytes(2_000))
    assert packed_frame(frame) is frame
