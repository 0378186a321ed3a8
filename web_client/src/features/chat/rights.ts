import type { ChatMessage } from "@/protocol/chat";

/** One's own message can be taken back for 2 minutes and edited for 24 hours (server: channels/chat). */
export const RECALL_MS = 2 * 60_000;
export const EDIT_MS = 24 * 60 * 60_000;

export interface Rights {
  recall: boolean;
  edit: boolean;
  remove: boolean;
  pin: boolean;
}

/** What may be offered for a message; the server decides again. */
export function rightsOver(message: ChatMessage, me: string, nowMs: number, can: (capability: string) => boolean): Rights {
  const mine = message.sender === me;
  const stands = message.gone === null;
  const age = nowMs - message.at_ms;
  return {
    recall: stands && mine && age < RECALL_MS,
    edit: stands && mine && age < EDIT_MS,
    remove: stands && !mine && can("chat.delete"),
    pin: stands && message.thread === null && can("chat.pin"),
  };
}
