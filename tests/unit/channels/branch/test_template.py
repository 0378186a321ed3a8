"""Templates are whole, and a wrong one stops the start."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.branch.template import FOLDER, Template, read_template, templates

PARTY = (FOLDER / "party_branch_zh.toml").read_text(encoding="utf-8")


def test_the_five_of_the_house_are_there() -> None:
    assert sorted(templates()) == ["alumni", "association", "cooperative", "party_branch_zh", "union"]


def test_words_of_a_party_branch() -> None:
    party = templates()["party_branch_zh"]
    assert party.terms.unit.zh == "支部"
    assert party.terms.subunit.zh == "党小组"
    assert [(c.key, c.votes) for c in party.classes] == [("full", True), ("probationary", False)]
    assert party.defaults.mfa == "everyone"


@pytest.mark.parametrize("key", sorted(templates()))
def test_every_template_names_who_leads_and_who_watches(key: str) -> None:
    template = templates()[key]
    assert {"secretary", "oversight", "group_leader"} <= {t.role for t in template.titles}
    assert any(c.votes for c in template.classes)


def test_titles_are_found_in_either_language() -> None:
    party = templates()["party_branch_zh"]
    for word in ("副书记", "支部副书记", "Deputy Secretary"):
        found = party.title_of(word)
        assert found is not None
        assert found.role == "deputy"
    assert party.title_of("厂长") is None
    assert party.class_of("nobody") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('role = "deputy"', 'role = "king"'),
        ('key = "probationary"', 'key = "full"'),
        ('zh = "副书记"', 'zh = "书记"'),
        ("version = 1", "version = 0"),
        ('accent = "#b63a2b"', 'accent = "red"'),
        ("[defaults]", "[election]\nproxy = 'none'\n[defaults]"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(PARTY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValidationError):
        read_template(file)


def test_a_right_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "right.toml"
    file.write_text(PARTY, encoding="utf-8")
    assert read_template(file) == templates()["party_branch_zh"]
    assert isinstance(read_template(file), Template)
