"""The row of chat: what it offers to the pipeline, the documents and the tests."""

from channels.chat.body import render
from channels.chat.changing import delete, edit, pin, react, recall
from channels.chat.contract import RoomLines
from channels.chat.errors import CHAT_ERRORS
from channels.chat.protocol import (
    CHAT_LOG_EVENTS,
    ChatDelete,
    ChatEdit,
    ChatFiles,
    ChatFilesResult,
    ChatHistory,
    ChatMarkRead,
    ChatMarkReadResult,
    ChatOpenDirect,
    ChatOpened,
    ChatPage,
    ChatPeople,
    ChatPeopleResult,
    ChatPin,
    ChatReact,
    ChatRecall,
    ChatSend,
    ChatSendResult,
    ChatSnapshot,
    ChatTyping,
    ChatTypingEvent,
)
from channels.chat.reading import files, history, mark_read, may_enter, people, snapshot
from channels.chat.room_list import room_lines
from channels.chat.rooms import ROOM_INDEXES
from channels.chat.sending import MENTIONED, send
from channels.chat.store import LOG_INDEXES_OF_CHAT
from channels.chat.talking import open_direct, typing
from channels.chat.told import tell_mentioned
from channels.chat.uploads import UPLOAD_INDEXES
from channels.core.feature import CommandRow, FactRow, Feature, QueryRow, RateClass, TopicRow
from channels.protocol.base import Done

FEATURE = Feature(
    name="chat",
    commands=(
        CommandRow(ChatSend, ChatSendResult, send, bots=True),
        CommandRow(ChatEdit, Done, edit, bots=True),
        CommandRow(ChatRecall, Done, recall, bots=True),
        CommandRow(ChatDelete, Done, delete, capability="chat.delete"),
        CommandRow(ChatReact, Done, react),
        CommandRow(ChatPin, Done, pin),
        CommandRow(ChatMarkRead, ChatMarkReadResult, mark_read, rate=RateClass.LIGHT),
        CommandRow(ChatHistory, ChatPage, history, rate=RateClass.READ, writes=False, bots=True),
        CommandRow(ChatFiles, ChatFilesResult, files, rate=RateClass.READ, writes=False),
        CommandRow(ChatOpenDirect, ChatOpened, open_direct),
        CommandRow(ChatTyping, Done, typing, rate=RateClass.LIGHT),
        CommandRow(ChatPeople, ChatPeopleResult, people, rate=RateClass.READ, writes=False),
    ),
    events=(*CHAT_LOG_EVENTS, ChatTypingEvent),
    topic=TopicRow("chat", may_enter, snapshot, ChatSnapshot, render, roster=True),
    queries=(QueryRow(RoomLines, room_lines),),
    facts=(FactRow(MENTIONED, tell_mentioned),),
    errors=CHAT_ERRORS,
    indexes=(*ROOM_INDEXES, *UPLOAD_INDEXES, *LOG_INDEXES_OF_CHAT),
    capabilities={
        "chat.delete": "delete messages of others by the rules, with a reason they read",
        "chat.pin": "pin messages",
        "chat.mention_everyone": "mention everyone",
    },
)
