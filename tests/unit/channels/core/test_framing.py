"""The frame around a text message, judged by the websockets library's parser."""

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from channels.core.framing import payload_of, text_frame


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
