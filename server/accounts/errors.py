"""Numbered errors of accounts (1100–1199). Texts never say whether an account exists. May be imported by server."""

from channels.protocol.errors import ErrorRow

LOGIN_WRONG = ErrorRow(
    1100, "LOGIN_WRONG", "登录名或密码不正确", "The log-in name or the password is not right", status=403
)
TOO_MANY_TRIES = ErrorRow(
    1101, "TOO_MANY_TRIES", "尝试次数过多,请{s}秒后再试,或请负责人协助",
    "Too many tries; try again in {s} s, or ask an officer",
    temporary=True, status=429,
)  # fmt: skip
LOGIN_HELD = ErrorRow(
    1102, "LOGIN_HELD",
    "连续输错次数过多。为保护您的账号,请用登录过的设备登录,或请负责人发放新的激活码",
    "Too many failed tries in a row. To protect you, sign in on a device you used before, or ask an officer for a new code",
    status=403,
)  # fmt: skip
TOTP_WRONG = ErrorRow(1103, "TOTP_WRONG", "动态口令不正确", "The one-time code is not right", status=403)
TOTP_REPLAY = ErrorRow(
    1104, "TOTP_REPLAY", "该口令已使用,请等待下一个口令",
    "This one-time code was used already; wait for the next one", status=403,
)  # fmt: skip
TOTP_CLOCK = ErrorRow(
    1105, "TOTP_CLOCK", "您手机的时间{way_zh}了约{minutes}分钟,请打开“自动设置时间”,或使用恢复码",
    "The clock of your phone is about {minutes} min {way_en}; switch on automatic time, or use a recovery code",
    status=403,
)  # fmt: skip
START_OVER = ErrorRow(
    1106, "START_OVER", "登录已超时或输错次数过多,请重新输入密码",
    "This log-in took too long or failed too often; start again with your password", status=401,
)  # fmt: skip
RECOVERY_WRONG = ErrorRow(
    1107,
    "RECOVERY_WRONG",
    "恢复码不正确或已使用",
    "The recovery code is not right or was used already",
    status=403,
)
CODE_WRONG = ErrorRow(
    1108, "CODE_WRONG", "激活码不正确、已使用或已过期,请向负责人领取新的激活码",
    "The activation code is not right, was used or has expired; ask an officer for a new one", status=404,
)  # fmt: skip
LOGIN_NAME_TAKEN = ErrorRow(
    1109,
    "LOGIN_NAME_TAKEN",
    "这个登录名已被使用,请换一个",
    "This log-in name is taken; choose another",
    status=409,
)
LOGIN_NAME_WRONG = ErrorRow(
    1110, "LOGIN_NAME_WRONG", "登录名由3至32个小写字母、数字、汉字或 . _ - 组成,以字母或汉字开头(汉字至少2个)",
    "A log-in name has 3 to 32 lower-case letters, digits, Chinese characters or . _ - and begins with a letter",
    status=422,
)  # fmt: skip
ENROL_NOT_STARTED = ErrorRow(
    1111, "ENROL_NOT_STARTED", "请先扫描新的二维码", "Scan a new QR code first", status=409
)
STEP_WRONG = ErrorRow(
    1112,
    "STEP_WRONG",
    "当前步骤不能进行此操作,请刷新页面",
    "This does not fit the present step; reload the page",
    status=409,
)
RESET_CODE_NEEDED = ErrorRow(
    1113, "RESET_CODE_NEEDED", "您的双重验证已由两位负责人重置,请用他们交给您的登记码继续",
    "Your second factor was reset by two officers; continue with the code they gave you", status=403,
)  # fmt: skip

