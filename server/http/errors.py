"""Refusals that only HTTP knows. Numbers 1050–1059 (frames and session) and 1310–1319 (access).

May be imported by server.
"""

from channels.protocol.errors import ErrorRow

NOT_JSON = ErrorRow(
    1050, "NOT_JSON", "请求格式应为 application/json", "Send the body as application/json", status=415
)
METHOD_NOT_ALLOWED = ErrorRow(
    1051, "METHOD_NOT_ALLOWED", "此地址不支持这种操作", "This address does not take that method", status=405
)
BAD_REQUEST = ErrorRow(1052, "BAD_REQUEST", "请求格式不正确", "The request is not well-formed")
SLOW_REQUEST = ErrorRow(
    1053, "SLOW_REQUEST", "上传时间过长,请重试", "The request took too long to arrive; try again",
    temporary=True, status=408,
)  # fmt: skip
NOT_READY = ErrorRow(
    1054, "NOT_READY", "本服务器暂不接受新请求({reason}),请稍后再试", "This server takes nobody new just now ({reason}); try again",
    temporary=True, status=503,
)  # fmt: skip
CROSS_SITE = ErrorRow(
    1310,
    "CROSS_SITE",
    "请求来自其他网站,已拒绝",
    "The request came from another site and was refused",
    status=403,
)
SECOND_FACTOR_NEEDED = ErrorRow(
    1311, "SECOND_FACTOR_NEEDED", "请先完成双重验证", "Complete two-step sign-in first", status=403
)
NOT_FOR_BOTS = ErrorRow(
    1312, "NOT_FOR_BOTS", "此令牌无权进行这项操作", "This token may not be used for that", status=403
)

HTTP_ERRORS: tuple[ErrorRow, ...] = (
    NOT_JSON, METHOD_NOT_ALLOWED, BAD_REQUEST, SLOW_REQUEST, NOT_READY, CROSS_SITE, SECOND_FACTOR_NEEDED, NOT_FOR_BOTS,
)  # fmt: skip
