import type { ChatMessage } from "@/protocol/chat";

import type { RoomHolding } from "./holding";

/** A piece of text; `hit` when it is one of the words looked for. */
export interface Piece {
  text: string;
  hit: boolean;
}

/** UTF-16 units before the first hit, and in all, of a text that is shown shortened. */
const [BEFORE, SHOWN] = [16, 160];

/** The words of a query; all of them must be found. */
export function wordsOf(query: string): string[] {
  return query.trim().split(/\s+/u).filter((word) => word !== "");
}

const patternOf = (words: readonly string[]): RegExp => new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/gu, "\\$&")).join("|"), "giu");

/** What is searched of a message: its text, and the names of its files. */
export const searchable = (message: ChatMessage): string => [message.text, ...message.attachments.map((attachment) => attachment.name)].join("\n").trim();

/** Messages that hold every word, newest first; what is gone holds nothing. Pure. */
export function findMessages(messages: readonly ChatMessage[], query: string): ChatMessage[] {
  const patterns = wordsOf(query).map((word) => patternOf([word]));
  if (patterns.length === 0) return [];
  return messages.filter((message) => message.gone === null && patterns.every((pattern) => searchable(message).search(pattern) >= 0)).sort((a, b) => b.seq - a.seq);
}

/** A text around its first hit, on one line, in pieces to be drawn with their hits marked. Pure. */
export function piecesOf(text: string, query: string): Piece[] {
  const words = wordsOf(query);
  const line = text.replace(/\s+/gu, " ");
  if (words.length === 0) return [{ text: line.slice(0, SHOWN), hit: false }];
  const first = Math.max(0, line.search(patternOf(words)) - BEFORE);
  const from = first > 0 && /[\udc00-\udfff]/.test(line[first] ?? "") ? first + 1 : first;
  const shown = `${from > 0 ? "…" : ""}${line.slice(from, from + SHOWN)}${from + SHOWN < line.length ? "…" : ""}`;
  const pieces: Piece[] = [];
  let at = 0;
  for (const hit of shown.matchAll(patternOf(words))) {
    if (hit.index > at) pieces.push({ text: shown.slice(at, hit.index), hit: false });
    pieces.push({ text: hit[0], hit: true });
    at = hit.index + hit[0].length;
  }
  if (at < shown.length) pieces.push({ text: shown.slice(at), hit: false });
  return pieces;
}

/** All messages of a room that this page holds, each once. */
export function heldMessages(holding: RoomHolding): ChatMessage[] {
  const lists = [holding.chat?.room.messages ?? [], holding.jumped?.messages ?? [], ...Object.values(holding.chat?.threads ?? {})];
  return [...new Map(lists.flat().map((message) => [message.seq, message])).values()];
}
