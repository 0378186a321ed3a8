import type { ChatMessage, ChatPerson } from "@/protocol/chat";

import type { OutgoingMessage } from "./outgoing";

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
  return { member, name, number: "", titles: [], present: true, ...more };
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
