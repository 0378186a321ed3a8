import { inject, provide, type ComputedRef, type InjectionKey } from "vue";

import type { ChatMessage } from "@/protocol/chat";

import type { Writing } from "./drafts";
import type { RoomHolding } from "./holding";
import type { Picking } from "./picking";

/** What can be done with a message from its menu. */
export type MessageAction = "reply" | "thread" | "copy" | "edit" | "recall" | "delete" | "pin" | "unpin" | "rewrite" | "select" | "forward";

/** What the parts of one list of messages (room or thread) share. */
export interface ChatScope {
  holding: RoomHolding;
  /** Root of the thread; null in the room itself. */
  thread: number | null;
  me: ComputedRef<string>;
  /** Server time, moving. */
  nowMs: ComputedRef<number>;
  nameOf: (member: string) => string;
  act: (action: MessageAction, message: ChatMessage) => void;
  react: (message: ChatMessage, emoji: string, on: boolean) => void;
  /** Show a message in its list. */
  jump: (seq: number) => void;
  /** Several messages picked at once. */
  picking: Picking;
  /** Ask the reader for a day to go to, beginning with the day of this moment. */
  askDay: (atMs: number) => void;
  /** Whether the menu of a message offers an action here; without it everything one has the right to. */
  offers?: (action: MessageAction) => boolean;
  /** What is being written, where it shall not be kept as a draft on the device. */
  writing?: Writing;
  /** A message this member took back here: its text, to be written again. */
  recalledText: (seq: number) => string | undefined;
}

const KEY: InjectionKey<ChatScope> = Symbol("chat scope");

export function provideChatScope(scope: ChatScope): void {
  provide(KEY, scope);
}

export function useChatScope(): ChatScope {
  const scope = inject(KEY);
  if (scope === undefined) throw new Error("a chat part stands outside a room");
  return scope;
}
