"""The guide in docs/ says what the client says (scripts/guide.py)."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("scripts/guide.py", "docs/guide.zh.md", "docs/guide.en.md")
HELP = "web_client/src/features/help"
WORDS = "web_client/src/locales"


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Whether the pages below a folder are what its texts say."""
    command = [sys.executable, str(folder / "scripts" / "guide.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_guide_is_what_the_client_says() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stderr


def test_a_changed_answer_makes_the_guide_stale(tmp_path: Path) -> None:
    for name in PARTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in (HELP, WORDS):
        shutil.copytree(ROOT / name, tmp_path / name)
    assert check(tmp_path).returncode == 0
    texts = tmp_path / HELP / "locales" / "en.json"
    texts.write_text(
        texts.read_text(encoding="utf-8").replace("Keep this page", "Lose this page"), encoding="utf-8"
    )
    done = check(tmp_path)
    assert done.returncode == 1
    assert "guide.en.md" in done.stderr
    assert "guide.zh.md" not in done.stderr
