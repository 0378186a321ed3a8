"""Refusals of check-in on paper, 2425–2429. Imported by channels.meeting.entry."""

from channels.protocol.errors import ErrorRow

PAPER_HEADER = ErrorRow(
    2425,
    "PAPER_HEADER",
    "没有找到表头:需要「姓名」一列,以及「签名」「状态」「时间」中的一列",
    "No header found: a column Name is needed, and one of Signature, Status, Time",
    status=422,
)

ENTRY_ERRORS: tuple[ErrorRow, ...] = (PAPER_HEADER,)
