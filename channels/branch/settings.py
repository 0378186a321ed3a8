"""The words of the template that an organisation may change. Pure.

    word/<term>     what branch, group, member … are called
    class/<key>     what a class of membership is called

Keys of classes, their voting right and the titles of offices stay as the file has them: roll and rights hang on them.
Imported by this feature and the roof.
"""

from channels.branch.template import MemberClass, Template, Terms, Text, templates
from channels.core.settings import Changes, Pair, Setting, SettingWrong, Value, fits

WORDS = "word"
CLASSES = "class"

SECTION: Pair = ("我们的叫法", "What we call things")

LABELS: dict[str, Pair] = {
    "unit": ("分支", "Branch"),
    "subunit": ("分支下的小组", "Group in a branch"),
    "member": ("成员", "Member"),
    "assembly": ("全体成员的会议", "Meeting of all members"),
    "secretary": ("分支负责人", "Whoever leads a branch"),
    "organizer": ("组织会议的人", "Whoever organizes meetings"),
    "oversight": ("监督的人", "Whoever watches over it"),
    "roll": ("成员名册", "List of members"),
    "joined_on": ("加入的日期", "Date of joining"),
}
"""A test holds that every term of the template has one."""


def listed(template: str, changes: Changes) -> tuple[Setting, ...]:
    """The settings of this part.

    Raises:
        SettingWrong: A text that does not fit.
    """
    now = worded(templates()[template], changes)
    words = [
        _setting(f"{WORDS}/{term}", LABELS[term], getattr(now.terms, term), changes)
        for term in Terms.model_fields
    ]
    file = templates()[template].classes
    classes = [
        _setting(f"{CLASSES}/{one.key}", (one.title.zh, one.title.en), _of(now, one.key), changes)
        for one in file
    ]
    return (*words, *classes)


def _setting(key: str, label: Pair, text: Text, changes: Changes) -> Setting:
    setting = Setting(key, SECTION, label, "text", {"zh": text.zh, "en": text.en})
    if key in changes and not fits(setting, changes[key]):
        raise SettingWrong(key)
    return setting


def _of(template: Template, key: str) -> Text:
    return next(one.title for one in template.classes if one.key == key)


def worded(template: Template, changes: Changes) -> Template:
    """The template with an organisation's own words; what does not fit is passed over, the file's word stands."""
    if not changes:
        return template
    terms = {term: _text(changes.get(f"{WORDS}/{term}"), getattr(template.terms, term)) for term in LABELS}
    return template.model_copy(
        update={
            "terms": Terms(**terms),
            "classes": tuple(_class(one, changes) for one in template.classes),
        }
    )


def _class(one: MemberClass, changes: Changes) -> MemberClass:
    return one.model_copy(update={"title": _text(changes.get(f"{CLASSES}/{one.key}"), one.title)})


def _text(value: Value, otherwise: Text) -> Text:
    probe = Setting("", SECTION, SECTION, "text", None)
    return Text(**value) if isinstance(value, dict) and fits(probe, value) else otherwise
