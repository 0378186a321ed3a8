"""Refusals of leave and correction, 2450–2459."""

from channels.protocol.errors import ErrorRow

LEAVE_TOO_LATE = ErrorRow(
    2450,
    "LEAVE_TOO_LATE",
    "现在不能再请假,请联系组织者",
    "It is too late to ask for leave; see the organizer",
    status=409,
)
CORRECTION_TOO_LATE = ErrorRow(
    2451,
    "CORRECTION_TOO_LATE",
    "申请更正的时间({h}小时)已过",
    "Corrections could be asked for within {h} hours",
    status=409,
)
REASON_NEEDED_HERE = ErrorRow(
    2452, "DECISION_REASON_NEEDED", "请写明理由", "Please give a reason", status=422
)

LEAVE_ERRORS: tuple[ErrorRow, ...] = (LEAVE_TOO_LATE, CORRECTION_TOO_LATE, REASON_NEEDED_HERE)
