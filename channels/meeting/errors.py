"""Refusals of meetings, 2400–2499 (domain.md 5.4).

The log-in has the keys CODE_WRONG and TOO_MANY_TRIES, the roll has CONFLICT_OF_ROLE for roles that are held; here they are
CHECKIN_CODE_WRONG, CHECKIN_PAUSED and ROLES_CLASH.
"""

from channels.protocol.errors import ErrorRow

CHECKIN_NOT_OPEN = ErrorRow(
    2400,
    "CHECKIN_NOT_OPEN",
    "签到尚未开始,{time} 开始",
    "Check-in has not begun; it begins at {time}",
    status=409,
)
CHECKIN_CLOSED = ErrorRow(
    2401,
    "CHECKIN_CLOSED",
    "签到已结束,可在{h}小时内申请补签",
    "Check-in is over; you may ask for a correction within {h} hours",
    status=409,
)
CODE_EXPIRED = ErrorRow(
    2402,
    "CODE_EXPIRED",
    "签到码已更新,请看屏幕上的新码",
    "The code has changed; look at the screen",
    status=409,
)
CODE_WRONG = ErrorRow(
    2403,
    "CHECKIN_CODE_WRONG",
    "签到码不正确,还可尝试{n}次",
    "The code is not right; {n} tries left",
    status=409,
)
TOO_MANY_TRIES = ErrorRow(
    2404,
    "CHECKIN_PAUSED",
    "尝试次数过多,请{s}秒后再试或请组织者协助",
    "Too many tries; wait {s} s or ask the organizer",
    temporary=True,
    status=429,
)
DEVICE_ALREADY_USED = ErrorRow(
    2405,
    "DEVICE_ALREADY_USED",
    "本机已为另一位成员签到,共用手机请现场找组织者登记",
    "This device checked somebody else in; with a shared phone please see the organizer",
    status=409,
)
NOT_ON_ROLL = ErrorRow(
    2406,
    "NOT_ON_ROLL",
    "您不在本次应到名单中,可列席",
    "You are not on the roll of this meeting; you may sit in",
    status=403,
)
QUORUM_NOT_MET = ErrorRow(
    2407,
    "QUORUM_NOT_MET",
    "到会有表决权{n}人,需{m}人,暂不能表决,可继续讨论",
    "{n} are present, {m} are needed: no vote yet, discussion may go on",
    status=409,
)
QUORUM_LOST = ErrorRow(
    2408,
    "QUORUM_LOST",
    "有人离开,现不足{m}人,表决暂停",
    "Some have left, fewer than {m} are present: no vote now",
    status=409,
)
NOT_ENTITLED = ErrorRow(
    2409, "NOT_ENTITLED", "您本次无表决权,可旁听", "You have no vote here; you may listen", status=403
)
VOTE_CLOSED = ErrorRow(2410, "VOTE_CLOSED", "投票已结束", "The vote is over", status=409)
ROLES_CLASH = ErrorRow(
    2411,
    "ROLES_CLASH",
    "您与本事项有关,请由其他人处理",
    "This concerns you; somebody else must do it",
    status=403,
)
BATON_TAKEN = ErrorRow(
    2412, "BATON_TAKEN", "点名已由{name}接管", "{name} has taken over the roll-call", status=409
)
WRONG_STAGE = ErrorRow(
    2413,
    "WRONG_STAGE",
    "会议目前的阶段不能这样做,请刷新后再看",
    "The meeting is not at a point where this can be done; reload to see where it is",
    status=409,
)
KIND_UNKNOWN = ErrorRow(
    2414, "KIND_UNKNOWN", "没有这种会议", "There is no such kind of meeting here", status=422
)
PLAN_WRONG = ErrorRow(
    2415,
    "PLAN_WRONG",
    "会议安排有误:{field}",
    "Something in the plan is not right: {field}",
    status=422,
)
TOO_SHORT_NOTICE = ErrorRow(
    2416,
    "TOO_SHORT_NOTICE",
    "须提前{n}天通知",
    "Meetings must be announced {n} days ahead",
    status=409,
)
PERSON_NOT_HERE = ErrorRow(
    2417, "PERSON_NOT_HERE", "名单中没有这个人", "Nobody like that is on the list", status=404
)
NOTHING_THERE = ErrorRow(
    2418,
    "NOTHING_THERE",
    "没有找到这一项,请刷新",
    "There is no such thing in this meeting; reload",
    status=404,
)
OTHER_RUNNING = ErrorRow(
    2419,
    "OTHER_RUNNING",
    "已有会议正在进行:{title}",
    "Another meeting of this unit is running: {title}",
    status=409,
)

MEETING_ERRORS: tuple[ErrorRow, ...] = (
    CHECKIN_NOT_OPEN, CHECKIN_CLOSED, CODE_EXPIRED, CODE_WRONG, TOO_MANY_TRIES, DEVICE_ALREADY_USED, NOT_ON_ROLL, QUORUM_NOT_MET,
    QUORUM_LOST, NOT_ENTITLED, VOTE_CLOSED, ROLES_CLASH, BATON_TAKEN, WRONG_STAGE, KIND_UNKNOWN, PLAN_WRONG,
    TOO_SHORT_NOTICE, PERSON_NOT_HERE, NOTHING_THERE, OTHER_RUNNING,
)  # fmt: skip
