import { computed } from "vue";

import type { ChatMessage, ChatPerson } from "@/protocol/chat";

import type { RoomHolding } from "./holding";
import type { OutgoingMessage } from "./outgoing";
import { usePicking } from "./picking";
import type { ChatScope } from "./scope";

/** Half past nine on a Wednesday, local time of whoever runs the tests. */
export const MORNING = new Date(2026, 6, 1, 9, 30).getTime();

export function message(seq: number, more: Partial<ChatMessage> = {}): ChatMessage {
  return {
    seq,
    at_ms: MORNING + seq * 1_000,
    sender: "anna",
    n: seq,
    thread: null,
    text: `m${String(seq)}`,
    reply_to: null,
    mentions: [],
    everyone: false,
    attachments: [],
    edited_at_ms: null,
    gone: null,
    reactions: {},
    pinned: false,
    thread_summary: null,
    ...more,
  };
}

export function person(member: string, name: string, more: Partial<ChatPerson> = {}): ChatPerson {
  return { member, name, number: "", titles: [], groups: [], present: true, ...more };
}

export function outgoing(cid: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    cid,
    lane: "room",
    command: { type: "chat.send", text: cid, attachments: [] },
    shown: {},
    createdAtMs: MORNING + 60_000,
    state: "waiting",
    problem: null,
    seq: null,
    atMs: null,
    ...more,
  };
}

/** What parts of a room share, for the member `me`; nothing happens when something is asked of it. */
export function scopeOf(holding: RoomHolding, more: Partial<ChatScope> = {}): ChatScope {
  return {
    holding,
    thread: null,
    me: computed(() => "me"),
    nowMs: computed(() => MORNING),
    nameOf: (member) => holding.people.get(member)?.name ?? member,
    act: () => undefined,
    react: () => undefined,
    jump: () => undefined,
    picking: usePicking(holding),
    askDay: () => undefined,
    recalledText: () => undefined,
    ...more,
  };
}
