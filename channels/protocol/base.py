"""Base classes of everything that travels on the socket.

Rules of the wire (architecture decision D9):
* one JSON object per text frame, validated from bytes, strictly, no unknown fields from clients;
* `type` is a Literal: commands imperative (`chat.send`), events past tense (`chat.sent`);
* every integer fits 64 bits (BSON), every string and list has a bound;
* times are integer milliseconds since the epoch, UTC, in fields ending in `_at_ms` or named `at_ms`.

Imports pydantic and the standard library only. May be imported by channels, server and load_tests.
"""

from functools import cache
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 65_536  # OWASP WebSocket cheat sheet: 64 KiB or less

INT_MAX = 2**53 - 1  # largest integer that JavaScript keeps exactly; well inside BSON's int64

Seq = Annotated[int, Field(ge=0, le=INT_MAX)]
"""Position in a topic's log: 1, 2, 3 … without holes; 0 means before the first entry."""

Count = Annotated[int, Field(ge=0, le=INT_MAX)]
Millis = Annotated[int, Field(ge=0, le=INT_MAX)]
Ref = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""Client-chosen number that ties a reply to its command; unique among the commands under way on one connection."""

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A UUID in canonical lower-case form."""

TopicName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}:[0-9a-z-]{1,64}$")]
Epoch = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,32}$")]


class WireModel(BaseModel):
    """Anything on the wire: frozen, strict, no surprises.

    Fields of clients' messages that nobody declared are refused; clients ignore unknown fields of ours.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        ser_json_inf_nan="null",
        use_attribute_docstrings=True,
    )


class Command(WireModel):
    """A client asks for something. Subclasses set `type: Literal["feature.verb"]`.

    Attributes:
        type: Wire type.
        ref: Echoed in the reply or error.
    """

    type: Any
    ref: Ref


class Result(WireModel):
    """What a command answers with; becomes the `result` of a `reply` frame."""


class Done(Result):
    """The command took effect and has nothing more to say."""


class Event(WireModel):
    """Something happened in a topic. Subclasses set `type: Literal["feature.happened"]`.

    Attributes:
        type: Wire type.
        topic: Where it happened.
    """

    durable: ClassVar[bool] = True
    type: Any
    topic: TopicName


class LogEvent(Event):
    """An event that stands in the topic's log and can be resumed by its number.

    Attributes:
        seq: 1, 2, 3 … without holes in the topic.
        at_ms: Server time of the commit.
    """

    seq: Seq
    at_ms: Millis


class LiveEvent(Event):
    """An event for those who are here now (presence, typing): never stored, never resumed, may be lost.

    Attributes:
        apart_ms: Equal events of one sender that come sooner after each other are told once; 0 tells every one.
        latest_ms: Of events of this type in one topic only the newest of so many milliseconds is told by a process, and
            the last one always; 0 tells every one.
    """

    durable: ClassVar[bool] = False
    apart_ms: ClassVar[int] = 0
    latest_ms: ClassVar[int] = 0


@cache
def wire_type(model: type[WireModel]) -> str:
    """The Literal of a message class, e.g. `chat.send`.

    Raises:
        TypeError: The class declares no single Literal `type`.
    """
    field = model.model_fields.get("type")
    words: tuple[object, ...] = get_args(field.annotation) if field is not None else ()
    if len(words) != 1 or not isinstance(words[0], str):
        raise TypeError(f"{model.__name__} must declare type: Literal['area.word']")
    return words[0]
