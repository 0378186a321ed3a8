"""Refusals of uploads and downloads, 2200–2299. May be imported by server."""

from channels.protocol.errors import ErrorRow

UPLOAD_TYPE = ErrorRow(
    2200,
    "UPLOAD_TYPE",
    "不支持这种文件;可以发送图片、PDF、Word、Excel、PPT、ODT、TXT、CSV",
    "This kind of file is not taken; pictures, PDF, Word, Excel, PowerPoint, ODT, TXT and CSV are",
    status=415,
)
UPLOAD_MISMATCH = ErrorRow(
    2201,
    "UPLOAD_MISMATCH",
    "文件内容与文件名的类型不符",
    "The content of the file does not fit its name",
    status=422,
)
UPLOAD_TOO_LARGE = ErrorRow(
    2202, "UPLOAD_TOO_LARGE", "文件超过{mb}MB", "The file is larger than {mb} MB", status=413
)
IMAGE_TOO_LARGE = ErrorRow(
    2203, "IMAGE_TOO_LARGE", "图片超过{mp}百万像素", "The picture has more than {mp} megapixels", status=422
)
IMAGE_BROKEN = ErrorRow(
    2204,
    "IMAGE_BROKEN",
    "图片无法打开,可能已损坏",
    "The picture cannot be opened; it may be damaged",
    status=422,
)
DOCUMENT_REFUSED = ErrorRow(
    2205,
    "DOCUMENT_REFUSED",
    "文档已损坏、含有宏或解压后过大",
    "The document is damaged, holds macros, or grows too large when opened",
    status=422,
)
UPLOADS_FULL = ErrorRow(
    2206,
    "UPLOADS_FULL",
    "未发送的文件已达{max}个,请先发送或稍后再试",
    "You have {max} files that were not sent yet; send them or try again later",
    status=409,
)
UPLOAD_EMPTY = ErrorRow(2207, "UPLOAD_EMPTY", "文件是空的", "The file is empty", status=422)
UPLOAD_NAME = ErrorRow(2208, "UPLOAD_NAME", "文件名不正确", "The file name cannot be used", status=422)
FILE_GONE = ErrorRow(2209, "FILE_GONE", "没有找到这个文件", "There is no such file", status=404)

FILE_ERRORS: tuple[ErrorRow, ...] = (
    UPLOAD_TYPE, UPLOAD_MISMATCH, UPLOAD_TOO_LARGE, IMAGE_TOO_LARGE, IMAGE_BROKEN, DOCUMENT_REFUSED, UPLOADS_FULL, UPLOAD_EMPTY,
    UPLOAD_NAME, FILE_GONE,
)  # fmt: skip
