import { useLive } from "@/live/live";
import type { ChatAttachment } from "@/protocol/chat";

/** A message as its writer has it. */
export interface Draft {
  room: string;
  thread: number | null;
  text: string;
  replyTo: number | null;
  mentions: string[];
  everyone: boolean;
  attachments: ChatAttachment[];
}

/** What a member can do in a room. Sending goes through the outbox and cannot fail here; the rest rejects with `Problem`. */
export function useChatCommands() {
  const live = useLive();

  function send(draft: Draft): void {
    const cid = live.cid();
    const command = {
      type: "chat.send",
      room: draft.room,
      cid,
      text: draft.text,
      ...(draft.thread === null ? {} : { thread: draft.thread }),
      ...(draft.replyTo === null ? {} : { reply_to: draft.replyTo }),
      mentions: draft.mentions,
      everyone: draft.everyone,
      attachments: draft.attachments.map((attachment) => attachment.id),
    };
    live.outbox.add(cid, draft.room, command, { attachments: draft.attachments });
  }

  const on = (type: string, room: string, message: number, more: Record<string, unknown> = {}) => live.call({ type, room, message, ...more });

  return {
    send,
    edit: (room: string, message: number, text: string) => on("chat.edit", room, message, { text }),
    recall: (room: string, message: number) => on("chat.recall", room, message),
    remove: (room: string, message: number, reason: string) => on("chat.delete", room, message, { reason }),
    react: (room: string, message: number, emoji: string, set: boolean) => on("chat.react", room, message, { emoji, on: set }),
    pin: (room: string, message: number, set: boolean) => on("chat.pin", room, message, { on: set }),
    /** Lost notices are no loss. */
    typing: (room: string, thread: number | null) =>
      live.call({ type: "chat.typing", room, ...(thread === null ? {} : { thread }) }).catch(() => undefined),
    openDirect: async (member: string) => (await live.call<{ room: string }>({ type: "chat.open_direct", member })).room,
  };
}
