"""Small by budget (CONTRIBUTING.md): no module, function or test file outgrows what one person can hold in mind."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.graph import PACKAGES, modules_of

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES = 500
MODULE_LINES_AIM = 300
FUNCTION_LINES = 60
FUNCTION_LINES_AIM = 30
TEST_LINES = 600
COMPONENT_LINES = 200
SCRIPT_LINES = 300
LONG_SHARE = 0.05  # the admired small libraries keep under 5 % above the aim

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, int]]:
    """(place, lines without the docstring) of every function of ours."""
    for name, path in modules_of(ROOT).items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield f"{name}:{node.lineno} {node.name}", _lines(node)


def _lines(node: Function) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def lines_of(path: Path) -> int:
    """Number of lines of a file."""
    return len(path.read_text().splitlines())


def test_no_module_is_over_the_limit() -> None:
    assert [name for name, path in modules_of(ROOT).items() if lines_of(path) > MODULE_LINES] == []


def test_few_modules_are_over_the_aim() -> None:
    over = [name for name, path in modules_of(ROOT).items() if lines_of(path) > MODULE_LINES_AIM]
    assert len(over) <= LONG_SHARE * len(modules_of(ROOT)), over


def test_no_function_is_over_the_limit() -> None:
    assert [place for place, lines in functions() if lines > FUNCTION_LINES] == []


def test_few_functions_are_over_the_aim() -> None:
    every = list(functions())
    over = [place for place, lines in every if lines > FUNCTION_LINES_AIM]
    assert len(over) <= LONG_SHARE * len(every), over


def test_no_test_file_is_over_the_limit() -> None:
    assert [path.name for path in (ROOT / "tests").rglob("*.py") if lines_of(path) > TEST_LINES] == []


def test_no_component_or_module_of_the_client_is_over_the_limit() -> None:
    limits = {".vue": COMPONENT_LINES, ".ts": SCRIPT_LINES}
    files = [path for path in (ROOT / "web_client/src").rglob("*") if path.suffix in limits]
    assert len(files) > 100
    over = [
        path.name for path in files if path.name != "generated.ts" and lines_of(path) > limits[path.suffix]
    ]
    assert over == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name for name, path in modules_of(ROOT).items() if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
    assert set(PACKAGES) <= {name.partition(".")[0] for name in modules_of(ROOT)}
