"""Reads the import graph and the rules it has to keep, from source text: nothing is imported, nothing is run.

`faults_of(root)` works on any copy of the tree, so that the tests can plant faults in one and see them caught.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("server", "channels", "presence", "storage", "moderation", "load_tests")
DRIVERS = frozenset({"motor", "pymongo", "bson", "gridfs", "redis"})
HTTP = frozenset({"starlette", "uvicorn"})
BEHIND = frozenset({"load_tests.faults.database"})
"""Goes behind the server's back on purpose: negative controls of the fault drills."""

GROUND = ("presence", "moderation", "storage")


@dataclass(frozen=True)
class Import:
    """One import statement.

    Attributes:
        module: Dotted name of the importing module.
        target: Dotted name of what is imported; for `from a import b` it is `a.b` when that is a module of ours.
        line: Line of the statement.
    """

    module: str
    target: str
    line: int


def modules_of(root: Path) -> dict[str, Path]:
    """Dotted name -> file of every Python module of ours under `root`."""
    found: dict[str, Path] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(root: Path) -> list[Import]:
    """Every import of every module, also those inside functions and under TYPE_CHECKING."""
    modules = modules_of(root)
    return [
        Import(name, target, line)
        for name, path in modules.items()
        for target, line in _targets(ast.parse(path.read_text()), modules)
    ]


def _targets(tree: ast.Module, modules: dict[str, Path]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if inner in modules else node.module), node.lineno


def faults_of(root: Path) -> list[str]:
    """What breaks the floors, one sentence each; empty when the house is in order."""
    imports = imports_of(root)
    broken = [
        f"{i.module}:{i.line} imports {i.target}: {why}"
        for i in imports
        if (why := objection(i.module, i.target))
    ]
    circles = [f"import circle: {' -> '.join(circle)}" for circle in circles_of(imports)]
    return (
        broken
        + circles
        + [f"{name}: a package __init__ holds its docstring only" for name in _busy_inits(root)]
    )


def objection(module: str, target: str) -> str:
    """Why `module` must not import `target`; empty when it may."""
    top, home = target.partition(".")[0], module.partition(".")[0]
    if top in DRIVERS and home != "storage" and module not in BEHIND:
        return "only storage/ speaks to databases"
    if top in HTTP and home != "server" and not _under(module, "load_tests.peers"):  # measured beside ours
        return "only server/ speaks HTTP and sockets"
    if top not in PACKAGES:
        foreign = top not in sys.stdlib_module_names and top != "pydantic"
        return (
            "the wire imports pydantic and the standard library only"
            if _under(module, "channels.protocol") and foreign
            else ""
        )
    if top == "server" and home != "server":
        return "nothing imports server"
    return (
        ""
        if any(_under(target, place) for place in allowed_for(module)) or _is_foreign_contract(module, target)
        else "imports go down the stairs"
    )


def allowed_for(module: str) -> tuple[str, ...]:
    """Packages and modules of ours that `module` may import from."""
    home, _, rest = module.partition(".")
    if home == "channels":
        return _allowed_in_channels(rest)
    return {
        "storage": ("storage",),
        "presence": ("presence", "storage"),
        "moderation": ("moderation", "storage"),
        "load_tests": ("load_tests", "channels.protocol"),
        "server": PACKAGES,
    }[home]


def _allowed_in_channels(rest: str) -> tuple[str, ...]:
    room, _, inside = rest.partition(".")
    if room == "protocol":
        return ("channels.protocol",)
    if room == "core":
        return ("channels.core", "channels.protocol", *GROUND)
    if room == "catalog":
        return ("channels.core.feature",)
    if inside == "contract":
        return ("channels.core", "storage.ids", "storage.log")  # storage.log for the values a contract builds
    return (f"channels.{room}", "channels.core", "channels.protocol", *GROUND)


def _is_foreign_contract(module: str, target: str) -> bool:
    parts = target.split(".")
    if parts[0] != "channels" or len(parts) < 3 or parts[1] in {"core", "protocol"}:
        return False
    if module == "channels.catalog":
        return parts[2] == "feature"
    in_feature = module.startswith("channels.") and module.split(".")[1] not in {
        "core",
        "protocol",
        "catalog",
    }
    return in_feature and parts[2] == "contract" and not module.endswith(".contract")


def _under(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def circles_of(imports: list[Import]) -> list[list[str]]:
    """Groups of modules that import each other in a circle (Tarjan's strongly connected components, size > 1)."""
    modules = {i.module for i in imports}
    edges: dict[str, set[str]] = {name: set() for name in modules}
    for i in imports:
        if i.target in modules and i.target != i.module:
            edges[i.module].add(i.target)
    reach = {name: _reachable(name, edges) for name in edges}
    rings = {frozenset(other for other in reach[name] if name in reach[other]) for name in edges}
    return [sorted(ring) for ring in rings if len(ring) > 1]


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for target in edges[ahead.pop()] - seen:
            seen.add(target)
            ahead.append(target)
    return seen


def _busy_inits(root: Path) -> list[str]:
    return [
        name
        for name, path in modules_of(root).items()
        if path.name == "__init__.py"
        and any(not isinstance(node, ast.Expr) for node in ast.parse(path.read_text()).body)
    ]
