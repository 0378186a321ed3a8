import { daysBetween } from "@/i18n/format";
import type { ChatMessage } from "@/protocol/chat";

import type { OutgoingMessage } from "./outgoing";

/** A pause of this length begins a new group with the time above it. */
const PAUSE_MS = 10 * 60_000;

/** One line of the list. Keys are stable, so that the list moves nothing it need not move. */
export type Row =
  | { kind: "start"; key: string }
  | { kind: "time"; key: string; atMs: number }
  | { kind: "new"; key: string }
  | { kind: "gone"; key: string; message: ChatMessage }
  | { kind: "message"; key: string; message: ChatMessage; head: boolean; tail: boolean }
  | { kind: "outgoing"; key: string; entry: OutgoingMessage };

export interface TimelineParts {
  messages: readonly ChatMessage[];
  outgoing: readonly OutgoingMessage[];
  me: string;
  /** Ordinal up to which everything was read when the room was opened; null draws no line. */
  readUpTo: number | null;
  /** The list begins with the first message there is. */
  complete: boolean;
}

/** The rows of a room or thread: times at pauses and new days, the line before what is new, groups of one sender. Pure. */
export function timeline(parts: TimelineParts): Row[] {
  const rows: Row[] = parts.complete ? [{ kind: "start", key: "start" }] : [];
  let before: ChatMessage | null = null;
  let marked = parts.readUpTo === null;
  for (const [index, message] of parts.messages.entries()) {
    const parted = before === null || isPause(before.at_ms, message.at_ms);
    if (parted) rows.push({ kind: "time", key: `t${String(message.seq)}`, atMs: message.at_ms });
    const isNew = !marked && message.n > (parts.readUpTo ?? 0) && message.sender !== parts.me;
    if (isNew) {
      marked = true;
      if (before !== null) rows.push({ kind: "new", key: "new" });
    }
    rows.push(rowOf(message, parts.messages[index + 1], parted || isNew || before?.sender !== message.sender || before.gone !== null));
    before = message;
  }
  const newest = before?.at_ms ?? 0;
  const [first] = parts.outgoing;
  if (first !== undefined && isPause(newest, first.createdAtMs)) rows.push({ kind: "time", key: "t-outgoing", atMs: first.createdAtMs });
  for (const entry of parts.outgoing) rows.push({ kind: "outgoing", key: entry.cid, entry });
  return rows;
}

function rowOf(message: ChatMessage, next: ChatMessage | undefined, head: boolean): Row {
  if (message.gone !== null) return { kind: "gone", key: `m${String(message.seq)}`, message };
  const tail = next?.sender !== message.sender || next.gone !== null || isPause(message.at_ms, next.at_ms);
  return { kind: "message", key: `m${String(message.seq)}`, message, head, tail };
}

const isPause = (beforeMs: number, atMs: number): boolean => atMs - beforeMs >= PAUSE_MS || daysBetween(beforeMs, atMs) !== 0;

/** Index of a message's row, or -1. */
export function rowIndex(rows: readonly Row[], seq: number): number {
  return rows.findIndex((row) => row.key === `m${String(seq)}`);
}

/** Ordinal of the message at a row or above it; 0 when there is none. */
export function ordinalAt(rows: readonly Row[], index: number): number {
  const above = rows.slice(0, index + 1).findLast((row) => row.kind === "message" || row.kind === "gone");
  return above?.kind === "message" || above?.kind === "gone" ? above.message.n : 0;
}

/**
 * What of the outbox is still to be drawn: not what already stands in the list because the event came before the answer
 * (or the answer was lost with the line).
 */
export function stillOutgoing(outgoing: readonly OutgoingMessage[], messages: readonly ChatMessage[], me: string): OutgoingMessage[] {
  const claimed = new Set<number>();
  return outgoing.filter((entry) => {
    if (entry.state === "failed") return true;
    if (entry.seq !== null) return !messages.some((message) => message.seq === entry.seq);
    const twin = messages.findLast(
      (message) =>
        message.sender === me &&
        !claimed.has(message.seq) &&
        message.at_ms >= entry.createdAtMs - 300 &&
        message.text === String(entry.command["text"] ?? "").trim() &&
        message.attachments.length === ((entry.command["attachments"] as unknown[] | undefined)?.length ?? 0),
    );
    if (twin === undefined) return true;
    claimed.add(twin.seq);
    return false;
  });
}
