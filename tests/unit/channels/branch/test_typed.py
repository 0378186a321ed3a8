"""One field of a form at a time, and words for what is kept."""

from datetime import date

import pytest

from channels.branch.errors import FIELD_WRONG
from channels.branch.fields import FIELD
from channels.branch.handlers import counted
from channels.branch.record import label_of, shown_value
from channels.branch.template import templates
from channels.branch.typed import read_class, read_field, read_personal
from channels.protocol.errors import Refused

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("phone", "199 0000 0007", "+8619900000007"), ("mail", "A@B.CN", "a@b.cn"), ("gender", "女", "female"),
        ("gender", "other", "other"), ("joined_on", "2001.7", "2001-07"), ("birth_date", "1954/3/9", "1954-03-09"),
        ("name", "赵 立 新", "赵立新"), ("number", "qh01", "QH01"),
    ],
)  # fmt: skip
def test_fields_are_read_as_in_an_import(field: str, typed: str, stored: str) -> None:
    assert read_field(field, typed, TODAY) == stored


@pytest.mark.parametrize(
    ("field", "typed"),
    [("phone", "1990"), ("mail", "x"), ("joined_on", "2031-01-01"), ("name", ""), ("gender", "√")],
)
def test_a_refusal_names_the_field_and_not_the_value(field: str, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_field(field, typed, TODAY)
    assert refused.value.row is FIELD_WRONG
    said = str(refused.value.params["field"])
    assert FIELD[field].zh in said
    assert not typed or typed not in said


def test_an_empty_text_erases_and_none_leaves() -> None:
    typed = {"phone": " ", "mail": None, "gender": "男"}
    assert read_personal(typed, TODAY) == {"phone": None, "gender": "male"}


def test_classes_are_the_templates() -> None:
    party = templates()["party_branch_zh"]
    assert read_class("probationary", party) == "probationary"
    with pytest.raises(Refused):
        read_class("farmer", party)


def test_small_classes_are_not_counted_apart() -> None:
    assert counted({"full": 40, "probationary": 5}).by_class == {"full": 40, "probationary": 5}
    assert counted({"full": 40, "probationary": 4}).by_class == {}
    assert counted({"full": 40, "probationary": 4}).total == 44
    assert counted({}).total == 0


def test_labels_come_from_the_template() -> None:
    union, party = templates()["union"], templates()["party_branch_zh"]
    assert label_of(FIELD["joined_on"], party).zh == "入党时间"
    assert label_of(FIELD["joined_on"], union).zh == "入会时间"
    assert label_of(FIELD["groups"], union).zh == "工会小组"
    assert label_of(FIELD["phone"], union).en == "Phone"
    assert shown_value("phone", "+8619900000007") == ("19900000007", "19900000007")
    assert shown_value("gender", "female") == ("女", "female")
    assert shown_value("mail", "") == ("", "")
