"""Words of the record in both languages: forms of vote, outcomes, categories of leave, ways of check-in. Pure data.

Imported by channels.meeting.minutes and server.
"""

from channels.meeting.protocol.sheet import Method, RowStatus
from channels.meeting.protocol.values import MeetingText, VoteForm


def _text(zh: str, en: str) -> MeetingText:
    return MeetingText(zh=zh, en=en)


FORMS: dict[VoteForm, MeetingText] = {
    "hand": _text("举手表决", "show of hands"),
    "voice": _text("口头表决", "by voice"),
    "named": _text("记名投票", "by name"),
    "paper": _text("无记名投票(纸质)", "secret ballot on paper"),
}
OUTCOMES: dict[str, MeetingText] = {
    "proposed": _text("未表决", "not put to the vote"),
    "discussing": _text("未表决", "not put to the vote"),
    "open": _text("未结束", "not ended"),
    "counted": _text("已计票", "counted"),
    "passed": _text("通过", "passed"),
    "failed": _text("未通过", "not passed"),
    "deferred": _text("暂缓表决", "deferred"),
    "void": _text("无效", "void"),
}
LEAVE: dict[str, MeetingText] = {
    "sick": _text("病假", "illness"),
    "personal": _text("事假", "personal"),
    "official": _text("公假", "official duty"),
    "other": _text("其他", "other"),
}
STATUS: dict[RowStatus, MeetingText] = {
    "expected": _text("未到", "not here yet"),
    "on_time": _text("准时", "on time"),
    "late": _text("迟到", "late"),
    "leave": _text("请假", "on leave"),
    "official": _text("公假", "official duty"),
    "absent": _text("缺席", "absent"),
    "excluded": _text("不计入应到", "not expected"),
    "observer": _text("列席", "observer"),
}
METHODS: dict[Method, MeetingText] = {
    "code": _text("签到码", "code"),
    "qr": _text("扫码", "QR"),
    "organizer": _text("现场代录", "by the organizer"),
    "pass": _text("出示二维码", "own pass"),
    "rollcall": _text("点名", "roll-call"),
    "paper": _text("纸质签到", "on paper"),
}
