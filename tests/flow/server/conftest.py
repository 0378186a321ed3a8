"""The command line `huitang`, on a database of the test's own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.__main__ import app
from storage.client import MongoSettings

BRANCH = "青禾社区第二党支部"

Run = Callable[..., Result]


@pytest.fixture
def huitang(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mongo_settings: MongoSettings) -> Iterator[Run]:
    """Runs `huitang …` on a database of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUITANG_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HUITANG_MONGO_URL", mongo_settings.url)
    monkeypatch.setenv("HUITANG_MONGO_DATABASE", mongo_settings.database)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    runner = CliRunner()

    def run(*words: str, code: int = 0, typed: str = "") -> Result:
        result = runner.invoke(app, words, input=typed)
        assert result.exit_code == code, result.output
        return result

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture
def founded(huitang: Run) -> Run:
    """The same, with an organisation."""
    huitang("org", "create", BRANCH, "--template", "party_branch_zh", "--prefix", "QH")
    return huitang
