import type { ChatLogEvent, ChatMessage, ChatPage } from "@/protocol/chat";

import { amend, inserted } from "./reduce";

/** A stretch of messages without holes, oldest first, away from the newest ones. */
export interface Stretch {
  messages: ChatMessage[];
  moreBefore: boolean;
  moreAfter: boolean;
}

/** Two overlapping or touching lists as one; where both have a message, `newer` wins. */
export function united(older: readonly ChatMessage[], newer: readonly ChatMessage[]): ChatMessage[] {
  const bySeq = new Map<number, ChatMessage>();
  for (const message of [...older, ...newer]) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** True when no message can lie between the two lists (ordinals of one counter have no holes). */
export function touches(older: readonly ChatMessage[], newer: readonly ChatMessage[]): boolean {
  const [last, first] = [older.at(-1), newer[0]];
  return last === undefined || first === undefined || last.n + 1 >= first.n;
}

/** The first message at or after a moment when a list without holes decides it; undefined when it may lie outside the list. */
export function firstSince(messages: readonly ChatMessage[], moreBefore: boolean, atMs: number): ChatMessage | undefined {
  const index = messages.findIndex((message) => message.at_ms >= atMs);
  return index > 0 || !moreBefore ? messages[index] : undefined;
}

/**
 * A page as it is now: the server read it at some moment, and `late` are the events of the room that reached us between
 * asking and the answer. They set, so those the page shows already do no harm.
 */
export function caughtUp(page: ChatPage, late: readonly ChatLogEvent[]): ChatPage {
  let { messages, root } = page;
  for (const event of late) {
    messages = messages.map((message) => amend(message, event));
    root = root === null ? null : amend(root, event);
    if (event.type === "chat.sent" && event.thread === page.thread && !page.more_after) messages = inserted(messages, event);
  }
  return { ...page, messages, root };
}
