"""How fields of a record are called and read in one organisation. Pure. Imported by the roof."""

from channels.branch.fields import FieldRow
from channels.branch.normalise import shown_phone
from channels.branch.template import Template, Text

GENDERS: dict[str, tuple[str, str]] = {
    "male": ("男", "male"),
    "female": ("女", "female"),
    "other": ("其他", "other"),
}


def label_of(row: FieldRow, template: Template) -> Text:
    """What a field is called in an organisation of this kind."""
    named = {
        "branch": template.terms.unit,
        "groups": template.terms.subunit,
        "joined_on": template.terms.joined_on,
    }
    return named.get(row.key, Text(zh=row.zh, en=row.en))


def shown_value(key: str, value: str) -> tuple[str, str]:
    """A personal field as people read it, zh and en."""
    if key == "phone":
        return shown_phone(value), shown_phone(value)
    return GENDERS.get(value, (value, value)) if key == "gender" else (value, value)
