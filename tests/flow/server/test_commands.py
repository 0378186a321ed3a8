"""The command line on a real database: organisations, rolls in all formats, invitations, administrators."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.kit.roll import ROLLS

MEMBERS = 42

Run = Callable[..., Result]


def counts(result: Result) -> dict[str, int]:
    """The first line of an import: word -> number."""
    return {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", result.output.splitlines()[0])}


@pytest.mark.parametrize("name", ["roll-b42.xlsx", "roll-b42.xls", "roll-b42-gb18030.csv"])
def test_a_clean_roll_gives_all_and_again_nothing(founded: Run, name: str) -> None:
    file = str(ROLLS / name)
    assert counts(founded("roll", "import", file))["new"] == MEMBERS
    assert counts(founded("roll", "import", file))["new"] == MEMBERS, "a trial run wrote something"
    assert f"新增 new {MEMBERS}" in founded("roll", "import", file, "--confirm", "--offices").output
    again = founded("roll", "import", file, "--confirm", "--offices")
    assert counts(again)["unchanged"] == MEMBERS
    assert "新增 new 0, 更改 changed 0, 小组 groups 0, 职务 roles 0" in again.output


def test_a_dirty_roll_names_each_fault_in_both_languages(founded: Run) -> None:
    file = str(ROLLS / "roll-dirty.xlsx")
    look = founded("roll", "import", file)
    before = counts(look)
    assert before["held"] > 0
    assert "单元格是公式" in look.output
    assert "The cell holds a formula" in look.output
    assert re.search(r"第 \d+ 行 row \d+", look.output)
    assert "同名,是另一个人" in look.output
    imported = founded("roll", "import", file, "--confirm")
    assert f"新增 new {before['new']}" in imported.output
    again = founded("roll", "import", file, "--confirm")
    assert (counts(again)["new"], counts(again)["changed"]) == (0, 0)


def test_an_export_comes_back_unchanged(founded: Run, tmp_path: Path) -> None:
    founded("roll", "import", str(ROLLS / "roll-b42.xlsx"), "--confirm")
    out = tmp_path / "out.xlsx"
    assert f"{MEMBERS} members" in founded("roll", "export", str(out)).output
    assert out.stat().st_mode & 0o077 == 0
    back = counts(founded("roll", "import", str(out)))
    assert (back["new"], back["changed"]) == (0, 0)


def test_an_invitation_is_a_link_with_the_code_in_the_fragment(founded: Run) -> None:
    founded("roll", "import", str(ROLLS / "roll-b42.xlsx"), "--confirm")
    said = founded("org", "invite", "林书远").output.strip().splitlines()
    assert said[-1] == f"http://localhost:8080/activate#{said[-2]}"
    founded("org", "invite", "没有这个人", code=1)


def test_an_administrator_can_be_made_once(huitang: Run) -> None:
    made = huitang("admin", "create", "wu.gong", "--password-stdin", typed="Xinhe-Qing-2026-ok\n")
    assert "account " in made.output
    huitang("admin", "create", "wu.gong", "--password-stdin", typed="Xinhe-Qing-2026-ok\n", code=1)


def test_a_bad_answer_is_refused(founded: Run) -> None:
    result = founded("roll", "import", str(ROLLS / "roll-b42.xlsx"), "--answer", "12", code=2)
    assert "row=new" in result.output


def test_without_a_branch_it_says_what_to_do(huitang: Run) -> None:
    result = huitang("roll", "import", str(ROLLS / "roll-b42.xlsx"), code=1)
    assert "huitang org create" in result.output


def test_migrate_and_doctor(huitang: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index.html").write_text("<title>会堂</title>")
    monkeypatch.setenv("HUITANG_WEB_DIR", str(tmp_path))
    huitang("migrate")
    huitang("org", "list")
    found = huitang("doctor").output
    assert "schema and indexes" in found
    assert "✗" not in found


def test_templates_are_listed(huitang: Run) -> None:
    assert "party_branch_zh" in huitang("org", "templates").output


def test_key_files_are_made_once_and_fit_a_new_database(huitang: Run, tmp_path: Path) -> None:
    made = huitang("keys", "create")
    assert made.output.count(": made") == 2
    ring = tmp_path / "var" / "keys.json"
    before = ring.read_bytes()
    assert ring.stat().st_mode & 0o777 == 0o600
    assert huitang("keys", "create").output.count("was there already") == 2
    huitang(
        "org", "create", "青禾社区第二党支部"
    )  # opens the database with these keys, and would refuse others afterwards
    assert ring.read_bytes() == before
    ring.unlink()
    huitang("keys", "create")
    assert "key" in huitang("org", "list", code=1).output
    ring.chmod(0o644)
    assert "mode 600" in huitang("keys", "create", code=1).output
