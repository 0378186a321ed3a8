"""Why the server closes a socket, and whether the client should come back.

1000–1015 are RFC 6455 section 7.4; ours: 4400–4449 reconnect with back-off, 4500–4549 do not reconnect by yourself.
Imported by channels, server, load_tests.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CloseRow:
    """One reason for closing.

    Attributes:
        code: WebSocket close code.
        key: Stable word; sent as the close reason, with ` retry_after_ms=<n>` behind it when there is advice.
        reconnect: True when the client should reconnect by itself (with full jitter).
        meaning: For the protocol document.
    """

    code: int
    key: str
    reconnect: bool
    meaning: str


GOING_AWAY = CloseRow(1001, "GOING_AWAY", True, "The client or server leaves.")
PROTOCOL_ERROR = CloseRow(1002, "PROTOCOL_ERROR", False, "The peer broke RFC 6455.")
BAD_PAYLOAD = CloseRow(1007, "BAD_PAYLOAD", False, "Text that is not UTF-8.")
MESSAGE_TOO_BIG = CloseRow(1009, "MESSAGE_TOO_BIG", False, "A frame or message over the size limit.")
SERVICE_RESTART = CloseRow(
    1012, "SERVICE_RESTART", True, "The server restarts; come back after retry_after_ms."
)
TRY_LATER = CloseRow(1013, "TRY_LATER", True, "The server is overloaded; come back after retry_after_ms.")
SLOW_CONSUMER = CloseRow(4400, "SLOW_CONSUMER", True, "The client read too slowly; resume by seq.")
HEARTBEAT_MISSED = CloseRow(4401, "HEARTBEAT_MISSED", True, "No sign of life within the heartbeat time.")
HELLO_TIMEOUT = CloseRow(4402, "HELLO_TIMEOUT", True, "No hello within 5 s of the handshake.")
SESSION_ENDED = CloseRow(4500, "SESSION_ENDED", False, "Signed out, revoked or expired: sign in again.")
NOT_AUTHENTICATED = CloseRow(4501, "NOT_AUTHENTICATED", False, "The hello carried no valid session or token.")
TOO_MANY_ERRORS = CloseRow(4502, "TOO_MANY_ERRORS", False, "Too many malformed messages.")
VERSION_UNKNOWN = CloseRow(
    4503, "VERSION_UNKNOWN", False, "The protocol version is not served; reload the app."
)

CLOSE_ROWS: tuple[CloseRow, ...] = (
    GOING_AWAY, PROTOCOL_ERROR, BAD_PAYLOAD, MESSAGE_TOO_BIG, SERVICE_RESTART, TRY_LATER, SLOW_CONSUMER, HEARTBEAT_MISSED,
    HELLO_TIMEOUT, SESSION_ENDED, NOT_AUTHENTICATED, TOO_MANY_ERRORS, VERSION_UNKNOWN,
)  # fmt: skip
