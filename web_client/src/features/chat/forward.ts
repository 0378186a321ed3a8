import type { ChatMessage } from "@/protocol/chat";

import type { Telling } from "./said";

/** Code points of one's own words before what is forwarded. */
export const WORDS_MAX = 500;

/** Code points of the quote in one message: with words and lead before it below what the server takes (4,000). */
const QUOTE_MAX = 3_300;

/** A longer line is cut, so that a quote can always be parted between lines. */
const LINE_MAX = 1_000;

export interface ForwardParts {
  messages: readonly ChatMessage[];
  /** One's own words; may be empty. */
  words: string;
  /** Says that what follows was said elsewhere. */
  lead: string;
  telling: Telling;
  /** Stands below the names of files that do not come along; null when they do. */
  leftOut: string | null;
}

/**
 * What is sent when messages are forwarded: a quote that says who said it and when. It is plain text of whoever forwards it, like
 * everything they could have copied by hand: it names nobody by a mention and stays when the original changes. Pure.
 */
export function forwardTexts(parts: ForwardParts): string[] {
  const quotes: string[][] = [];
  for (const message of parts.messages) {
    for (const block of blocksOf(message, parts)) {
      const last = quotes.at(-1);
      if (last !== undefined && sizeOf(last) + sizeOf(block) + 2 <= QUOTE_MAX) last.push(">", ...block);
      else quotes.push([...block]);
    }
  }
  const words = parts.words.trim();
  return quotes.map((lines, index) => [...(index === 0 && words !== "" ? [words, ""] : []), parts.lead, ...lines].join("\n"));
}

/** One message as quoted lines under who said it and when; a long one in several blocks, each under the same head. */
function blocksOf(message: ChatMessage, { telling, leftOut }: ForwardParts): string[][] {
  const head = `> ${telling.nameOf(message.sender)} ${telling.timeOf(message.at_ms)}`;
  const files = message.attachments.map((attachment) => telling.fileOf(attachment.name));
  const said = [...(message.text === "" ? [] : message.text.split("\n")), ...files, ...(files.length > 0 && leftOut !== null ? [leftOut] : [])];
  const blocks: string[][] = [[head]];
  for (const line of said.flatMap(cut).map((text) => `> ${text}`.trimEnd())) {
    const last = blocks.at(-1);
    if (last !== undefined && sizeOf(last) + [...line].length + 1 <= QUOTE_MAX) last.push(line);
    else blocks.push([head, line]);
  }
  return blocks;
}

function cut(line: string): string[] {
  const points = [...line];
  if (points.length <= LINE_MAX) return [line];
  return Array.from({ length: Math.ceil(points.length / LINE_MAX) }, (_, index) => points.slice(index * LINE_MAX, (index + 1) * LINE_MAX).join(""));
}

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + [...line].length + 1, 0);
