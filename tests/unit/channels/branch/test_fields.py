"""The register of fields is complete and bilingual."""

from channels.branch.fields import BLIND, FIELD, FIELDS, PERSONAL, SEES_TEXT


def test_personal_fields_are_the_encrypted_ones() -> None:
    assert PERSONAL == ("joined_on", "phone", "mail", "birth_date", "gender")
    assert BLIND == ("phone", "mail")
    assert set(BLIND) <= set(PERSONAL)


def test_every_field_says_why_and_who_in_both_languages() -> None:
    for row in FIELDS:
        assert row.zh
        assert row.en
        assert row.purpose_zh
        assert row.purpose_en
        assert all(SEES_TEXT[row.sees])
    assert len(FIELD) == len(FIELDS)


def test_what_the_branch_sees_is_not_personal() -> None:
    assert [row.key for row in FIELDS if row.personal and row.sees == "branch"] == []
