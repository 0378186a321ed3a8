"""The tables of the house agree with each other: errors, commands, events, routes, capabilities, words."""

import importlib
import re
import string
from pathlib import Path

import pytest

from channels.branch.roles import CAPABILITIES, ROLES, SYSTEM_CAPABILITIES
from channels.protocol.base import WireModel, wire_type
from channels.protocol.close_codes import CLOSE_ROWS
from channels.protocol.errors import ErrorRow
from server.http.table import ROUTES
from server.schema.files import stale, take_inventory
from tests.architecture.graph import modules_of

ROOT = Path(__file__).resolve().parents[2]
INVENTORY = take_inventory()
SHOUTING = re.compile(r"[!\uff01]")


def declared_errors() -> dict[int, ErrorRow]:
    """Every error row that any module declares, by identity."""
    found: dict[int, ErrorRow] = {}
    for name, path in modules_of(ROOT).items():
        if "ErrorRow(" in path.read_text():
            module = importlib.import_module(name)
            found |= {id(value): value for value in vars(module).values() if isinstance(value, ErrorRow)}
    return found


def fields_of(text: str) -> set[str]:
    """Names of the fields in a text; `way_zh` and `way_en` are one field in two languages."""
    named = (name for _, name, _, _ in string.Formatter().parse(text) if name)
    return {name.removesuffix("_zh").removesuffix("_en") for name in named}


def class_name(wire: str) -> str:
    """`chat.mark_read` -> ChatMarkRead."""
    return "".join(part.capitalize() for part in re.split(r"[._]", wire))


def test_error_numbers_and_keys_are_used_once() -> None:
    rows = list(declared_errors().values())
    assert len({row.code for row in rows}) == len(rows)
    assert len({row.key for row in rows}) == len(rows)


def test_every_declared_error_is_documented() -> None:
    listed = {row.code for row in INVENTORY.errors}
    assert [row.key for row in declared_errors().values() if row.code not in listed] == []


@pytest.mark.parametrize("row", INVENTORY.errors, ids=lambda row: row.key)
def test_error_texts(row: ErrorRow) -> None:
    assert fields_of(row.zh) == fields_of(row.en)
    assert re.search(r"[\u4e00-\u9fff]", row.zh)
    assert not re.search(r"[\u4e00-\u9fff]", row.en)
    assert not SHOUTING.search(row.zh + row.en)
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", row.key)


def test_close_codes_are_used_once() -> None:
    assert len({row.code for row in CLOSE_ROWS}) == len(CLOSE_ROWS) == len({row.key for row in CLOSE_ROWS})


@pytest.mark.parametrize("name", INVENTORY.registry.commands)
def test_commands_are_called_like_their_type(name: str) -> None:
    assert INVENTORY.commands[name].__name__ == class_name(name)


@pytest.mark.parametrize("name", INVENTORY.registry.events)
def test_events_are_called_like_their_type(name: str) -> None:
    core = {"Unreadable"}
    assert INVENTORY.registry.events[name].__name__ in {class_name(name), f"{class_name(name)}Event", *core}


def test_every_message_says_what_it_is() -> None:
    models: list[type[WireModel]] = [*INVENTORY.commands.values(), *INVENTORY.outgoing()]
    for part in INVENTORY.http_models():
        models += part
    assert [model.__name__ for model in models if not (model.__doc__ or "").strip()] == []


def test_every_capability_asked_for_is_known_and_held_by_a_role() -> None:
    asked = {row.capability for row in INVENTORY.registry.commands.values() if row.capability}
    asked |= {row.capability for row in ROUTES if row.capability}
    assert asked - CAPABILITIES.keys() - SYSTEM_CAPABILITIES.keys() == set()
    given = {word for role in ROLES.values() for word in role.capabilities}
    assert CAPABILITIES.keys() - given == set()
    assert given - CAPABILITIES.keys() == set()


def test_capabilities_of_features_are_the_same_words() -> None:
    assert INVENTORY.registry.capabilities.keys() - CAPABILITIES.keys() == set()


def test_routes_are_named_once() -> None:
    names = [row.name for row in ROUTES]
    assert len(set(names)) == len(names)
    assert len({(row.method, re.sub(r"\{\w+\}", "{}", row.path)) for row in ROUTES}) == len(ROUTES)
    assert not {wire_type(model) for model in INVENTORY.commands.values()} & set(names)


def test_what_is_generated_is_current() -> None:
    assert stale(ROOT) == []
