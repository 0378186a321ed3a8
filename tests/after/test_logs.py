"""After all tests: the logs of the whole run hold no personal value, no secret and no text of a message (acceptance A9)."""

import json

import pytest

from server.demo.script import TALK
from tests.kit.secrets import LOGS, Secret, in_clear, remembered, secrets_of_the_roll

SHORTEST_TEXT = 6
"""Characters; a shorter line of talk (`好的`) could stand in a log by chance."""


@pytest.fixture(scope="module")
def logs() -> bytes:
    """Everything that servers of this run logged, but for this suite's own book."""
    return b"\n".join(path.read_bytes() for path in sorted(LOGS.glob("*.jsonl")))


def test_there_are_logs_of_many_requests(logs: bytes) -> None:
    assert logs.count(b'"huitang.access"') > 100


def test_every_line_is_one_entry(logs: bytes) -> None:
    broken = [line[:200] for line in logs.splitlines() if line and not _is_entry(line)]
    assert broken == []


def _is_entry(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def test_no_personal_value_of_the_roll_was_logged(logs: bytes) -> None:
    assert in_clear(logs, secrets_of_the_roll()) == []


def test_no_secret_that_browsers_saw_was_logged(logs: bytes) -> None:
    known = remembered()
    assert {secret.kind for secret in known} >= {
        "seed",
        "recovery code",
        "activation code",
        "token",
        "password",
    }
    assert in_clear(logs, known) == []


def test_no_text_of_a_message_was_logged(logs: bytes) -> None:
    said = [Secret("message", line.text) for line in TALK if len(line.text) >= SHORTEST_TEXT]
    assert in_clear(logs, said) == []
    assert "【".encode() not in logs


def test_the_search_finds_what_is_planted(logs: bytes) -> None:
    planted = logs + b'{"event": "sent to 19900000001, born 1954-03-09"}'
    assert {secret.kind for secret in in_clear(planted, secrets_of_the_roll())} == {"phone", "birth date"}
