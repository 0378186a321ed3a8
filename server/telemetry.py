"""Logs: one line per entry, as JSON or for people, with nothing personal in them. May be imported by server.

Three guards stand before every line, whoever logs: values under telling names and things that look like personal
values or secrets are masked; control characters are escaped (no forged lines, no terminal codes); an exception shows its
type and places, never its message, because messages quote what was sent. The access log has the route, not the path.
"""

import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from storage.clock import Clock

MASK = "[masked]"
LONGEST = 2_000  # characters of one value; a log line is no place for more

TELLING_NAMES = frozenset(
    {
        "activation_code", "authorization", "birth_date", "body", "code", "cookie", "email", "id_number", "login", "mail",
        "otp", "password", "phone", "query_string", "recovery_code", "secret", "seed", "set_cookie", "text", "title",
        "token", "totp", "url",
    }
)  # fmt: skip
SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)",  # mobile number
        r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",  # mail address
        r"otpauth://\S+",
        r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",  # user and password in a connection string
        r"(?i)(?<=bearer )[\w.~+/-]+=*",
        r"(?<![\w-])[A-Za-z0-9_-]{43}(?![\w-])",  # 256 bits in URL-safe base64: every secret of ours
        r"(?<=[?&])[\w-]+=[^&\s\"]+",  # query strings
    )
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Entry = MutableMapping[str, Any]
Told = Callable[[str, str, int, int], None]
"""Is told method, pattern of the route, status (0: nothing was answered) and duration in milliseconds of a request."""


def mask(text: str) -> str:
    """`text` without what looks like a personal value or a secret, and without control characters."""
    for shape in SHAPES:
        text = shape.sub(MASK, text)
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text[:LONGEST])


def guard(_logger: Any, _method: str, entry: Entry) -> Entry:  # noqa: ANN401 - structlog's processor signature
    """The processor that masks every value of an entry."""
    for name, value in list(entry.items()):
        if name.startswith("_"):
            continue
        if name.lower() in TELLING_NAMES:
            entry[name] = MASK
        elif not isinstance(value, bool | int | float | None):
            entry[name] = mask(value if isinstance(value, str) else repr(value))
    return entry


def places(fault: BaseException) -> str:
    """Type and places of an exception and its causes, innermost last; nothing of its message."""
    parts: list[str] = []
    current: BaseException | None = fault
    while current is not None and len(parts) < 4:
        frames = traceback.extract_tb(current.__traceback__)[-8:]
        path = " > ".join(
            f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}:{frame.name}" for frame in frames
        )
        parts.append(f"{type(current).__name__} at {path or 'unknown place'}")
        current = current.__cause__ or current.__context__
    return " <- ".join(parts)


def show_exception(_logger: Any, _method: str, entry: Entry) -> Entry:  # noqa: ANN401 - structlog's processor signature
    """The processor that turns `exc_info` into type and places."""
    found = entry.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        entry["exception"] = places(found)
    return entry


class PlainFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats entries of structlog and of the standard library's loggers alike; never prints a traceback's message."""

    @override
    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Type and places only."""
        return places(ei[1]) if ei[1] is not None else ""


def set_up_logs(
    level: str, form: Literal["auto", "json", "console"], stream: TextIO | None = None, *, cached: bool = True
) -> None:
    """Send everything that is logged through the guards to one place. Call once, before anything else.

    Args:
        level: Least important entry that is written.
        form: See `Settings.log_format`.
        stream: Where to write; standard error by default.
        cached: Loggers keep what they found here at their first use; tests that look at loggers do without.
    """
    readable = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        show_exception,
        guard,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        PlainFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=cached,
    )
    quiet("uvicorn.error", logging.WARNING)  # at INFO it writes the whole address of each socket
    for name in ("uvicorn.access", "pymongo", "asyncio", "websockets"):
        quiet(name, logging.WARNING)


def quiet(name: str, level: int) -> None:
    """Let a logger write only what is at least as important as `level`."""
    logging.getLogger(name).setLevel(level)
    logging.getLogger(name).propagate = True
    logging.getLogger(name).handlers.clear()


class AccessLog:
    """ASGI layer: one line per request with method, route, status and duration; no address, path or query.

    Args:
        app: What is wrapped.
        clock: Time.
        told: Hears of each request, too.
    """

    def __init__(self, app: ASGIApp, clock: Clock, told: Told | None = None) -> None:
        self.app = app
        self._clock = clock
        self._told = told
        self._logger = structlog.stdlib.get_logger("huitang.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, then write the line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_ms = self._clock.monotonic_ms()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            took_ms = self._clock.monotonic_ms() - began_ms
            self._logger.info("request", method=scope["method"], route=route, status=status, took_ms=took_ms)
            if self._told is not None:
                self._told(scope["method"], route, status, took_ms)
