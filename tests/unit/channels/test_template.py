"""Every template's settings: unique, within their own limits, and obeyed when they change."""

import pytest

from channels.branch.settings import LABELS, worded
from channels.branch.template import Terms, templates
from channels.catalog import FEATURES
from channels.core.settings import Setting, SettingWrong, Value, fits
from channels.meeting.kind import all_kinds
from channels.meeting.settings import kinds_with
from channels.protocol.errors import Refused
from channels.template.proposal import Proposal, check_decision, check_proposal, lines, pruned

TEMPLATES = sorted(templates())
OTHER: dict[str, Value] = {
    "text": {"zh": "别的叫法", "en": "another word"},
    "share": {"base": "entitled", "num": 3, "den": 4, "op": ">="},
}


def listed(template: str, changes: dict[str, Value] | None = None) -> list[Setting]:
    return [
        one for feature in FEATURES for row in feature.settings for one in row.listed(template, changes or {})
    ]


def another(one: Setting) -> Value:
    """A value that fits and is not the present one."""
    if one.kind == "count":
        return one.least if one.value != one.least else one.most
    if one.kind == "switch":
        return not one.value
    if one.kind == "choice":
        return next(word for word, _ in one.choices if word != one.value)
    return OTHER[one.kind]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_value_of_the_file_fits_its_own_setting(template: str) -> None:
    settings = listed(template)
    assert len({one.key for one in settings}) == len(settings)
    assert all(fits(one, one.value) for one in settings)
    parts = {row.part for feature in FEATURES for row in feature.settings} | {"class"}
    assert {one.key.partition("/")[0] for one in settings} == parts


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_setting_is_obeyed(template: str) -> None:
    """A change of each single setting changes what the program goes by, and nothing else."""
    words, kinds = templates()[template], all_kinds()[template]
    for one in listed(template):
        changes = {one.key: another(one)}
        after = {other.key: other.value for other in listed(template, changes)}
        assert after[one.key] == changes[one.key]
        assert {k: v for k, v in after.items() if k != one.key} == {
            other.key: other.value for other in listed(template) if other.key != one.key
        }
        assert (worded(words, changes), kinds_with(template, changes)) != (words, kinds), one.key


def test_every_term_has_a_label() -> None:
    assert set(LABELS) == set(Terms.model_fields)


def test_what_the_file_no_longer_has_is_passed_over() -> None:
    changes: dict[str, Value] = {
        "meeting/gone/lead": 3,
        "word/gone": {"zh": "一", "en": "one"},
        "class/gone": 5,
    }
    assert kinds_with("union", changes) == all_kinds()["union"]
    assert worded(templates()["union"], changes) == templates()["union"]


def test_a_stored_value_that_no_longer_fits_leaves_the_rule_of_the_file() -> None:
    changes: dict[str, Value] = {"meeting/general/lead": 999, "word/unit": "支部"}
    assert {"meeting/general/lead", "word/unit"} <= {one.key for one in listed("union")}
    assert kinds_with("union", changes) == all_kinds()["union"]
    assert worded(templates()["union"], changes) == templates()["union"]
    for key, value in changes.items():
        with pytest.raises(SettingWrong, match=key):
            listed("union", {key: value})


def test_only_what_differs_is_kept_and_shown() -> None:
    file = listed("union")
    same = next(one for one in file if one.kind == "count")
    wished: dict[str, Value] = {same.key: same.value, "word/unit": OTHER["text"]}
    changes = pruned(file, wished)
    assert changes == {"word/unit": OTHER["text"]}
    (line,) = lines(file, listed("union", changes))
    assert (line.setting.key, line.before) == (
        "word/unit",
        {"zh": "基层工会", "en": "branch"},
    ) or line.before != OTHER["text"]
    with pytest.raises(Refused, match="SETTING_UNKNOWN"):
        pruned(file, {"word/other": 1})


def proposal(**more: object) -> Proposal:
    fields: dict[str, object] = {
        "id": "p", "org": "o", "base_version": 3, "before": {}, "changes": {}, "reason": "r", "by": "one", "at_ms": 0,
    }  # fmt: skip
    return Proposal(**{**fields, **more})  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("held", "member", "version", "accept", "refusal"),
    [
        (proposal(), "one", 3, True, "SECOND_OFFICER"),
        (proposal(), "one", 3, False, "SECOND_OFFICER"),
        (proposal(state="declined"), "two", 3, True, "PROPOSAL_DECIDED"),
        (proposal(), "two", 4, True, "TEMPLATE_CHANGED"),
        (proposal(), "two", 4, False, ""),
        (proposal(), "two", 3, True, ""),
    ],
)
def test_who_may_decide(held: Proposal, member: str, version: int, accept: bool, refusal: str) -> None:
    if not refusal:
        check_decision(held, member, version, accept=accept)
        return
    with pytest.raises(Refused, match=refusal):
        check_decision(held, member, version, accept=accept)


def test_nothing_to_propose_and_an_older_version() -> None:
    with pytest.raises(Refused, match="NOTHING_CHANGED"):
        check_proposal([], 1, 1)
    with pytest.raises(Refused, match="TEMPLATE_CHANGED"):
        check_proposal([], 1, 2)
