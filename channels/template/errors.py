"""Refusals of the template, 2500–2519."""

from channels.protocol.errors import ErrorRow

SETTING_UNKNOWN = ErrorRow(
    2500,
    "SETTING_UNKNOWN",
    "没有这一项设置,请刷新后重试",
    "There is no such setting; reload and try again",
    status=422,
)
SETTING_WRONG = ErrorRow(
    2501,
    "SETTING_WRONG",
    "“{field}”的值不合适,请修改",
    "The value of “{field}” does not fit; please change it",
    status=422,
)
NOTHING_CHANGED = ErrorRow(
    2502,
    "NOTHING_CHANGED",
    "没有任何改动",
    "Nothing was changed",
    status=422,
)
TEMPLATE_CHANGED = ErrorRow(
    2503,
    "TEMPLATE_CHANGED",
    "规则刚刚有变动,请核对后重新提议",
    "The rules have changed meanwhile; look again and propose anew",
    status=409,
)
PROPOSAL_OPEN = ErrorRow(
    2504,
    "PROPOSAL_OPEN",
    "已有一项提议等待审定,请先处理",
    "Another proposal waits for a decision; deal with it first",
    status=409,
)
PROPOSAL_DECIDED = ErrorRow(
    2505,
    "PROPOSAL_DECIDED",
    "这项提议已有结果,请刷新",
    "This proposal is settled already; reload",
    status=409,
)
SECOND_OFFICER = ErrorRow(
    2506,
    "SECOND_OFFICER",
    "须由另一位负责人审定",
    "Another officer must decide",
    status=403,
)
PROPOSAL_REASON = ErrorRow(
    2507,
    "PROPOSAL_REASON",
    "请写明原因",
    "Please give a reason",
    status=422,
)

TEMPLATE_ERRORS = (
    SETTING_UNKNOWN, SETTING_WRONG, NOTHING_CHANGED, TEMPLATE_CHANGED, PROPOSAL_OPEN, PROPOSAL_DECIDED, SECOND_OFFICER,
    PROPOSAL_REASON,
)  # fmt: skip
