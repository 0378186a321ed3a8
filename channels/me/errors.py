"""Refusals of me, 2300–2399."""

from channels.protocol.errors import ErrorRow

NOT_A_MEMBER = ErrorRow(
    2300,
    "NOT_A_MEMBER",
    "此账号不是任何组织的成员",
    "This account is no member of any organisation",
    status=403,
)

ME_ERRORS: tuple[ErrorRow, ...] = (NOT_A_MEMBER,)
