/** Topic `chat:<room>` as this client uses it (server: channels/chat/protocol.py). */
import type { WireEvent } from "./wire";

export interface ChatAttachment {
  id: string;
  name: string;
  kind: "image" | "file";
  mime: string;
  size_bytes: number;
  width: number | null;
  height: number | null;
  thumbnail: boolean;
}

export interface ChatGone {
  how: "recalled" | "deleted";
  by: string;
  reason: string | null;
}

export interface ChatThreadSummary {
  count: number;
  last_seq: number;
  last_at_ms: number;
}

export interface ChatMessage {
  seq: number;
  at_ms: number;
  sender: string;
  n: number;
  thread: number | null;
  text: string;
  reply_to: number | null;
  mentions: string[];
  everyone: boolean;
  attachments: ChatAttachment[];
  edited_at_ms: number | null;
  gone: ChatGone | null;
  reactions: Record<string, string[]>;
  pinned: boolean;
  thread_summary: ChatThreadSummary | null;
}

export interface ChatPinMark {
  message: number;
  by: string;
  pinned_at_ms: number;
}

export interface ChatSnapshot {
  room: string;
  head_n: number;
  messages: ChatMessage[];
  more_before: boolean;
  pins: ChatPinMark[];
}

export interface ChatPage {
  thread: number | null;
  root: ChatMessage | null;
  head_n: number;
  messages: ChatMessage[];
  more_before: boolean;
  more_after: boolean;
}

export interface ChatPerson {
  member: string;
  name: string;
  number: string;
  roles: string[];
  present: boolean;
}

interface ChatLog<T extends string> extends WireEvent {
  type: T;
  seq: number;
  at_ms: number;
}

export interface ChatSent extends ChatLog<"chat.sent">, Omit<ChatMessage, "thread_summary"> {
  type: "chat.sent";
  seq: number;
  at_ms: number;
  thread_sender: string | null;
  thread_head: number | null;
}

export interface ChatEdited extends ChatLog<"chat.edited"> {
  message: number;
  text: string;
  edited_at_ms: number;
}

export interface ChatRecalled extends ChatLog<"chat.recalled"> {
  message: number;
  by: string;
}

export interface ChatDeleted extends ChatLog<"chat.deleted"> {
  message: number;
  by: string;
  reason: string;
}

export interface ChatReacted extends ChatLog<"chat.reacted"> {
  message: number;
  emoji: string;
  member: string;
  on: boolean;
}

export interface ChatPinned extends ChatLog<"chat.pinned"> {
  message: number;
  on: boolean;
  by: string;
  pinned_at_ms: number;
}

export type ChatLogEvent = ChatSent | ChatEdited | ChatRecalled | ChatDeleted | ChatReacted | ChatPinned;

export interface ChatTypingEvent extends WireEvent {
  type: "chat.typing";
  member: string;
  thread: number | null;
}

/** Live events of every topic with a roster (server: channels/protocol/presence.py). */
export interface PresenceMeta {
  ref: string;
  since_at_ms: number;
  state: "here" | "reconnecting";
}

export interface PresenceState extends WireEvent {
  type: "presence.state";
  count: number;
  people: Record<string, PresenceMeta[]> | null;
}

export interface PresenceChanged extends WireEvent {
  type: "presence.changed";
  count: number;
  people: Record<string, PresenceMeta[]>;
  gone: string[];
}
