"""Log lines say what happened in fixed words, with values that are known to be harmless: read from the sources.

`server/telemetry.py` masks what looks personal in every line; this is the other guard: nobody hands content to a line at all.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.graph import modules_of
from tests.architecture.test_sizes import ROOT

LOGGERS = frozenset({"log", "logger", "_logger"})
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})

FIELDS = frozenset(
    {
        "at", "channel", "child", "command", "error", "exc_info", "exit_code", "fault", "fields", "members", "method",
        "pause_s", "place", "removed", "route", "seq", "status", "task", "took_ms", "topic", "worker",
    }
)  # fmt: skip
"""Names of values in log lines. A new one is put here by somebody who thought about what it can hold."""

CONTENT = frozenset(
    {
        "account", "address", "answer", "body", "call", "command", "cookie", "document", "entry", "event", "frame", "headers",
        "item", "items", "line", "lines", "member", "message", "note", "path", "payload", "person", "raw", "request",
        "secret", "text", "token", "url", "value",
    }
)  # fmt: skip
"""Variables that hold what people wrote or who they are; a line may have a plain field of one (`entry.topic`), never all of it."""

SPOKEN = frozenset({"str", "repr", "format", "decode", "dumps", "vars", "dict"})
ALLOWED = frozenset({"storage.keyring: str(fault)"})
"""The text of a NotReady is ours: which file, and what to do."""


def log_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call of a logger."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if name in LOGGERS:
                yield node


def faults_of(module: str, tree: ast.Module) -> list[str]:
    """What is wrong with the log lines of a module."""
    found = []
    for call in log_calls(tree):
        first, *rest = call.args or [ast.Constant(None)]
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            found.append(f"{module}:{call.lineno} the line is no fixed text")
        found += [
            f"{module}:{call.lineno} {keyword.arg} is not among the known fields"
            for keyword in call.keywords
            if keyword.arg not in FIELDS
        ]
        values = [*rest, *(keyword.value for keyword in call.keywords if keyword.arg != "exc_info")]
        found += [f"{module}:{call.lineno} {why}" for value in values for why in objections(module, value)]
    return found


def objections(module: str, value: ast.expr) -> Iterator[str]:
    """Why a value does not belong into a line."""
    said = ast.unparse(value)
    if f"{module}: {said}" in ALLOWED:
        return
    if isinstance(value, ast.Name) and value.id in CONTENT:
        yield f"{said} may hold content"
    for node in ast.walk(value):
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            yield f"{said} puts a text together"
        elif isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in SPOKEN:
                yield f"{said} quotes a value"


def test_log_lines_carry_no_content() -> None:
    modules = {name: ast.parse(path.read_text()) for name, path in modules_of(ROOT).items()}
    own = {name: tree for name, tree in modules.items() if not name.startswith("load_tests")}
    assert sum(len(list(log_calls(tree))) for tree in own.values()) > 20
    assert [fault for name, tree in own.items() for fault in faults_of(name, tree)] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('log.info(f"sent {text}")', "the line is no fixed text"),
        ("log.info(text)", "the line is no fixed text"),
        ('log.warning("sent", text=text)', "text is not among the known fields"),
        ('log.error("failed", fault=str(error))', "quotes a value"),
        ('log.error("failed", fault=repr(error))', "quotes a value"),
        ('log.error("failed", at=f"{room}/{text}")', "puts a text together"),
        ('logger.error("failed: %s", message)', "may hold content"),
        ('self._logger.error("failed", command=command)', "may hold content"),
        ('log.error("failed", task="x" + y)', "puts a text together"),
    ],
)
def test_a_planted_line_is_caught(line: str, why: str) -> None:
    found = faults_of("planted", ast.parse(line))
    assert found, line
    assert any(why in fault for fault in found), found


def test_lines_as_they_should_be_pass() -> None:
    good = 'log.error("command failed", command=what, fault=type(error).__name__, at=place_of(error), exc_info=error)'
    assert faults_of("planted", ast.parse(good)) == []
