"""Words that say nothing are not used as names, and no tracked file names a package registry."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.graph import modules_of

ROOT = Path(__file__).resolve().parents[2]
EMPTY_WORDS = frozenset(
    {"manager", "helper", "helpers", "util", "utils", "misc", "common", "data", "info", "process"}
)
GIVEN_NAMES = frozenset(
    {"data_received", "data_to_send", "process_request"}
)  # asyncio's and websockets' own names
REGISTRIES = tuple(
    f"{name}.{top}"
    for name, top in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("npmmirror", "com"),
        ("tuna.tsinghua", "edu"),
        ("registry.yarnpkg", "com"),
    )
)


def names_in(path: Path) -> Iterator[tuple[str, int]]:
    """(name, line) of every class and function defined in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno


def words(name: str) -> list[str]:
    """`HTTPRoute_table` -> http, route, table."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def tracked() -> list[Path]:
    """Files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_module_has_an_empty_name() -> None:
    assert [name for name in modules_of(ROOT) if EMPTY_WORDS & set(words(name.rpartition(".")[2]))] == []


def test_no_class_or_function_has_an_empty_name() -> None:
    found = [
        f"{module}:{line} {name}"
        for module, path in modules_of(ROOT).items()
        for name, line in names_in(path)
        if name not in GIVEN_NAMES and EMPTY_WORDS & set(words(name))
    ]
    assert found == []


def test_no_tracked_file_names_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked()
        if path.suffix not in {".png", ".ico", ".xlsx", ".woff2", ".heic", ".jpg", ".webp", ".gif"}
        for host in REGISTRIES
        if host in path.read_text(errors="replace")
    ]
    assert found == []


def test_the_lock_file_of_the_client_carries_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "web_client/package-lock.json").read_text())
    packages = [entry for name, entry in lock["packages"].items() if name]
    assert packages
    assert [entry for entry in packages if "resolved" in entry] == []
    assert all("integrity" in entry for entry in packages if not entry.get("link"))


def test_the_lock_file_of_the_client_matches_its_package_file() -> None:
    wanted = json.loads((ROOT / "web_client/package.json").read_text())
    locked = json.loads((ROOT / "web_client/package-lock.json").read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert locked[kind] == wanted[kind]


def test_every_pinned_package_carries_its_hashes() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "==" in text
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in entry, f"{path.name}: {entry.splitlines()[0]}"