PASSWORD_SHORT = ErrorRow(
    1120, "PASSWORD_SHORT", "密码至少{n}个字符", "The password needs at least {n} characters", status=422
)
PASSWORD_TOO_LONG = ErrorRow(1121, "PASSWORD_TOO_LONG", "密码过长", "The password is too long", status=422)
PASSWORD_COMMON = ErrorRow(
    1122, "PASSWORD_COMMON", "这个密码太常见,容易被猜到,请换一个", "This password is well known and easy to guess; choose another",
    status=422,
)  # fmt: skip
PASSWORD_PINYIN = ErrorRow(
    1123, "PASSWORD_PINYIN", "拼音加数字的密码容易被猜到,请换一个更长的句子",
    "Pinyin with digits is easy to guess; choose a longer phrase", status=422,
)  # fmt: skip
PASSWORD_NUMBER = ErrorRow(
    1124, "PASSWORD_NUMBER", "像手机号、日期或证件号的密码容易被猜到,请换一个",
    "A password that looks like a phone number, date or identity number is easy to guess; choose another", status=422,
)  # fmt: skip
PASSWORD_PATTERN = ErrorRow(
    1125, "PASSWORD_PATTERN", "重复或按键盘顺序的密码容易被猜到,请换一个",
    "Repetitions and keyboard runs are easy to guess; choose another", status=422,
)  # fmt: skip
PASSWORD_CONTEXT = ErrorRow(
    1126, "PASSWORD_CONTEXT", "密码不能由您的姓名、登录名、邮箱或组织名称构成,请换一个",
    "A password must not be made of your name, log-in name, mail or organisation; choose another", status=422,
)  # fmt: skip
PASSWORD_SAME = ErrorRow(
    1127,
    "PASSWORD_SAME",
    "新密码与当前密码相同",
    "The new password is the same as the present one",
    status=422,
)

RESET_NOT_OPEN = ErrorRow(
    1130,
    "RESET_NOT_OPEN",
    "该申请已处理或已过期",
    "This request was decided already or has expired",
    status=409,
)
RESET_SAME_OFFICER = ErrorRow(
    1131, "RESET_SAME_OFFICER", "重置需要两位负责人:提出与批准不能是同一人,也不能是本人",
    "A reset takes two officers: whoever asks may not approve, and neither may be the member", status=403,
)  # fmt: skip
RESET_OPEN_ALREADY = ErrorRow(
    1132,
    "RESET_OPEN_ALREADY",
    "这位成员已有待批准的重置申请",
    "There is an open request for this member already",
    status=409,
)
NO_ACCOUNT = ErrorRow(
    1133, "NO_ACCOUNT", "这位成员还没有账号,请先发放激活码",
    "This member has no account yet; hand out an activation code first", status=409,
)  # fmt: skip
SCOPE_WRONG = ErrorRow(
    1140, "SCOPE_WRONG", "令牌不能用于 {scope},或您没有相应权限",
    "A token cannot be given {scope}, or you may not do that yourself", status=422,
)  # fmt: skip
TOO_MANY_TOKENS = ErrorRow(
    1141,
    "TOO_MANY_TOKENS",
    "令牌已达上限{n}个,请先撤销不用的",
    "There are {n} tokens already; revoke one first",
    status=409,
)

SIGN_IN_BUSY = ErrorRow(
    1142,
    "SIGN_IN_BUSY",
    "登录的人较多,请{s}秒后再试",
    "Many people are signing in; try again in {s} s",
    temporary=True,
    status=429,
)

ACCOUNT_ERRORS: tuple[ErrorRow, ...] = (
    LOGIN_WRONG, TOO_MANY_TRIES, LOGIN_HELD, TOTP_WRONG, TOTP_REPLAY, TOTP_CLOCK, START_OVER, RECOVERY_WRONG, CODE_WRONG,
    LOGIN_NAME_TAKEN, LOGIN_NAME_WRONG, ENROL_NOT_STARTED, STEP_WRONG, RESET_CODE_NEEDED, PASSWORD_SHORT, PASSWORD_TOO_LONG,
    PASSWORD_COMMON, PASSWORD_PINYIN, PASSWORD_NUMBER, PASSWORD_PATTERN, PASSWORD_CONTEXT, PASSWORD_SAME, RESET_NOT_OPEN,
    RESET_SAME_OFFICER, RESET_OPEN_ALREADY, NO_ACCOUNT, SCOPE_WRONG, TOO_MANY_TOKENS, SIGN_IN_BUSY,
)  # fmt: skip
