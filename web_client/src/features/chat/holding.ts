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
    late: new Set<ChatLogEvent[]>(),
  });
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
