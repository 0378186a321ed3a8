"""Everything that travels, in one value: the source of all generated files. May be imported by server.

Clients' messages are described as they are validated (a field with a default may be left out), ours as they are written
(every field is there).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema
from typing_extensions import override

from channels.core.registry import CORE_EVENTS, Registry
from channels.protocol.base import Command, Done, Event, Result, WireModel, wire_type
from channels.protocol.errors import ErrorRow
from channels.protocol.frames import (
    CORE_COMMANDS,
    Beat,
    Error,
    Heartbeat,
    Hello,
    Replay,
    Replayed,
    Reply,
    Resume,
    Resumed,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Welcome,
)
from channels.protocol.pushes import PUSHES
from server.http.routes import RouteRow

CORE_RESULTS: dict[type[Command], type[WireModel]] = {
    Hello: Welcome,
    Heartbeat: Beat,
    Subscribe: Subscribed,
    Resume: Resumed,
    Replay: Replayed,
    Unsubscribe: Done,
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the installation speaks.

    Attributes:
        registry: Features.
        routes: HTTP.
        errors: Every error row, sorted by number.
    """

    registry: Registry
    routes: tuple[RouteRow, ...]
    errors: tuple[ErrorRow, ...]

    @property
    def commands(self) -> dict[str, type[Command]]:
        """Wire type -> model, the core's first, then by name."""
        features = {wire_type(row.model): row.model for row in self.registry.commands.values()}
        return {wire_type(model): model for model in CORE_COMMANDS} | dict(sorted(features.items()))

    @property
    def results(self) -> dict[str, type[WireModel]]:
        """Wire type of a command -> what answers it."""
        answers: dict[str, type[WireModel]] = {
            wire_type(model): answer for model, answer in CORE_RESULTS.items()
        }
        for row in self.registry.commands.values():
            answers[wire_type(row.model)] = row.result
        return {name: answers[name] for name in self.commands}

    @property
    def events(self) -> dict[str, type[Event]]:
        """Wire type -> event class, the core's first, then by name."""
        core = {wire_type(event): event for event in CORE_EVENTS}
        return core | {
            name: event for name, event in sorted(self.registry.events.items()) if name not in core
        }

    @property
    def pushes(self) -> tuple[type[WireModel], ...]:
        """Frames that answer nothing and are no events."""
        return tuple(model for model in PUSHES if wire_type(model) not in self.events)

    @property
    def snapshots(self) -> dict[str, type[WireModel]]:
        """Topic kind -> what a fresh client starts from."""
        return {kind: row.snapshot_model for kind, row in sorted(self.registry.topics.items())}

    def outgoing(self) -> list[type[WireModel]]:
        """Models we write, HTTP left out."""
        frames: list[type[WireModel]] = [Welcome, Reply, Error, *self.pushes]
        return unique([*frames, *self.results.values(), *self.events.values(), *self.snapshots.values()])

    def http_models(self) -> tuple[list[type[WireModel]], list[type[WireModel]]]:
        """Models of HTTP: what we read (bodies, queries), and what we write."""
        read = [model for row in self.routes for model in (row.body, row.query) if model is not None]
        return unique(read), unique(row.result for row in self.routes if row.result is not None)


def unique(models: Iterable[type[WireModel]]) -> list[type[WireModel]]:
    """Each model once, in order of first mention."""
    return list(dict.fromkeys(models))


class Written(GenerateJsonSchema):
    """JSON Schema of what we write: every field is there, default or not. Field titles only repeat the name: left out."""

    @override
    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        """True for all fields of what we write."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    @override
    def field_title_should_be_set(
        self, schema: core_schema.CoreSchema | core_schema.ModelField | Any
    ) -> bool:
        """Never."""
        return False


def definitions(
    read: Iterable[type[WireModel]], written: Iterable[type[WireModel]], ref: str
) -> dict[str, Any]:
    """JSON Schema of the models by name, with all they refer to, sorted.

    Args:
        read: Described as validated.
        written: Described as serialised.
        ref: Template of references, e.g. `#/$defs/{model}`.
    """
    wanted: list[tuple[type[WireModel], JsonSchemaMode]] = [(model, "validation") for model in unique(read)]
    wanted += [(model, "serialization") for model in unique(written)]
    _, document = models_json_schema(wanted, ref_template=ref, schema_generator=Written)
    found: dict[str, Any] = dict(sorted(document.get("$defs", {}).items()))
    for schema in found.values():
        _demand_type(schema)
    return found


def _demand_type(schema: dict[str, Any]) -> None:
    """A frame without its `type` is no frame, although the model has a default for it."""
    if "const" in schema.get("properties", {}).get("type", {}):
        schema["required"] = sorted(
            {*schema.get("required", ()), "type"}, key=list(schema["properties"]).index
        )


def is_result(model: type[WireModel]) -> bool:
    """True for models that answer a command inside a `reply` frame (`welcome` is a frame of its own)."""
    return issubclass(model, Result)
