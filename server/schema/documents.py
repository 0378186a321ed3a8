"""JSON Schema and AsyncAPI 3 of the socket. May be imported by server."""

from collections.abc import Iterable
from typing import Any

from channels.protocol.base import PROTOCOL_VERSION, WireModel, wire_type
from channels.protocol.frames import Error, Reply, Welcome
from server.schema.inventory import Inventory, definitions, is_result

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFS = "#/$defs/{model}"
SCHEMAS = "#/components/schemas/{model}"
MESSAGES = "#/components/messages/"
CHANNEL = "#/channels/socket"


def json_schema(inventory: Inventory) -> dict[str, Any]:
    """One document: what a client may send, what it may receive, what answers which command."""
    outgoing: list[type[WireModel]] = [Welcome, Reply, Error, *inventory.pushes, *inventory.events.values()]
    return {
        "$schema": DIALECT,
        "$id": f"urn:huitang:protocol:{PROTOCOL_VERSION}",
        "title": "Huitang socket protocol",
        "oneOf": [{"$ref": "#/$defs/ClientFrame"}, {"$ref": "#/$defs/ServerFrame"}],
        "results": {
            name: {"$ref": DEFS.format(model=model.__name__)} for name, model in inventory.results.items()
        },
        "snapshots": {
            kind: {"$ref": DEFS.format(model=model.__name__)} for kind, model in inventory.snapshots.items()
        },
        "$defs": {
            "ClientFrame": {"oneOf": _references(inventory.commands.values())},
            "ServerFrame": {"oneOf": _references(outgoing)},
            **definitions(inventory.commands.values(), inventory.outgoing(), DEFS),
        },
    }


def _references(models: Iterable[type[WireModel]]) -> list[dict[str, str]]:
    return [{"$ref": DEFS.format(model=model.__name__)} for model in models]


def asyncapi(inventory: Inventory) -> dict[str, Any]:
    """AsyncAPI 3.0: one channel, one operation per command with its reply, one for all we send unasked."""
    pushes = {wire_type(model): model for model in inventory.pushes}
    sent: dict[str, type[WireModel]] = {**pushes, **inventory.events}
    models: dict[str, type[WireModel]] = {
        **inventory.commands,
        "welcome": Welcome,
        "reply": Reply,
        "error": Error,
        **sent,
    }
    messages = {
        name: {
            "name": name,
            "title": model.__name__,
            "payload": {"$ref": SCHEMAS.format(model=model.__name__)},
        }
        for name, model in models.items()
    }
    for name, model in inventory.results.items():
        if is_result(model):
            messages[f"reply.{name}"] = _reply_message(name, model.__name__)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Huitang socket protocol",
            "version": str(PROTOCOL_VERSION),
            "description": "JSON text frames. The first command is `hello`; every command is answered by one `reply` or "
            "`error` with its `ref`. See docs/protocol.md.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/ws",
                "messages": {_id(name): {"$ref": MESSAGES + _id(name)} for name in messages},
            }
        },
        "operations": _operations(inventory, list(sent)),
        "components": {
            "messages": {_id(name): message for name, message in messages.items()},
            "schemas": definitions(inventory.commands.values(), inventory.outgoing(), SCHEMAS),
        },
    }


def _reply_message(name: str, model: str) -> dict[str, Any]:
    return {
        "name": f"reply.{name}",
        "title": f"Reply to {name}",
        "payload": {
            "allOf": [
                {"$ref": SCHEMAS.format(model="Reply")},
                {"type": "object", "properties": {"result": {"$ref": SCHEMAS.format(model=model)}}},
            ]
        },
    }


def _id(name: str) -> str:
    return name.replace(".", "-")


def _operations(inventory: Inventory, sent: list[str]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for name, answer in inventory.results.items():
        reply = f"reply.{name}" if is_result(answer) else "welcome"
        operations[_id(name)] = {
            "action": "receive",
            "channel": {"$ref": CHANNEL},
            "summary": _first_line(inventory.commands[name].__doc__),
            "messages": [{"$ref": f"{CHANNEL}/messages/{_id(name)}"}],
            "reply": {
                "channel": {"$ref": CHANNEL},
                "messages": [{"$ref": f"{CHANNEL}/messages/{_id(word)}"} for word in (reply, "error")],
            },
        }
    operations["push"] = {
        "action": "send",
        "channel": {"$ref": CHANNEL},
        "summary": "Events and notices that nobody asked for.",
        "messages": [{"$ref": f"{CHANNEL}/messages/{_id(name)}"} for name in sent],
    }
    return operations


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
