import type { ChatLogEvent, ChatSent } from "@/protocol/chat";
import { excerpt } from "@/protocol/excerpt";
import type { MeLogEvent, MeMention, MeMentioned, MeNotice, MeRead, MeRoom, MeRoomAdded, MeSnapshot, MeThread } from "@/protocol/me";

/**
 * What each event does to a member's own state; the same rules as the server's channels/me/reduce.py and tested with its
 * fixtures. The room list lives on two streams, `me:<member>` and the rooms' `chat:<room>`; both only set, so their order
 * between each other does not matter.
 */
const MENTIONS_MAX = 100;
const THREADS_MAX = 50;
const NOTICES_SHOWN = 20;

type Reducers = { [K in MeLogEvent["type"]]: (state: MeSnapshot, event: Extract<MeLogEvent, { type: K }>) => MeSnapshot };

/** A kind of event without a row here does not compile. */
const REDUCERS: Reducers = {
  "me.read": (state, event) => changeRoom(state, event.room, (room) => read(room, event)),
  "me.mentioned": (state, event) => changeRoom(state, event.room, (room) => told(room, event)),
  "me.room_added": (state, event) => roomAdded(state, event),
  "me.room_removed": (state, event) => withRooms(state, state.rooms.filter((room) => room.room !== event.room)),
  "me.security_notice": (state, event) => noticed(state, event),
  "me.message_deleted": (state, event) => noticed(state, event),
  "me.meeting_told": (state, event) => (event.kept ? noticed(state, event) : state),
  "me.organisation_told": (state, event) => noticed(state, event),
  "me.preferences_changed": (state, event) => ({ ...state, preferences: event.preferences }),
};

type ChatReducers = { [K in ChatLogEvent["type"]]?: (state: MeSnapshot, room: string, event: Extract<ChatLogEvent, { type: K }>) => MeSnapshot };

const CHAT_REDUCERS: ChatReducers = {
  "chat.sent": (state, id, event) => changeRoom(state, id, (room) => sent(room, event, state.member)),
  "chat.edited": (state, id, event) =>
    changeRoom(state, id, (room) =>
      room.last === null || room.last.message !== event.message || room.last.gone !== null
        ? room
        : { ...room, last: { ...room.last, excerpt: excerpt(event.text) } },
    ),
  "chat.recalled": (state, id, event) => changeRoom(state, id, (room) => gone(room, event.message, "recalled")),
  "chat.deleted": (state, id, event) => changeRoom(state, id, (room) => gone(room, event.message, "deleted")),
};

/** The state after one event of the member's own topic or of one of their rooms' topics. */
export function reduce(state: MeSnapshot, event: MeLogEvent | ChatLogEvent): MeSnapshot {
  const [kind = "", ident = ""] = event.topic.split(":");
  if (kind === "chat") {
    const reducer = CHAT_REDUCERS[event.type as ChatLogEvent["type"]] as ((state: MeSnapshot, room: string, event: ChatLogEvent) => MeSnapshot) | undefined;
    const changed = reducer === undefined ? state : reducer(state, ident, event as ChatLogEvent);
    return changeRoom(changed, ident, (room) => ({ ...room, head: Math.max(room.head, event.seq) }));
  }
  const reducer = REDUCERS[event.type as MeLogEvent["type"]] as ((state: MeSnapshot, event: MeLogEvent) => MeSnapshot) | undefined;
  return reducer === undefined ? state : reducer(state, event as MeLogEvent);
}

function sent(room: MeRoom, event: ChatSent, me: string): MeRoom {
  const after = event.thread === null ? said(room, event) : replied(room, event, event.thread, me);
  const named = event.sender !== me && (event.everyone || event.mentions.includes(me));
  return named ? mentioned(after, { message: event.seq, n: event.n, thread: event.thread }) : after;
}

function said(room: MeRoom, event: ChatSent): MeRoom {
  const newest = room.last === null || event.seq >= room.last.message;
  const last = {
    message: event.seq,
    at_ms: event.at_ms,
    sender: event.sender,
    excerpt: excerpt(event.text),
    attachments_count: event.attachments.length,
    gone: event.gone?.how ?? null,
  };
  return { ...room, head_n: Math.max(room.head_n, event.n), last: newest ? last : room.last };
}

