"""Refusals of chat, 2000–2099."""

from channels.protocol.errors import ErrorRow

MESSAGE_UNKNOWN = ErrorRow(
    2000, "MESSAGE_UNKNOWN", "没有找到这条消息", "There is no such message here", status=404
)
MESSAGE_GONE = ErrorRow(
    2001, "MESSAGE_GONE", "这条消息已被撤回或删除", "This message was recalled or deleted", status=410
)
NOT_YOURS = ErrorRow(2002, "NOT_YOURS", "只能更改自己的消息", "Only its author may do this", status=403)
RECALL_TOO_LATE = ErrorRow(
    2003,
    "RECALL_TOO_LATE",
    "发送超过{m}分钟,不能再撤回",
    "Messages can be recalled within {m} minutes only",
    status=409,
)
EDIT_TOO_LATE = ErrorRow(
    2004,
    "EDIT_TOO_LATE",
    "发送超过{h}小时,不能再编辑",
    "Messages can be edited within {h} hours only",
    status=409,
)
EDITS_FULL = ErrorRow(
    2005,
    "EDITS_FULL",
    "这条消息已编辑{max}次,不能再编辑",
    "This message was edited {max} times already",
    status=409,
)
TEXT_EMPTY = ErrorRow(2006, "TEXT_EMPTY", "请输入内容", "Please write something", status=422)
TEXT_TOO_LONG = ErrorRow(
    2007,
    "TEXT_TOO_LONG",
    "内容超过{max}字,请分开发送",
    "Longer than {max} characters; please split it",
    status=422,
)
TEXT_FORBIDDEN = ErrorRow(
    2008,
    "TEXT_FORBIDDEN",
    "内容中有不能使用的字符",
    "The text holds characters that cannot be used",
    status=422,
)
MENTION_UNKNOWN = ErrorRow(
    2009,
    "MENTION_UNKNOWN",
    "提及的人不在这个房间",
    "Somebody you mention is not in this room",
    status=422,
)
NOT_A_ROOT = ErrorRow(
    2010,
    "NOT_A_ROOT",
    "话题中的回复不能再开话题",
    "A reply in a thread cannot begin another thread",
    status=422,
)
REACTION_UNKNOWN = ErrorRow(
    2011, "REACTION_UNKNOWN", "不支持这个表情", "This cannot be used as a reaction", status=422
)
REACTIONS_FULL = ErrorRow(
    2012,
    "REACTIONS_FULL",
    "这条消息的表情已经很多,不能再添加",
    "This message has all the reactions it can hold",
    status=409,
)
PINS_FULL = ErrorRow(
    2013,
    "PINS_FULL",
    "最多置顶{max}条消息,请先取消一些",
    "At most {max} messages can be pinned; unpin some first",
    status=409,
)
ATTACHMENT_UNKNOWN = ErrorRow(
    2014,
    "ATTACHMENT_UNKNOWN",
    "附件不存在或已过期,请重新上传",
    "An attachment is missing or expired; please upload it again",
    status=422,
)
PERSON_UNKNOWN = ErrorRow(
    2015, "PERSON_UNKNOWN", "没有找到这位成员", "There is no such member here", status=404
)
PARTNER_LEFT = ErrorRow(
    2016,
    "PARTNER_LEFT",
    "对方已不在本组织,不能再发送消息",
    "They are no longer in your organisation",
    status=409,
)
CID_USED = ErrorRow(
    2017, "CID_USED", "这条消息已发到别处", "This client id was used in another room", status=409
)

CHAT_ERRORS: tuple[ErrorRow, ...] = (
    MESSAGE_UNKNOWN, MESSAGE_GONE, NOT_YOURS, RECALL_TOO_LATE, EDIT_TOO_LATE, EDITS_FULL, TEXT_EMPTY, TEXT_TOO_LONG,
    TEXT_FORBIDDEN, MENTION_UNKNOWN, NOT_A_ROOT, REACTION_UNKNOWN, REACTIONS_FULL, PINS_FULL, ATTACHMENT_UNKNOWN, PERSON_UNKNOWN,
    PARTNER_LEFT, CID_USED,
)  # fmt: skip
