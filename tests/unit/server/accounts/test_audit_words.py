"""Every action that is written anywhere has its words, for the officer and, where it is about somebody, for the member."""

import re
from pathlib import Path

from server.accounts.audit_texts import ACTION_TEXTS
from server.accounts.audit_words import ACT_WORDS, KINDS, NOTE_WORDS, actions_of, note_lines, word_of

ROOT = Path(__file__).resolve().parents[4]
WRITTEN = re.compile(r"""(?:\b_?[Aa]ct\(|\.audit\(|\baction=)\s*(?:account,\s*)?"([a-z]+\.[a-z_]+)\"""")


def written_actions() -> set[str]:
    sources = (path for top in ("server", "channels") for path in (ROOT / top).rglob("*.py"))
    return {action for path in sources for action in WRITTEN.findall(path.read_text(encoding="utf-8"))}


def test_every_action_written_has_words() -> None:
    written = written_actions()
    assert {"roll.opened", "audit.opened", "token.made", "account.signed_in"} <= written
    assert written - set(ACT_WORDS) == set()


def test_what_members_read_is_known_to_officers_too() -> None:
    assert set(ACTION_TEXTS) <= set(ACT_WORDS)
    for word in ACT_WORDS.values():
        assert all(word.text)
        assert word.kind in KINDS


def test_kinds_part_the_actions() -> None:
    parted = [action for kind in KINDS for action in actions_of(kind)]
    assert sorted(parted) == sorted(ACT_WORDS)


def test_an_unknown_action_is_shown_by_its_word() -> None:
    assert word_of("later.invented").text == ("later.invented", "later.invented")


def test_notes_are_shown_in_words_and_ids_left_out() -> None:
    lines = note_lines({"token": "0198", "role": "secretary", "count": 3, "kind": "group"})
    assert lines == [
        (NOTE_WORDS["count"], ("3", "3")),
        (NOTE_WORDS["role"], ("书记", "secretary")),
        (NOTE_WORDS["kind"], ("小组", "group")),
    ]
    assert note_lines({"kind": "read"}) == [(NOTE_WORDS["kind"], KINDS["read"])]
    assert note_lines({"role": "elder"}) == [(NOTE_WORDS["role"], ("elder", "elder"))]
