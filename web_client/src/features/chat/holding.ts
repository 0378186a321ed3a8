import { shallowReactive } from "vue";

import type { Problem } from "@/connection/problem";
import type { ChatLogEvent, ChatMessage, ChatPerson } from "@/protocol/chat";

import type { Stretch } from "./pages";
import { NOBODY, type Present } from "./presence";
import type { ChatState } from "./reduce";
import type { Typist } from "./typing";

/** All this page holds of one room. Each field is replaced, never changed inside. */
export interface RoomHolding {
  readonly id: string;
  /** Null until the first snapshot. */
  chat: ChatState | null;
  /** A page jumped to, while it is not joined to the newest messages. */
  jumped: Stretch | null;
  /** Single messages known besides (quoted, pinned, roots of threads); null: asked, and there is none. */
  aside: ReadonlyMap<number, ChatMessage | null>;
  people: ReadonlyMap<string, ChatPerson>;
  /** Everybody was listed, not only those somebody asked for. */
  peopleComplete: boolean;
  present: Present;
  typists: Typist[];
  /** Threads that reach back to their first reply. */
  threadsComplete: ReadonlySet<number>;
  /** The room is closed to us. */
  lost: boolean;
  problem: Problem | null;
  /** Names of the branch's groups in their order; empty elsewhere. */
  groups: readonly string[];
  /** Where the list of the room or of a thread shall go next: to a message, or to the first one of a day (`2026-07-01`); it takes this away. */
  wanted: { seq: number; thread: number | null } | { day: string } | null;
  /** How the page about the room was left, so that it stands so when one comes back from what it led to. */
  page: { tab: string; query: string };
  /** How many lists on the page show the room. */
  shown: number;
  /** Events since pages were asked for, one list per page under way (pages.ts, caughtUp). */
  readonly late: Set<ChatLogEvent[]>;
}

export function newHolding(id: string): RoomHolding {
  return shallowReactive({
    id,
    chat: null,
    jumped: null,
    aside: new Map(),
    people: new Map(),
    peopleComplete: false,
    present: NOBODY,
    typists: [],
    threadsComplete: new Set<number>(),
    lost: false,
    problem: null,
    groups: [],
    wanted: null,
    page: { tab: "people", query: "" },
    shown: 0,
    late: new Set<ChatLogEvent[]>(),
  });
}

/** Messages that are held of a room whose newest ones nobody looks at, and of one whose list shows them. */
export const [IDLE_MOST, SHOWN_MOST] = [200, 2_000];

const most = (holding: RoomHolding): number => (holding.shown > 0 && holding.jumped === null ? SHOWN_MOST : IDLE_MOST);

/** True when older messages may go. */
export function tooMany(holding: RoomHolding): boolean {
  return (holding.chat?.room.messages.length ?? 0) > most(holding);
}

/**
 * Let go of the older messages: a room that talks all day must not grow in memory. They are paged in again when wanted.
 * Half of the bound stays, so that not every message lets go of another one.
 */
export function letGo(holding: RoomHolding): void {
  const { chat } = holding;
  if (chat === null || !tooMany(holding)) return;
  const messages = chat.room.messages.slice(-most(holding) / 2);
  holding.chat = { ...chat, room: { ...chat.room, messages, more_before: true } };
}

/**
 * Somebody reads further up while the room goes on: what is far below them becomes pages to come. The list keeps what it
 * has above and somewhat below the message in view, as after a jump, so nothing moves under their eyes.
 *
 * @param seenN Ordinal of the lowest message in view.
 */
export function stepAside(holding: RoomHolding, seenN: number): void {
  const { chat } = holding;
  if (chat === null || holding.jumped !== null) return;
  const { messages, more_before: moreBefore } = chat.room;
  const inView = messages.findIndex((message) => message.n >= seenN);
  if (inView < 0 || messages.length - inView <= SHOWN_MOST) return;
  holding.jumped = { messages: messages.slice(0, inView + SHOWN_MOST / 2), moreBefore, moreAfter: true };
  letGo(holding);
}

/** A message wherever the page has it; null: there is none; undefined: not known yet. */
export function findMessage(holding: RoomHolding, seq: number): ChatMessage | null | undefined {
  const lists = [holding.chat?.room.messages ?? [], ...Object.values(holding.chat?.threads ?? {}), holding.jumped?.messages ?? []];
  for (const list of lists) {
    const found = list.find((message) => message.seq === seq);
    if (found !== undefined) return found;
  }
  return holding.aside.get(seq);
}

/** Keep a single message besides the lists, up to date like theirs; null: there is none. */
export function setAside(holding: RoomHolding, seq: number, message: ChatMessage | null): void {
  holding.aside = new Map([...holding.aside, [seq, message]]);
}
