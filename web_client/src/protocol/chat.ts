import type { ChatDeleted, ChatEdited, ChatPinned, ChatReacted, ChatRecalled, ChatSent } from "./generated";

/** What stands in the log of `chat:<room>`. */
export type ChatLogEvent = ChatSent | ChatEdited | ChatRecalled | ChatDeleted | ChatReacted | ChatPinned;

export type {
  ChatAttachment,
  ChatDeleted,
  ChatEdited,
  ChatGone,
  ChatMessage,
  ChatPage,
  ChatPeopleResult,
  ChatPerson,
  ChatPinned,
  ChatReacted,
  ChatRecalled,
  ChatSend,
  ChatSent,
  ChatSnapshot,
  ChatTypingEvent,
  PresenceChanged,
  PresenceState,
} from "./generated";
