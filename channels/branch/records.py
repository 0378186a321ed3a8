"""Stored documents of the organisation, their indexes, and what they mean as values. Imported by this feature and the roof.

orgs        {_id, name, name_key, template, template_version, time_zone, accent, mfa, number_prefix, next_number, root,
             made_at_ms, changes?{key: value}}
units       {_id, org, kind, name, name_key, parent, path, branch, order, roll_version, made_at_ms}
members     {_id, org, number, name, name_key, branch, groups, units, class, status, sealed{}, blind{}, version, made_at_ms,
             changed_at_ms, left_at_ms?}
role_holds  {_id, org, unit, branch, member, role, title{zh,en}, since_ms, by}
roll_files  {_id, org, unit, by, file, expires_at (TTL)}: an import that waits for confirmation, sealed

`roll_version` of a branch counts the steps of imports, so that two imports at once cannot both add a person.
`units` of a member is the branch and the groups, empty after leaving: what gives access. `sealed` holds personal fields,
encrypted per field and record; `blind` their look-up forms. `version` counts changes and guards against lost updates.
"""

from collections.abc import Mapping
from typing import Any

from channels.branch.contract import Person, Title, Unit
from channels.branch.fields import BLIND, PERSONAL
from storage.client import Document
from storage.crypto import FieldCipher
from storage.ids import MemberId, OrgId, UnitId
from storage.indexes import IndexSpec
from storage.rotation import SealedField

ORGS = "orgs"
UNITS = "units"
MEMBERS = "members"
ROLE_HOLDS = "role_holds"
ROLL_FILES = "roll_files"

ACTIVE = "active"
LEFT = "left"

MEMBERS_MAX = 20_000
"""Most members of one branch that are read at once; a roll import takes at most 5,000."""

UNITS_MAX = 5_000
"""Most units of one organisation that are read at once."""

BRANCH_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(ORGS, "orgs_name", (("name_key", 1),), unique=True),
    IndexSpec(UNITS, "units_sibling_name", (("org", 1), ("parent", 1), ("name_key", 1)), unique=True),
    IndexSpec(UNITS, "units_branch", (("branch", 1), ("kind", 1))),
    IndexSpec(UNITS, "units_path", (("path", 1),)),
    IndexSpec(MEMBERS, "members_number", (("org", 1), ("number", 1)), unique=True),
    IndexSpec(MEMBERS, "members_units", (("units", 1),)),
    IndexSpec(MEMBERS, "members_branch_name", (("branch", 1), ("name_key", 1))),
    IndexSpec(MEMBERS, "members_phone", (("blind.phone", 1),), partial={"blind.phone": {"$exists": True}}),
    IndexSpec(MEMBERS, "members_mail", (("blind.mail", 1),), partial={"blind.mail": {"$exists": True}}),
    IndexSpec(
        ROLE_HOLDS, "role_holds_once", (("unit", 1), ("member", 1), ("role", 1), ("title.zh", 1)), unique=True
    ),
    IndexSpec(ROLE_HOLDS, "role_holds_member", (("member", 1),)),
    IndexSpec(ROLE_HOLDS, "role_holds_branch", (("branch", 1), ("role", 1))),
    IndexSpec(ROLL_FILES, "roll_files_ttl", (("expires_at", 1),), expire_after_s=0),
)

SEALED_FIELDS: tuple[SealedField, ...] = (
    *(SealedField(MEMBERS, f"sealed.{f}", f"blind.{f}" if f in BLIND else "") for f in PERSONAL),
    SealedField(ROLL_FILES, "file"),
)
"""Every sealed value of the organisation, for key rotation."""


def field_label(field: str) -> str:
    """Label of a personal field for the cipher and the blind index, e.g. `members.sealed.phone`."""
    return f"{MEMBERS}.sealed.{field}"


def to_unit(doc: Mapping[str, Any]) -> Unit:
    """Value of a stored unit."""
    return Unit(
        unit=UnitId(doc["_id"]),
        org=OrgId(doc["org"]),
        kind=doc["kind"],
        name=doc["name"],
        parent=UnitId(doc["parent"]) if doc["parent"] else None,
        path=tuple(UnitId(u) for u in doc["path"]),
        branch=UnitId(doc["branch"]),
        order=doc["order"],
        roll_version=doc.get("roll_version", 0),
    )


def to_title(doc: Document) -> Title:
    """Value of a stored role holding."""
    return Title(doc["_id"], doc["role"], UnitId(doc["unit"]), doc["title"]["zh"], doc["title"]["en"])


def to_person(doc: Document, titles: tuple[Title, ...]) -> Person:
    """Value of a stored member, without any personal field."""
    return Person(
        member=MemberId(doc["_id"]),
        number=doc["number"],
        name=doc["name"],
        branch=UnitId(doc["branch"]),
        groups=tuple(UnitId(g) for g in doc["groups"]),
        class_=doc["class"],
        titles=titles,
        active=doc["status"] == ACTIVE,
    )


def seal(
    cipher: FieldCipher, member: str, values: Mapping[str, str]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Personal fields as stored: (`sealed`, `blind`).

    Raises:
        KeyError: A field that the register does not know as personal.
    """
    for field in values:
        if field not in PERSONAL:
            raise KeyError(field)
    sealed = {f: cipher.encrypt(v, field=field_label(f), record=member) for f, v in values.items()}
    blind = {f: cipher.blind(v, field=field_label(f)) for f, v in values.items() if f in BLIND}
    return sealed, blind


def unseal(cipher: FieldCipher, doc: Document) -> dict[str, str]:
    """Personal fields of a stored member in clear; keep them in memory only.

    Raises:
        BadCiphertext: A value was tampered with or its key is lost.
    """
    sealed: Mapping[str, Any] = doc.get("sealed", {})
    return {f: cipher.decrypt(bytes(v), field=field_label(f), record=doc["_id"]) for f, v in sealed.items()}
