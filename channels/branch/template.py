"""Templates: the words and defaults of one kind of organisation, as data (architecture decision D8).

The files stand in `templates/*.toml` and are validated when the program starts: a wrong file stops it. Code knows
organisation, branch, group and member; 支部, 党小组, 党员 come from here. Rules of meetings stand beside their feature
(`channels/meeting/kinds/<template>.toml`); rules of elections and dues get files of their own when those features come. A
template that holds anything unknown is refused, so that nobody believes it is obeyed.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from channels.branch.roles import ROLES

FOLDER = Path(__file__).parent / "templates"

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,29}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Text(_Part):
    """The same words in both languages."""

    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)


class Terms(_Part):
    """What things are called here."""

    unit: Text
    """A branch: 支部, 基层工会, 协会 …"""
    subunit: Text
    """A group inside a branch: 党小组, 工会小组 …"""
    member: Text
    assembly: Text
    """The meeting of all members."""
    secretary: Text
    """Whoever leads a branch."""
    organizer: Text
    oversight: Text
    roll: Text
    joined_on: Text
    """Label of the date of joining, e.g. 入党时间."""


class MemberClass(_Part):
    """A class of membership."""

    key: Word
    title: Text
    votes: bool
    """True when members of this class may vote on motions."""


class RoleTitle(_Part):
    """What an office is called here, and which role of `roles.py` it gives."""

    role: Word
    title: Text
    also: tuple[str, ...] = ()
    """Other ways people write it in a roll."""


class Defaults(_Part):
    """Settings an organisation starts with."""

    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
    mfa: Literal["everyone", "officers"] = "everyone"
    """Who must use a second factor. Officers always must."""
    time_zone: str = "Asia/Shanghai"
    retention_left_days: int = Field(default=365, ge=1, le=36_500)
    """Days after leaving until personal fields are erased."""
    retention_chat_days: int = Field(default=730, ge=30, le=36_500)
    """domain.md 6.2: two years."""
    retention_audit_days: int = Field(default=1_095, ge=180, le=36_500)


class Template(_Part):
    """One kind of organisation."""

    key: Word
    version: int = Field(ge=1)
    title: Text
    note: Text
    """Shown where the template is chosen, e.g. 请按本组织章程核对."""
    terms: Terms
    classes: tuple[MemberClass, ...] = Field(min_length=1)
    """The first is what a new member is when the roll does not say."""
    titles: tuple[RoleTitle, ...] = Field(min_length=1)
    defaults: Defaults

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [c.key for c in self.classes]
        if len(set(keys)) != len(keys):
            raise ValueError("class keys repeat")
        unknown = [t.role for t in self.titles if t.role not in ROLES]
        if unknown:
            raise ValueError(f"unknown roles: {unknown}")
        words = [w for t in self.titles for w in (t.title.zh, *t.also)]
        if len(set(words)) != len(words):
            raise ValueError("role titles repeat")
        return self

    def class_of(self, key: str) -> MemberClass | None:
        """The class with this key."""
        return next((c for c in self.classes if c.key == key), None)

    def title_of(self, word: str) -> RoleTitle | None:
        """The office people call `word` (either language)."""
        folded = word.casefold()
        for title in self.titles:
            if folded in {w.casefold() for w in (title.title.zh, title.title.en, *title.also)}:
                return title
        return None


def read_template(path: Path) -> Template:
    """A template file.

    Raises:
        pydantic.ValidationError: The file does not say what it must.
    """
    return Template.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


@cache
def templates() -> dict[str, Template]:
    """All templates by key.

    Raises:
        ValueError: A file is wrong, or named differently from its key.
    """
    found: dict[str, Template] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        template = read_template(path)
        if template.key != path.stem:
            raise ValueError(f"{path.name} holds template {template.key}")
        found[template.key] = template
    return found
