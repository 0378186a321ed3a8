"""Numbered errors of the wire and of HTTP; one row each, in both languages.

Ranges: 1000–1099 frames and session · 1100–1199 accounts · 1200–1299 limits · 1300–1399 access ·
2000–2099 chat · 2100–2199 branch and roll · 2200–2299 files · 2300–2399 me ·
2400–2499 meetings. A feature keeps its rows in its own
`errors.py` and lists them in its `Feature`; numbers are never used twice (tested). Texts may hold `{name}` fields that
`Refused.params` fills; they never carry personal data.

Exceptions: `Refused` is the only one handlers raise on purpose. Imported by channels, server, load_tests.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One kind of refusal.

    Attributes:
        code: Number, stable for ever.
        key: Upper-case word, stable for ever, e.g. `TOTP_REPLAY`.
        zh: What to show Chinese readers: what happened, what to do.
        en: The same in English.
        temporary: True when the same request may succeed later without change.
        status: HTTP status when it is answered over HTTP.
    """

    code: int
    key: str
    zh: str
    en: str
    temporary: bool = False
    status: int = 400


class Refused(Exception):
    """A command or request was refused and changed nothing.

    Args:
        row: The kind of refusal.
        retry_after_ms: When to try again, for temporary ones.
        params: Values for the fields in the row's texts (numbers, times, names of roles; never secrets).
    """

    def __init__(self, row: ErrorRow, *, retry_after_ms: int | None = None, **params: str | int) -> None:
        super().__init__(row.key)
        self.row = row
        self.retry_after_ms = retry_after_ms
        self.params = params


BAD_FRAME = ErrorRow(1000, "BAD_FRAME", "消息格式不正确", "The message is not well-formed")
UNKNOWN_TYPE = ErrorRow(
    1001, "UNKNOWN_TYPE", "服务器不认识这种消息,请更新应用", "Unknown message type; please update the app"
)
BAD_FIELD = ErrorRow(1002, "BAD_FIELD", "{field} 的内容不正确", "{field} is not valid", status=422)
HELLO_FIRST = ErrorRow(1003, "HELLO_FIRST", "请先登录再发送消息", "Say hello before anything else")
NOT_SIGNED_IN = ErrorRow(1004, "NOT_SIGNED_IN", "登录已失效,请重新登录", "Please sign in again", status=401)
UNKNOWN_TOPIC = ErrorRow(
    1005,
    "UNKNOWN_TOPIC",
    "没有这个房间,或您不在其中",
    "There is no such topic, or you are not in it",
    status=404,
)
NOT_SUBSCRIBED = ErrorRow(1006, "NOT_SUBSCRIBED", "请先进入房间", "Subscribe to the topic first")
TOO_MANY_TOPICS = ErrorRow(1007, "TOO_MANY_TOPICS", "同时打开的房间过多", "Too many topics on one connection")
PROTOCOL_VERSION_UNKNOWN = ErrorRow(
    1008, "PROTOCOL_VERSION_UNKNOWN", "应用版本过旧,请刷新", "Please reload the app", status=426
)
INTERNAL = ErrorRow(
    1009, "INTERNAL", "服务器出了点问题,内容没有丢失,请稍后再试", "Something went wrong here; nothing is lost, please try again",
    temporary=True, status=500,
)  # fmt: skip
UNAVAILABLE = ErrorRow(
    1010, "UNAVAILABLE", "服务暂时不可用,将自动重试", "The service is away for a moment; it will be tried again",
    temporary=True, status=503,
)  # fmt: skip
NOT_FOUND = ErrorRow(1011, "NOT_FOUND", "没有找到", "Not found", status=404)
TOO_MANY_REQUESTS = ErrorRow(
    1200,
    "TOO_MANY_REQUESTS",
    "操作过于频繁,请{s}秒后再试",
    "Too fast; try again in {s} s",
    temporary=True,
    status=429,
)
BUSY = ErrorRow(
    1201,
    "BUSY",
    "服务器繁忙,稍后自动重试",
    "The server is busy; it will be tried again",
    temporary=True,
    status=503,
)
TOO_LARGE = ErrorRow(1202, "TOO_LARGE", "内容过大", "Too large", status=413)
FORBIDDEN = ErrorRow(1300, "FORBIDDEN", "您没有进行此操作的权限", "You may not do this", status=403)
REAUTH_NEEDED = ErrorRow(
    1301, "REAUTH_NEEDED", "为了安全,请再次验证身份", "Please confirm it is you", status=403
)
CONFLICT = ErrorRow(
    1302,
    "CONFLICT",
    "内容刚刚被他人更改,请刷新后再试",
    "Somebody changed this just now; reload and try again",
    status=409,
)

CORE_ERRORS: tuple[ErrorRow, ...] = (
    BAD_FRAME, UNKNOWN_TYPE, BAD_FIELD, HELLO_FIRST, NOT_SIGNED_IN, UNKNOWN_TOPIC, NOT_SUBSCRIBED, TOO_MANY_TOPICS,
    PROTOCOL_VERSION_UNKNOWN, INTERNAL, UNAVAILABLE, NOT_FOUND, TOO_MANY_REQUESTS, BUSY, TOO_LARGE, FORBIDDEN, REAUTH_NEEDED,
    CONFLICT,
)  # fmt: skip
