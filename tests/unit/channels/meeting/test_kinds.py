"""Kinds of meeting: every template has its file, words and thresholds are its own (acceptance C8), wrong files are refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.branch.template import templates
from channels.meeting.kind import Kind, Share, all_kinds, read_kinds, rules_of
from channels.meeting.protocol.values import MeetingRules
from channels.meeting.threshold import sentence

FOLDER = Path(__file__).resolve().parents[4] / "channels" / "meeting" / "kinds"


def usual(template: str) -> MeetingRules:
    """The rules of a template's usual assembly."""
    file = all_kinds()[template]
    return rules_of(file, file.kinds[0], 1)


def test_every_template_has_kinds_and_nothing_else_has() -> None:
    assert all_kinds().keys() == templates().keys()


@pytest.mark.parametrize(
    ("template", "title", "body", "quorum", "decision"),
    [
        (
            "party_branch_zh",
            "支部党员大会",
            "all",
            "需 21 人(应到会有表决权 42 人的半数以上(含半数))",
            "需 22 人(超过应到会有表决权 42 人的半数)",
        ),
        ("union", "会员代表大会", "delegates", "需 28 人(应到会人数 42 人的 2/3 以上(含))", "需 22 人(超过应到会有表决权 42 人的半数)"),
        ("association", "会员大会", "all", "需 28 人(应到会人数 42 人的 2/3 以上(含))", "需 22 人(超过实到会有表决权 42 人的半数)"),
        ("alumni", "年会", "all", "", "需 22 票(超过有效票 42 票的半数)"),
        ("cooperative", "成员大会", "all", "需 28 人(应到会人数 42 人的 2/3 以上(含))", "需 22 票(超过表决权总数 42 票的半数)"),
    ],
)  # fmt: skip
def test_each_template_speaks_its_own_words(
    template: str, title: str, body: str, quorum: str, decision: str
) -> None:
    rules = usual(template)
    rule = rules.rules[0]
    assert (rules.title.zh, rules.body) == (title, body)
    assert (sentence(rule.quorum, 42).zh if rule.quorum is not None else "") == quorum
    assert sentence(rule.decision, 42).zh == decision
    assert rules.note.zh in ("请按本组织章程核对", "示例,请核对章程")


def test_no_words_of_one_organisation_in_another() -> None:
    for template, file in all_kinds().items():
        text = (FOLDER / f"{template}.toml").read_text(encoding="utf-8")
        assert ("党" in text) == (template == "party_branch_zh")
        assert ("工会" in text) == (template == "union")
        assert "proxy" not in text
        assert file.kinds


def test_more_than_all_can_never_be_reached() -> None:
    with pytest.raises(ValidationError):
        Share(base="roll", num=1, den=1, op=">")
    with pytest.raises(ValidationError):
        Share(base="roll", num=3, den=2, op=">=")
    assert Share(base="roll", num=1, den=1, op=">=").num == 1


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        (FOLDER / "alumni.toml").read_text(encoding="utf-8") + '\nproxy = "written"\n', encoding="utf-8"
    )
    with pytest.raises(ValidationError):
        read_kinds(path)


def test_rules_of_one_kind_have_different_names() -> None:
    kind = all_kinds()["association"].kinds[0]
    with pytest.raises(ValidationError):
        Kind(**kind.model_dump() | {"rules": [kind.rules[0], kind.rules[0]]})
