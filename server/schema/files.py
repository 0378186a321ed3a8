"""Which files are generated, and whether they are current. May be imported by server."""

import json
from pathlib import Path
from typing import Any

from channels.catalog import FEATURES
from channels.core.registry import Registry
from channels.protocol.errors import CORE_ERRORS, ErrorRow
from server.accounts.errors import ACCOUNT_ERRORS
from server.files.errors import FILE_ERRORS
from server.http.errors import HTTP_ERRORS
from server.http.openapi import openapi
from server.http.table import ROUTES
from server.schema.documents import asyncapi, json_schema
from server.schema.inventory import Inventory
from server.schema.metrics_page import metrics_page
from server.schema.pages import errors_page, protocol_page, with_settings
from server.schema.typescript import typescript

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = "docs/operations.md"


def take_inventory() -> Inventory:
    """Everything this installation speaks.

    Raises:
        Misregistered: A name or number is used twice.
    """
    registry = Registry(FEATURES)
    return Inventory(registry, ROUTES, all_errors(registry))


def all_errors(registry: Registry) -> tuple[ErrorRow, ...]:
    """Every error row by number: the core's, the features', and those that only HTTP and accounts know."""
    rows = {
        row.code: row
        for row in (*CORE_ERRORS, *registry.errors.values(), *HTTP_ERRORS, *ACCOUNT_ERRORS, *FILE_ERRORS)
    }
    return tuple(rows[code] for code in sorted(rows))


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def generated(root: Path = ROOT) -> dict[str, str]:
    """Path below `root` -> what the file must hold."""
    inventory = take_inventory()
    return {
        "docs/schema/protocol.json": _dump(json_schema(inventory)),
        "docs/asyncapi.json": _dump(asyncapi(inventory)),
        "docs/openapi.json": _dump(openapi(ROUTES)),
        "docs/protocol.md": protocol_page(inventory),
        "docs/errors.md": errors_page(inventory),
        "docs/metrics.md": metrics_page(),
        OPERATIONS: with_settings((root / OPERATIONS).read_text()),
        "web_client/src/protocol/generated.ts": typescript(inventory),
    }


def stale(root: Path = ROOT) -> list[str]:
    """Files that are missing or differ from what the models say."""
    wanted = generated(root)
    return [
        name
        for name, text in wanted.items()
        if not (root / name).is_file() or (root / name).read_text() != text
    ]


def write(root: Path = ROOT) -> list[str]:
    """Write what is missing or different; returns the paths written."""
    wanted = generated(root)
    late = stale(root)
    for name in late:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(wanted[name])
    return late
