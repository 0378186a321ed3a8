"""Numbered errors of the organisation and the roll (2100–2199). Imported by this feature and the roof."""

from channels.protocol.errors import ErrorRow

UNIT_UNKNOWN = ErrorRow(
    2100,
    "UNIT_UNKNOWN",
    "没有这个组织单元,或您无权查看",
    "There is no such unit, or it is not open to you",
    status=404,
)
MEMBER_UNKNOWN = ErrorRow(
    2101, "MEMBER_UNKNOWN", "花名册中没有这位成员", "Nobody on the roll has this id", status=404
)
NUMBER_TAKEN = ErrorRow(
    2102, "NUMBER_TAKEN", "编号已被另一位成员使用", "Another member already has this number", status=409
)
REASON_NEEDED = ErrorRow(
    2103,
    "REASON_NEEDED",
    "请写明查看原因(至少{n}个字),本人可以看到",
    "Say why (at least {n} characters); the member will see it",
    status=422,
)
ROLE_UNKNOWN = ErrorRow(2104, "ROLE_UNKNOWN", "没有这个职务", "There is no such role", status=422)
ROLE_HELD = ErrorRow(
    2105, "ROLE_HELD", "这位成员已担任该职务", "The member already holds this role", status=409
)
CONFLICT_OF_ROLE = ErrorRow(
    2106,
    "CONFLICT_OF_ROLE",
    "同一人不能兼任这两项职务,请由其他人担任",
    "One person may not hold both roles; choose somebody else",
    status=409,
)
LAST_SECRETARY = ErrorRow(
    2107,
    "LAST_SECRETARY",
    "这是最后一位能管理职务的负责人,请先指定接任者",
    "This is the last officer who can manage roles; name a successor first",
    status=409,
)
MEMBER_INACTIVE = ErrorRow(
    2108, "MEMBER_INACTIVE", "这位成员已不在册", "This member is no longer on the roll", status=409
)
UNIT_NAME_TAKEN = ErrorRow(
    2109, "UNIT_NAME_TAKEN", "同级已有同名单元", "A unit of this name exists here already", status=409
)
FIELD_WRONG = ErrorRow(2110, "FIELD_WRONG", "{field}:内容不正确", "{field}: not valid", status=422)
TEMPLATE_UNKNOWN = ErrorRow(2111, "TEMPLATE_UNKNOWN", "没有这个模板", "There is no such template", status=422)
NOT_A_BRANCH = ErrorRow(
    2112,
    "NOT_A_BRANCH",
    "花名册属于支部一级,请选择支部",
    "A roll belongs to a branch; choose a branch",
    status=422,
)
SELF_GRANT = ErrorRow(
    2113,
    "SELF_GRANT",
    "不能为自己添加职务,请由其他负责人办理",
    "Nobody grants a role to himself; ask another officer",
    status=403,
)
NOT_A_GROUP = ErrorRow(
    2114,
    "NOT_A_GROUP",
    "只有小组可以关闭",
    "Only groups can be closed",
    status=422,
)
GROUP_IN_USE = ErrorRow(
    2115,
    "GROUP_IN_USE",
    "小组里还有{n}位成员或职务、机器人令牌,请先移出再关闭",
    "{n} members, roles or bot tokens are still in this group; take them out first",
    status=409,
)
FILE_TOO_LARGE = ErrorRow(
    2130, "FILE_TOO_LARGE", "文件超过{mb} MB", "The file is larger than {mb} MB", status=413
)
FILE_UNREADABLE = ErrorRow(
    2131,
    "FILE_UNREADABLE",
    "无法读取文件,请用 Excel 或 WPS 另存为 .xlsx 后再试",
    "The file cannot be read; save it as .xlsx in Excel or WPS and try again",
    status=422,
)
FILE_TOO_WIDE = ErrorRow(
    2132,
    "FILE_TOO_WIDE",
    "表格过大:最多{rows}行、{columns}列",
    "The sheet is too big: {rows} rows and {columns} columns at most",
    status=422,
)
FILE_PROTECTED = ErrorRow(
    2133,
    "FILE_PROTECTED",
    "文件有密码,请取消密码后再试",
    "The file has a password; remove it and try again",
    status=422,
)
ENCODING_UNCLEAR = ErrorRow(
    2134,
    "ENCODING_UNCLEAR",
    "无法确定文字编码,请另存为 .xlsx,或选择 UTF-8 或 GB18030",
    "The text encoding is unclear; save as .xlsx, or choose UTF-8 or GB18030",
    status=422,
)
HEADER_NOT_FOUND = ErrorRow(
    2135,
    "HEADER_NOT_FOUND",
    "没有找到表头,请指出哪一列是姓名",
    "No header row was found; say which column holds the names",
    status=422,
)
IMPORT_GONE = ErrorRow(
    2136,
    "IMPORT_GONE",
    "这次导入已过期,请重新选择文件",
    "This import has expired; choose the file again",
    status=410,
)
IMPORT_CHANGED = ErrorRow(
    2137,
    "IMPORT_CHANGED",
    "花名册刚刚有变动,请核对新的预览后再确认",
    "The roll has changed meanwhile; check the new preview and confirm again",
    status=409,
)
TOO_FEW_TO_SHOW = ErrorRow(
    2138,
    "TOO_FEW_TO_SHOW",
    "样本过少,为保护隐私不显示",
    "Too few to show without revealing persons",
    status=403,
)

BRANCH_ERRORS: tuple[ErrorRow, ...] = (
    UNIT_UNKNOWN, MEMBER_UNKNOWN, NUMBER_TAKEN, REASON_NEEDED, ROLE_UNKNOWN, ROLE_HELD, CONFLICT_OF_ROLE, LAST_SECRETARY,
    MEMBER_INACTIVE, UNIT_NAME_TAKEN, FIELD_WRONG, TEMPLATE_UNKNOWN, NOT_A_BRANCH, SELF_GRANT, NOT_A_GROUP, GROUP_IN_USE, FILE_TOO_LARGE,
    FILE_UNREADABLE, FILE_TOO_WIDE, FILE_PROTECTED, ENCODING_UNCLEAR, HEADER_NOT_FOUND, IMPORT_GONE, IMPORT_CHANGED,
    TOO_FEW_TO_SHOW,
)  # fmt: skip
