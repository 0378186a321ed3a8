import type {
  ChatDeleted,
  ChatEdited,
  ChatGone,
  ChatLogEvent,
  ChatMessage,
  ChatPinned,
  ChatReacted,
  ChatRecalled,
  ChatSent,
  ChatSnapshot,
} from "@/protocol/chat";

/**
 * What each chat event does to what this client holds of a room; the same rules as the server's channels/chat/reduce.py and
 * tested with its fixtures. Events set, they never add up: twice is the same as once, and what is gone stays gone.
 */
export interface ChatState {
  /** The snapshot, with as many older messages as were paged in. */
  room: ChatSnapshot;
  /** Root seq -> replies from some point on to the newest one. */
  threads: Record<string, ChatMessage[]>;
}

type Change = (message: ChatMessage) => ChatMessage;
type Reducers = { [K in ChatLogEvent["type"]]: (state: ChatState, event: Extract<ChatLogEvent, { type: K }>) => ChatState };

/** A kind of event without a row here does not compile. */
const REDUCERS: Reducers = {
  "chat.sent": (state, event) => (event.thread === null ? said(state, event) : replied(state, event, event.thread)),
  "chat.edited": (state, event) => changeOne(state, event.message, amendEdited(event)),
  "chat.recalled": (state, event) => unpin(changeOne(state, event.message, amendGone(goneBy(event))), event.message),
  "chat.deleted": (state, event) => unpin(changeOne(state, event.message, amendGone(goneBy(event))), event.message),
  "chat.reacted": (state, event) => changeOne(state, event.message, amendReacted(event)),
  "chat.pinned": (state, event) => pinned(changeOne(state, event.message, amendPinned(event)), event),
};

/** The state after one event of this room; kinds this client does not know change nothing. */
export function reduce(state: ChatState, event: ChatLogEvent): ChatState {
  const reducer = REDUCERS[event.type] as ((state: ChatState, event: ChatLogEvent) => ChatState) | undefined;
  return reducer === undefined ? state : reducer(state, event);
}

/** What an event does to one message that is shown outside the state (a page jumped to). */
export function amend(message: ChatMessage, event: ChatLogEvent): ChatMessage {
  if (event.type === "chat.sent") {
    if (event.thread === message.seq) return counted(event)(message);
    return event.seq === message.seq ? messageOf(event, message) : message;
  }
  if (event.message !== message.seq) return message;
  if (event.type === "chat.edited") return amendEdited(event)(message);
  if (event.type === "chat.reacted") return amendReacted(event)(message);
  if (event.type === "chat.pinned") return amendPinned(event)(message);
  return amendGone(goneBy(event))(message);
}

/** The message an event tells of; `known` is the same message as we have it. */
export function messageOf(event: ChatSent, known?: ChatMessage): ChatMessage {
  return {
    seq: event.seq,
    at_ms: event.at_ms,
    sender: event.sender,
    n: event.n,
    thread: event.thread,
    text: event.text,
    reply_to: event.reply_to,
    mentions: event.mentions,
    everyone: event.everyone,
    attachments: event.attachments,
    edited_at_ms: event.edited_at_ms,
    gone: event.gone,
    reactions: event.reactions,
    pinned: event.pinned,
    thread_summary: known?.thread_summary ?? null,
  };
}

function goneBy(event: ChatRecalled | ChatDeleted): ChatGone {
  return event.type === "chat.recalled"
    ? { how: "recalled", by: event.by, reason: null }
    : { how: "deleted", by: event.by, reason: event.reason };
}

const amendGone =
  (gone: ChatGone): Change =>
  (message) => ({
    ...message,
    text: "",
    reply_to: null,
    mentions: [],
    everyone: false,
    attachments: [],
    edited_at_ms: null,
    reactions: {},
    pinned: false,
    gone,
  });

const amendEdited =
  (event: ChatEdited): Change =>
  (message) =>
    message.gone === null ? { ...message, text: event.text, edited_at_ms: event.edited_at_ms } : message;

const amendPinned =
  (event: ChatPinned): Change =>
  (message) => ({ ...message, pinned: event.on });

const amendReacted =
  (event: ChatReacted): Change =>
  (message) => {
    if (message.gone !== null) return message;
    const members = new Set(message.reactions[event.emoji] ?? []);
    if (event.on) members.add(event.member);
    else members.delete(event.member);
    const others = Object.entries(message.reactions).filter(([emoji]) => emoji !== event.emoji);
    const mine: [string, string[]][] = members.size > 0 ? [[event.emoji, [...members].sort()]] : [];
    return { ...message, reactions: Object.fromEntries([...others, ...mine]) };
  };

const counted =
  (event: ChatSent): Change =>
  (root) =>
    root.thread_summary !== null && root.thread_summary.count >= event.n
      ? root
      : { ...root, thread_summary: { count: event.n, last_seq: event.seq, last_at_ms: event.at_ms } };

/** The list with the event's message in its place; one from before the list's beginning is left out. */
export function inserted(messages: ChatMessage[], event: ChatSent): ChatMessage[] {
  const newest = messages.at(-1);
  if (newest === undefined || event.seq > newest.seq) return [...messages, messageOf(event)];
  return replaced(messages, event.seq, (message) => messageOf(event, message));
}

function said(state: ChatState, event: ChatSent): ChatState {
  const room = { ...state.room, messages: inserted(state.room.messages, event), head_n: Math.max(state.room.head_n, event.n) };
  return { ...state, room };
}

function replied(state: ChatState, event: ChatSent, root: number): ChatState {
  const after = changeOne(state, root, counted(event));
  const replies = after.threads[root];
  return replies === undefined ? after : { ...after, threads: { ...after.threads, [root]: inserted(replies, event) } };
}

function pinned(state: ChatState, event: ChatPinned): ChatState {
  const pins = state.room.pins.filter((pin) => pin.message !== event.message);
  if (event.on) pins.push({ message: event.message, by: event.by, pinned_at_ms: event.pinned_at_ms });
  pins.sort((a, b) => a.pinned_at_ms - b.pinned_at_ms || a.message - b.message);
  return { ...state, room: { ...state.room, pins } };
}

function unpin(state: ChatState, message: number): ChatState {
  return { ...state, room: { ...state.room, pins: state.room.pins.filter((pin) => pin.message !== message) } };
}

/** The same list when the message is not in it, so that nothing is drawn again for nothing. */
function replaced(messages: ChatMessage[], seq: number, change: Change): ChatMessage[] {
  return messages.some((message) => message.seq === seq)
    ? messages.map((message) => (message.seq === seq ? change(message) : message))
    : messages;
}

/** Change one message wherever it is held. */
function changeOne(state: ChatState, seq: number, change: Change): ChatState {
  const threads = Object.fromEntries(Object.entries(state.threads).map(([root, replies]) => [root, replaced(replies, seq, change)]));
  return { room: { ...state.room, messages: replaced(state.room.messages, seq, change) }, threads };
}