/** A reply moves the head of a followed thread, or is what makes the member follow it. */
function replied(room: MeRoom, event: ChatSent, root: number, me: string): MeRoom {
  const known = room.threads.some((thread) => thread.root === root);
  const follows = known || [event.sender, event.thread_sender, ...event.mentions].includes(me);
  return follows ? following(room, { root, head_n: event.n, read_n: event.thread_head ?? 0 }) : room;
}

/** The member follows a thread; what is known of it already only grows. */
function following(room: MeRoom, seen: MeThread): MeRoom {
  const known = room.threads.find((thread) => thread.root === seen.root) ?? seen;
  const thread = { root: seen.root, head_n: Math.max(known.head_n, seen.head_n), read_n: known.read_n };
  const others = room.threads.filter((one) => one.root !== seen.root);
  return { ...room, threads: [...others, thread].sort((a, b) => a.root - b.root).slice(-THREADS_MAX) };
}

function told(room: MeRoom, event: MeMentioned): MeRoom {
  const { message, n, thread } = event;
  const begins = thread !== null && event.thread_head !== null;
  const after = begins ? following(room, { root: thread, head_n: n, read_n: event.thread_head ?? 0 }) : room;
  return event.gone ? after : mentioned(after, { message, n, thread });
}

function noticed(state: MeSnapshot, event: MeNotice): MeSnapshot {
  const others = state.notices.filter((notice) => notice.seq !== event.seq);
  return { ...state, notices: [...others, event].slice(-NOTICES_SHOWN) };
}

function mentioned(room: MeRoom, mark: MeMention): MeRoom {
  if (mark.n <= readN(room, mark.thread) || room.mentions.some((mention) => mention.message === mark.message)) return room;
  const mentions = [...room.mentions, mark].sort((a, b) => a.message - b.message);
  return { ...room, mentions: mentions.slice(-MENTIONS_MAX) };
}

/** How far a counter of the room is read; a thread we do not know counts as unread. */
export function readN(room: MeRoom, root: number | null): number {
  return root === null ? room.read_n : (room.threads.find((thread) => thread.root === root)?.read_n ?? 0);
}

function read(room: MeRoom, event: MeRead): MeRoom {
  const mentions = room.mentions.filter((mention) => mention.thread !== event.thread || mention.n > event.n);
  if (event.thread === null) return { ...room, mentions, read_n: Math.max(room.read_n, event.n) };
  const followed = following(room, { root: event.thread, head_n: event.n, read_n: event.n });
  const threads = followed.threads.map((thread) => (thread.root === event.thread ? { ...thread, read_n: Math.max(thread.read_n, event.n) } : thread));
  return { ...followed, mentions, threads };
}

function gone(room: MeRoom, message: number, how: "recalled" | "deleted"): MeRoom {
  const mentions = room.mentions.filter((mention) => mention.message !== message);
  const last = room.last?.message === message ? { ...room.last, excerpt: "", attachments_count: 0, gone: how } : room.last;
  return { ...room, mentions, last };
}

function roomAdded(state: MeSnapshot, event: MeRoomAdded): MeSnapshot {
  const { room, kind, title, unit, other, head_n } = event;
  if (state.rooms.some((line) => line.room === room)) return changeRoom(state, room, (line) => ({ ...line, kind, title, unit, other }));
  const added: MeRoom = { room, kind, title, unit, other, head: 0, head_n, read_n: head_n, last: null, mentions: [], threads: [] };
  return withRooms(state, [...state.rooms, added]);
}

function changeRoom(state: MeSnapshot, room: string, change: (room: MeRoom) => MeRoom): MeSnapshot {
  return { ...state, rooms: state.rooms.map((line) => (line.room === room ? change(line) : line)) };
}

function withRooms(state: MeSnapshot, rooms: MeRoom[]): MeSnapshot {
  return { ...state, rooms: [...rooms].sort((a, b) => (a.room < b.room ? -1 : a.room > b.room ? 1 : 0)) };
}
