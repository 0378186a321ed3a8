import { type ChatState, reduceChat } from "@/features/chat/contract";
import type { ChatLogEvent, ChatSent } from "@/protocol/chat";

/**
 * The sample branch: its room, and what was practised in it. Pure; time is passed in, and what happens to a message is what
 * the real reducer makes of real events.
 */
export const ROOM = "practice";

/** What there is to practise, in order. */
export const TASKS = ["send", "reply", "react", "recall"] as const;
export type Task = (typeof TASKS)[number];

export interface SampleBranch {
  readonly chat: ChatState;
  readonly done: ReadonlySet<Task>;
  readonly seq: number;
}

export interface Said {
  sender: string;
  text: string;
  replyTo?: number | null;
  atMs: number;
}

const EMPTY: SampleBranch = {
  chat: { room: { room: ROOM, head_n: 0, messages: [], more_before: false, pins: [] }, threads: {} },
  done: new Set(),
  seq: 0,
};

/** The room as one finds it. */
export const founded = (said: readonly Said[]): SampleBranch => said.reduce((branch, one) => say(branch, one), EMPTY);

function next(branch: SampleBranch, event: ChatLogEvent, task: Task | null): SampleBranch {
  return { chat: reduceChat(branch.chat, event), done: task === null ? branch.done : new Set([...branch.done, task]), seq: event.seq };
}

const head = (branch: SampleBranch, atMs: number) => ({ topic: `chat:${ROOM}`, seq: branch.seq + 1, at_ms: atMs });

/** Somebody says something. */
export function say(branch: SampleBranch, said: Said, task: Task | null = null): SampleBranch {
  const event: ChatSent = {
    ...head(branch, said.atMs), type: "chat.sent", sender: said.sender, n: branch.chat.room.messages.length + 1, thread: null, text: said.text,
    reply_to: said.replyTo ?? null, mentions: [], everyone: false, attachments: [], edited_at_ms: null, gone: null, reactions: {}, pinned: false,
    thread_sender: null, thread_head: null,
  };
  return next(branch, event, task);
}

/** The practising member says something: that is a task, and a reply is another. */
export const write = (branch: SampleBranch, said: Said): SampleBranch => say(branch, said, (said.replyTo ?? null) === null ? "send" : "reply");

export function react(branch: SampleBranch, message: number, emoji: string, on: boolean, by: string, atMs: number): SampleBranch {
  return next(branch, { ...head(branch, atMs), type: "chat.reacted", message, emoji, member: by, on }, on ? "react" : null);
}

export const recall = (branch: SampleBranch, message: number, by: string, atMs: number): SampleBranch =>
  next(branch, { ...head(branch, atMs), type: "chat.recalled", message, by }, "recall");

export const edit = (branch: SampleBranch, message: number, text: string, atMs: number): SampleBranch =>
  next(branch, { ...head(branch, atMs), type: "chat.edited", message, text, edited_at_ms: atMs }, null);
