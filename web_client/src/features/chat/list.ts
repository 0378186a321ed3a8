import { soundAt } from "@/pinyin/sound";
import type { MeRoom } from "@/protocol/me";

/** Rooms for the list: newest message first; rooms without one last, branches before groups before direct talks. */
export function inListOrder(rooms: readonly MeRoom[]): MeRoom[] {
  const rank = { branch: 0, group: 1, direct: 2 };
  return [...rooms].sort(
    (a, b) => (b.last?.at_ms ?? 0) - (a.last?.at_ms ?? 0) || rank[a.kind] - rank[b.kind] || a.title.localeCompare(b.title, "zh-CN"),
  );
}

/** Direct talks opened without a word said stay out of the list until somebody says one. */
export function isListed(room: MeRoom): boolean {
  return room.kind !== "direct" || room.last !== null;
}

export interface Unread {
  /** Messages in the room itself after the read cursor. */
  messages: number;
  mentions: number;
  /** Replies in followed threads. */
  replies: number;
}

export function unreadOf(room: MeRoom): Unread {
  return {
    messages: Math.max(0, room.head_n - room.read_n),
    mentions: room.mentions.length,
    replies: room.threads.reduce((sum, thread) => sum + Math.max(0, thread.head_n - thread.read_n), 0),
  };
}

/** Rooms whose title contains the query or is typed so by its sound, in list order. */
export function findRooms(rooms: readonly MeRoom[], query: string): MeRoom[] {
  const wanted = query.trim().toLowerCase();
  return inListOrder(rooms).filter((room) => room.title.toLowerCase().includes(wanted) || soundAt(room.title, wanted) >= 0);
}
