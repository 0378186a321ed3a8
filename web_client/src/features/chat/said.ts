import type { ChatMessage } from "@/protocol/chat";

/** How somebody's words are told where the room is not at hand. */
export interface Telling {
  nameOf: (member: string) => string;
  timeOf: (atMs: number) => string;
  /** What stands for a file. */
  fileOf: (name: string) => string;
}

/** Several messages as plain text for the clipboard: `name time`, the text, a line for each file; a blank line between. Pure. */
export function asPlainText(messages: readonly ChatMessage[], telling: Telling): string {
  return messages
    .map((message) =>
      [
        `${telling.nameOf(message.sender)} ${telling.timeOf(message.at_ms)}`,
        ...(message.text === "" ? [] : [message.text]),
        ...message.attachments.map((attachment) => telling.fileOf(attachment.name)),
      ].join("\n"),
    )
    .join("\n\n");
}
