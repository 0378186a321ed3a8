"""Nothing personal, no secret and no control character gets into a log line, whoever writes it."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from starlette.types import Message, Receive, Scope, Send

from server.telemetry import AccessLog, mask, places, set_up_logs
from storage.clock import FixedClock

SECRET = "A" * 20 + "b_-" + "9" * 20


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """JSON logs into memory; what was set up before comes back afterwards."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logs("info", "json")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def last(lines: io.StringIO) -> dict[str, object]:
    """The last line written, parsed."""
    found: dict[str, object] = json.loads(lines.getvalue().strip().splitlines()[-1])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "call 138-1234-5678 now",
        "+86 13812345678",
        "li.na@example.org",
        "otpauth://totp/x?secret=ABC",
        "mongodb://me:hush@db",
        f"Bearer {SECRET}",
        SECRET,
        "GET /ws?token=abc",
    ],
)
def test_values_that_look_personal_are_masked(text: str) -> None:
    masked = mask(text)
    assert "[masked]" in masked
    assert not any(part in masked for part in ("1234", "li.na", "ABC", "hush", SECRET, "abc"))


def test_ids_and_times_stay_readable() -> None:
    text = "member 0198c0de-7a11-7000-8000-0000000000aa at 1780000000000"
    assert mask(text) == text


def test_control_characters_are_escaped() -> None:
    assert mask("a\r\nb\x1b[31mc\u202e") == r"a\r\nb\x1b[31mc\u202e"


def test_telling_names_are_masked(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger("huitang").info("signed in", password="hush", text="晚上好", member="m1")
    entry = last(lines)
    assert (entry["password"], entry["text"], entry["member"]) == ("[masked]", "[masked]", "m1")


def test_the_standard_library_is_guarded_too(lines: io.StringIO) -> None:
    logging.getLogger("other").warning("failed for %s\nforged line", "13812345678")
    entry = last(lines)
    assert entry["event"] == r"failed for [masked]\nforged line"
    assert entry["level"] == "warning"


def test_an_exception_shows_its_places_only(lines: io.StringIO) -> None:
    try:
        raise ValueError("the member wrote hush")
    except ValueError:
        logging.getLogger("other").exception("went wrong")
    entry = last(lines)
    assert "hush" not in json.dumps(entry)
    assert "ValueError at" in str(entry["exception"])
    assert "test_telemetry.py" in str(entry["exception"])


def test_places_name_the_cause() -> None:
    outer = RuntimeError("a")
    outer.__cause__ = KeyError("b")
    assert places(outer) == "RuntimeError at unknown place <- KeyError at unknown place"


async def test_the_access_log_has_the_route_and_no_query(lines: io.StringIO) -> None:
    class Row:
        path = "/api/v1/files/{id}"

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scope["route"] = Row()
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        return None

    scope = {"type": "http", "method": "GET", "path": "/api/v1/files/abc", "query_string": b"secret=1"}
    await AccessLog(app, FixedClock())(scope, receive, send)
    entry = last(lines)
    assert entry["route"] == "/api/v1/files/{id}"
    assert entry["status"] == 204
    assert "secret" not in json.dumps(entry)
