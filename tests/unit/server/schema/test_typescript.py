"""TypeScript types say what pydantic says, no more and no less."""

from typing import Any, Literal

import pytest
from pydantic import Field

from channels.protocol.base import Id, Seq, WireModel
from server.schema.inventory import definitions
from server.schema.typescript import REF, declaration, type_of


class Leaf(WireModel):
    """A leaf: */ with a trap in its words."""

    kind: Literal["a", "b"]


class Tree(WireModel):
    """A tree.

    Attributes:
        leaves: Not repeated here.
    """

    type: Literal["tree"] = "tree"
    leaves: list[Leaf] = Field(default_factory=list)
    by_name: dict[Id, Leaf] = Field(default_factory=dict)
    parent: Seq | None = None
    """Where it hangs."""


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "(string | null)[]"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "Record<string, boolean>"),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]}, "[string, number]"),
        ({"enum": ["x", 1]}, '"x" | 1'),
        ({"$ref": "Error"}, "ErrorFrame"),
        ({}, "unknown"),
    ],
)
def test_nodes(node: dict[str, Any], expected: str) -> None:
    assert type_of(node) == expected


def test_what_we_read_may_leave_defaults_out() -> None:
    tree = definitions([Tree], [], REF)["Tree"]
    assert declaration("Tree", tree) == (
        "/** A tree. */\n"
        "export interface Tree {\n"
        '  type: "tree";\n'
        "  leaves?: Leaf[];\n"
        "  by_name?: Record<string, Leaf>;\n"
        "  /** Where it hangs. */\n"
        "  parent?: number | null;\n"
        "}\n"
    )


def test_what_we_write_is_complete() -> None:
    tree = definitions([], [Tree], REF)["Tree"]
    assert "?:" not in declaration("Tree", tree)


def test_a_comment_cannot_end_early() -> None:
    leaf = definitions([], [Leaf], REF)["Leaf"]
    assert declaration("Leaf", leaf).startswith("/** A leaf: * / with a trap in its words. */\n")
