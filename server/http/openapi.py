"""OpenAPI 3.1 from the route table. May be imported by server."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from channels.protocol.base import WireModel
from server.http.problem import PROBLEM_MEDIA, Problem
from server.http.routes import API_ROOT, Gate, RouteRow

REF = "#/components/schemas/{model}"
GATES: dict[Gate, str] = {
    Gate.PUBLIC: "Open to everybody.",
    Gate.PENDING: "Needs a log-in under way.",
    Gate.MEMBER: "Needs a session that passed every required factor.",
    Gate.FRESH: "Needs every factor again within the last 10 minutes (`POST /reauth`).",
}
COOKIE = "session"
TOKEN = "token"  # noqa: S105 - the name of a scheme


def openapi(rows: Iterable[RouteRow]) -> dict[str, Any]:
    """The document; the same rows give the same document, byte for byte when dumped with sorted keys."""
    listed = sorted(rows, key=lambda row: (row.path, row.method))
    schemas, definitions = _schemas(listed)
    paths: dict[str, Any] = {}
    for row in listed:
        paths.setdefault(API_ROOT + row.path, {})[row.method.lower()] = _operation(row, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Huitang",
            "version": _version(),
            "description": "State changes need `Sec-Fetch-Site: same-origin` or an `Origin` of ours, unless a bearer "
            "token is sent. Every refusal is an RFC 9457 problem with a stable `code` and `key`.",
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                COOKIE: {"type": "apiKey", "in": "cookie", "name": "__Host-huitang"},
                TOKEN: {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _version() -> str:
    try:
        return version("huitang")
    except PackageNotFoundError:
        return "0.1.0"


def _schemas(rows: list[RouteRow]) -> tuple[dict[type[WireModel], Any], dict[str, Any]]:
    """Reference of each model, and the definitions they point to."""
    models: dict[type[WireModel], Any] = {Problem: None}
    for row in rows:
        models.update({model: None for model in (row.body, row.result) if model is not None})
    wanted: list[tuple[type[WireModel], JsonSchemaMode]] = [
        (model, "serialization" if _answers(model, rows) else "validation") for model in models
    ]
    references, document = models_json_schema(wanted, ref_template=REF)
    by_model = {model: references[(model, mode)] for model, mode in wanted}
    return by_model, dict(sorted(document.get("$defs", {}).items()))


def _answers(model: type[WireModel], rows: list[RouteRow]) -> bool:
    return model is Problem or any(row.result is model for row in rows)


def _operation(row: RouteRow, schemas: dict[type[WireModel], Any]) -> dict[str, Any]:
    summary = (row.handler.__doc__ or row.name).strip().splitlines()[0]
    needs = f" Capability: `{row.capability}`." if row.capability else ""
    operation: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.name.partition(".")[0]],
        "summary": summary,
        "description": f"{GATES[row.gate]}{needs} Rate class {row.rate.name.lower()}.",
        "security": _security(row),
        "responses": {**_success(row, schemas), "default": _failure(schemas)},
    }
    parameters = _path_parameters(row) + _query_parameters(row)
    if parameters:
        operation["parameters"] = parameters
    if row.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(schemas[row.body])}
    elif row.raw:
        anything = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": anything}}
    return operation


def _security(row: RouteRow) -> list[dict[str, list[str]]]:
    if row.gate is Gate.PUBLIC:
        return []
    return [{COOKIE: []}, {TOKEN: []}] if row.bots else [{COOKIE: []}]


def _json(schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {media: {"schema": schema}}


def _success(row: RouteRow, schemas: dict[type[WireModel], Any]) -> dict[str, Any]:
    if row.result is not None:
        return {str(row.status): {"description": "Done.", "content": _json(schemas[row.result])}}
    if row.media:
        binary = {"type": "string", "format": "binary"}
        return {"200": {"description": "Done.", "content": _json(binary, row.media)}}
    return {"204": {"description": "Done."}}


def _failure(schemas: dict[type[WireModel], Any]) -> dict[str, Any]:
    return {"description": "Refused.", "content": _json(schemas[Problem], PROBLEM_MEDIA)}


def _path_parameters(row: RouteRow) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", row.path)
    ]


def _query_parameters(row: RouteRow) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    schema = row.query.model_json_schema(ref_template=REF)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema["properties"].items()
    ]
