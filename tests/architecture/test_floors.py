"""The stairs go down: the real import graph keeps the floors, and a planted fault is caught."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.graph import PACKAGES, faults_of, imports_of

ROOT = Path(__file__).resolve().parents[2]

PLANTED = (
    ("presence/planted.py", "from channels.core import actor\n", "imports go down the stairs"),
    (
        "channels/chat/planted.py",
        "def f() -> None:\n    import motor.motor_asyncio\n",
        "only storage/ speaks to databases",
    ),
    ("channels/me/planted.py", "from channels.chat import store\n", "imports go down the stairs"),
    (
        "channels/protocol/planted.py",
        "import structlog\n",
        "the wire imports pydantic and the standard library only",
    ),
    ("moderation/planted.py", "from server import config\n", "nothing imports server"),
    ("load_tests/planted.py", "from channels.core import hub\n", "imports go down the stairs"),
    ("load_tests/faults/planted.py", "import pymongo\n", "only storage/ speaks to databases"),
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source tree to plant faults in."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_house_is_in_order() -> None:
    assert faults_of(ROOT) == []


def test_the_graph_is_not_empty() -> None:
    assert len(imports_of(ROOT)) > 50


@pytest.mark.parametrize(("path", "text", "reason"), PLANTED)
def test_a_planted_fault_is_caught(copy: Path, path: str, text: str, reason: str) -> None:
    (copy / path).parent.mkdir(exist_ok=True)
    (copy / "channels/chat/store.py").parent.mkdir(exist_ok=True)
    (copy / "channels/chat/store.py").touch()
    before = faults_of(copy)
    (copy / path).write_text(f'"""Planted."""\n\n{text}')
    found = [fault for fault in faults_of(copy) if fault not in before]
    assert len(found) == 1
    assert path.removesuffix(".py").replace("/", ".") in found[0]
    assert reason in found[0]


def test_a_planted_circle_is_caught(copy: Path) -> None:
    (copy / "presence/one.py").write_text("from presence import two\n")
    (copy / "presence/two.py").write_text("from presence import one\n")
    assert "import circle: presence.one -> presence.two" in faults_of(copy)


def test_a_busy_package_file_is_caught(copy: Path) -> None:
    (copy / "presence/__init__.py").write_text('"""Presence."""\n\nLIMIT = 3\n')
    assert "presence: a package __init__ holds its docstring only" in faults_of(copy)
