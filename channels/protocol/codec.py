"""Bytes to commands and models to bytes. The only place where JSON of the socket is read or written.

Decoding starts from bytes, never from `json.loads`: NaN, lone surrogates and integers beyond 64 bits do not get past the
strict models (reliability.md 3.3). One small look finds `type` and `ref`, then the one model of that type validates: no
giant union. Errors name the field, never its content. Encoding happens once per frame, whoever receives it.

Imports pydantic only. Imported by channels, server and load_tests.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from channels.protocol.base import INT_MAX, MAX_FRAME_BYTES, Command, WireModel, wire_type
from channels.protocol.errors import BAD_FIELD, BAD_FRAME, TOO_LARGE, UNKNOWN_TYPE, Refused
from channels.protocol.frames import Error, Message

REF_MAX = 2**31 - 1
_FIELD_NAME = re.compile(r"[a-z_]{1,40}")
_NO_JSON_OBJECT = frozenset({"json_invalid", "model_type", "model_attributes_type", "dict_type"})


class Undecodable(Exception):
    """A frame that is no command.

    Attributes:
        refused: BAD_FRAME, UNKNOWN_TYPE, BAD_FIELD or TOO_LARGE.
        ref: The client's `ref` when it could be read, so that the answer finds its command.
    """

    def __init__(self, refused: Refused, ref: int | None = None) -> None:
        super().__init__(refused.row.key)
        self.refused = refused
        self.ref = ref


class _Label(BaseModel):
    """What is looked at before the model is known; everything else is ignored here."""

    model_config = ConfigDict(extra="ignore")
    type: Any = None
    ref: Any = None


_LABEL = TypeAdapter(_Label)


class Decoder:
    """Reads clients' frames.

    Args:
        models: Every command that may come; wire types must differ.

    Raises:
        ValueError: Two models share a wire type.
    """

    def __init__(self, models: Iterable[type[Command]]) -> None:
        self._adapters: dict[str, tuple[type[Command], TypeAdapter[Command]]] = {}
        for model in models:
            name = wire_type(model)
            if name in self._adapters:
                raise ValueError(f"two commands are called {name}")
            self._adapters[name] = (model, TypeAdapter(model))

    def decode(self, raw: bytes) -> Command:
        """The command a text frame holds.

        Args:
            raw: Payload of one text message, UTF-8 JSON, at most MAX_FRAME_BYTES.

        Raises:
            Undecodable: With the refusal to send back.
        """
        if len(raw) > MAX_FRAME_BYTES:
            raise Undecodable(Refused(TOO_LARGE))
        try:
            label = _LABEL.validate_json(raw)
        except ValidationError:
            raise Undecodable(Refused(BAD_FRAME)) from None
        ref = label.ref if type(label.ref) is int and 1 <= label.ref <= REF_MAX else None
        found = self._adapters.get(label.type) if isinstance(label.type, str) else None
        if found is None:
            row = UNKNOWN_TYPE if isinstance(label.type, str) else BAD_FRAME
            raise Undecodable(Refused(row), ref)
        model, adapter = found
        try:
            return adapter.validate_json(raw)
        except ValidationError as error:
            raise Undecodable(_refusal(error, model), ref) from None


def _refusal(error: ValidationError, model: type[Command]) -> Refused:
    """The refusal for the first fault; never repeats what the client wrote, except the name of a field."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if fault["type"] in _NO_JSON_OBJECT and not fault["loc"]:
        return Refused(BAD_FRAME)
    name = str(fault["loc"][0]) if fault["loc"] else "?"
    if name not in model.model_fields and not _FIELD_NAME.fullmatch(name):
        name = "?"
    return Refused(BAD_FIELD, field=name)


def encode(model: WireModel) -> bytes:
    """JSON of a model as UTF-8 bytes, without spaces."""
    return model.__pydantic_serializer__.to_json(model)


def encode_reply(ref: int, result: bytes) -> bytes:
    """A `reply` frame around a result that is JSON already."""
    return b'{"type":"reply","ref":%d,"result":%b}' % (ref, result)


def encode_error(ref: int | None, refused: Refused) -> bytes:
    """An `error` frame in both languages."""
    row = refused.row
    return encode(
        Error(
            ref=ref,
            code=row.code,
            key=row.key,
            message=Message(zh=_fill(row.zh, refused.params), en=_fill(row.en, refused.params)),
            temporary=row.temporary,
            retry_after_ms=refused.retry_after_ms,
            params={key: _bounded(value) for key, value in refused.params.items()},
        )
    )


def encode_with_events(
    result: WireModel, events: Sequence[bytes], snapshot: WireModel | None = None
) -> bytes:
    """JSON of `Subscribed` or `Replayed` whose events and snapshot take the place of the model's.

    Args:
        result: Everything else.
        events: JSON of events; each entry is encoded once per process, whoever asks for it.
        snapshot: The feature's state; None leaves the model's own.
    """
    if snapshot is None:
        rest = result.__pydantic_serializer__.to_json(result, exclude={"events"})
        return b'{"events":[' + b",".join(events) + b"]," + rest[1:]
    rest = result.__pydantic_serializer__.to_json(result, exclude={"events", "snapshot"})
    return b'{"snapshot":' + encode(snapshot) + b',"events":[' + b",".join(events) + b"]," + rest[1:]


def encode_resumed(topics: Mapping[str, bytes], lost: Sequence[str]) -> bytes:
    """JSON of `Resumed` whose parts are encoded already; topic names are plain ASCII by their pattern."""
    parts = b",".join(b'"%b":%b' % (name.encode(), part) for name, part in topics.items())
    gone = b",".join(b'"%b"' % name.encode() for name in lost)
    return b'{"topics":{' + parts + b'},"lost":[' + gone + b"]}"


def _fill(text: str, params: Mapping[str, str | int]) -> str:
    """The text with its fields filled; a field without a value shows as an ellipsis instead of failing."""
    return text.format_map(_Filled(params))


class _Filled(dict[str, "str | int"]):
    """Values for a text; missing ones read `…`."""

    def __missing__(self, key: str) -> str:
        return "…"


def _bounded(value: str | int) -> str | int:
    return max(-INT_MAX, min(INT_MAX, value)) if isinstance(value, int) else value
