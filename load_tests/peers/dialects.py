"""What the generator says to a server: how a connection opens, how one publishes, how a delivered message begins. Pure.

Plain servers echo what one sends. They get what a real frame of ours looks like, so that all servers carry equal bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

SENT = b'{"type":"chat.sent"'
PLAIN, OURS, SOCKETIO = "plain", "huitang", "socketio"


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way of talking.

    Attributes:
        path: Of the handshake.
        mark: How the frame of a delivered message begins.
        greets: The server speaks first.
        opening: Sent one after the other; each waits for one frame that is no message.
        answers: Frame that must be answered -> with what.
        beat: Sent every 20 s, when there is one.
    """

    path: str
    mark: bytes
    greets: bool = False
    opening: tuple[bytes, ...] = ()
    answers: Mapping[bytes, bytes] = field(default_factory=dict)
    beat: bytes = b""


def dialect(name: str, opening: tuple[bytes, ...] = ()) -> Dialect:
    """By name; `opening` is for ours, where it names topics."""
    if name == SOCKETIO:
        path = "/socket.io/?EIO=4&transport=websocket"
        return Dialect(path, b'42["said"', greets=True, opening=(b"40",), answers={b"2": b"3"})
    if name == OURS:
        beat = orjson.dumps({"type": "heartbeat", "ref": 9})
        return Dialect("/ws", SENT, opening=opening, beat=beat)
    return Dialect("/", SENT)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes messages.

    Attributes:
        name: Of the dialect.
        template: A frame of ours as it is delivered; its text is replaced.
        room: Where ours are sent to.
    """

    name: str
    template: Mapping[str, Any]
    room: str = ""

    def message(self, text: str, cid: str, number: int) -> bytes:
        """What is sent for one message."""
        if self.name == OURS:
            return orjson.dumps(
                {"type": "chat.send", "ref": 10 + number, "room": self.room, "cid": cid, "text": text}
            )
        frame = orjson.dumps({**self.template, "text": text})
        return b'42["say",' + frame + b"]" if self.name == SOCKETIO else frame
