"""Refusals of minutes, 2460–2479."""

from channels.protocol.errors import ErrorRow

MINUTES_MISSING = ErrorRow(
    2460,
    "MINUTES_MISSING",
    "会议记录还缺:{parts}",
    "The minutes still lack: {parts}",
    status=409,
)
MINUTES_CHANGED = ErrorRow(
    2461,
    "MINUTES_CHANGED",
    "会议记录刚被更改,请重新打开",
    "The minutes were changed just now; open them again",
    status=409,
)
RETURN_REASON = ErrorRow(2462, "RETURN_REASON", "退回须写明理由", "Returning them needs a reason", status=422)
NOT_APPROVED = ErrorRow(
    2463, "NOT_APPROVED", "会议记录尚未通过", "The minutes are not approved yet", status=409
)

MINUTES_ERRORS: tuple[ErrorRow, ...] = (MINUTES_MISSING, MINUTES_CHANGED, RETURN_REASON, NOT_APPROVED)
