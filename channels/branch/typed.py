"""Values typed into a form, one by one, into the forms that are stored. Pure. Imported by the roof."""

from collections.abc import Callable, Mapping
from datetime import date

from channels.branch.dates import is_after, parse_date
from channels.branch.errors import FIELD_WRONG
from channels.branch.fields import FIELD
from channels.branch.normalise import (
    BadValue,
    clean_text,
    normalise_gender,
    normalise_mail,
    normalise_name,
    normalise_number,
    normalise_phone,
)
from channels.branch.template import Template
from channels.protocol.errors import Refused

_READ: dict[str, Callable[[str], str]] = {
    "phone": normalise_phone,
    "mail": normalise_mail,
    "gender": lambda text: text if text in ("male", "female", "other") else normalise_gender(text),
    "joined_on": parse_date,
    "birth_date": parse_date,
    "name": normalise_name,
    "number": normalise_number,
}


def read_field(field: str, text: str, today: date) -> str:
    """One field in the form that is stored.

    Raises:
        Refused: FIELD_WRONG, naming the field, never the value.
    """
    try:
        value = _READ[field](text)
        if field in ("joined_on", "birth_date") and is_after(value, today):
            raise BadValue("date_future")
    except BadValue as bad:
        raise Refused(FIELD_WRONG, field=f"{FIELD[field].zh} / {FIELD[field].en}") from bad
    return value


def read_personal(typed: Mapping[str, str | None], today: date) -> dict[str, str | None]:
    """Personal fields of a form: field -> value, or None to erase; fields that were not given are left out.

    Raises:
        Refused: FIELD_WRONG.
    """
    given = {field: text for field, text in typed.items() if text is not None}
    return {
        field: read_field(field, text, today) if clean_text(text) else None for field, text in given.items()
    }


def read_class(key: str, template: Template) -> str:
    """A membership class of the template.

    Raises:
        Refused: FIELD_WRONG.
    """
    if template.class_of(key) is None:
        raise Refused(FIELD_WRONG, field=f"{FIELD['class'].zh} / {FIELD['class'].en}")
    return key
