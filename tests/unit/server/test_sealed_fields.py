"""Every value that is sealed anywhere is on the list that key rotation works from: found in the source, not remembered."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.branch.fields import PERSONAL
from channels.branch.records import field_label
from channels.catalog import FEATURES
from channels.core.registry import Registry
from server.ground import all_sealed

ROOT = Path(__file__).resolve().parents[3]
FLOORS = ("server", "channels", "presence", "moderation")
SHORT_LIVED = {"meeting_claims.claim": "a claim lives five minutes, in the browser, and is never stored"}
COMPUTED = {"channels.branch.records": tuple(field_label(field) for field in PERSONAL)}
"""Modules whose label is not a constant: its values."""

LABELS = frozenset(field.label for field in all_sealed(Registry(FEATURES)))


def labels_in(source: str, module: str) -> Iterator[str]:
    """Labels that a module seals with."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "encrypt"
        ):
            label = next((word.value for word in node.keywords if word.arg == "field"), None)
            if isinstance(label, ast.Name):
                yield str(getattr(importlib.import_module(module), label.id))
            elif isinstance(label, ast.Constant):
                yield str(label.value)
            else:
                yield from COMPUTED[module]


def modules() -> list[str]:
    paths = [
        path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if ".encrypt(" in path.read_text()
    ]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths)


def test_the_search_finds_what_seals() -> None:
    assert {"server.accounts.hashing", "channels.branch.records", "channels.meeting.leave.asking"} <= set(
        modules()
    )
    assert list(labels_in("cipher.encrypt(x, field='planted.field', record=y)", "server")) == [
        "planted.field"
    ]


@pytest.mark.parametrize("module", modules())
def test_what_a_module_seals_is_rotated(module: str) -> None:
    source = (ROOT / (module.replace(".", "/") + ".py")).read_text()
    found = set(labels_in(source, module))
    assert found
    assert found - SHORT_LIVED.keys() <= LABELS
