import { hasInjectionContext, inject, provide, type InjectionKey } from "vue";

import { useLive } from "@/live/live";
import type { ChatAttachment, ChatSend } from "@/protocol/chat";

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

export type ChatCommands = ReturnType<typeof liveCommands>;

const KEY: InjectionKey<Partial<ChatCommands>> = Symbol("chat commands");

/** Have some commands of the rooms below carried out elsewhere than on the line, e.g. where one only practises. */
export function provideChatCommands(commands: Partial<ChatCommands>): void {
  provide(KEY, commands);
}

/** What a member can do in a room. Sending goes through the outbox and cannot fail here; the rest rejects with `Problem`. */
export function useChatCommands(): ChatCommands {
  const here = hasInjectionContext() ? inject(KEY, null) : null;
  return { ...liveCommands(), ...here };
}

function liveCommands() {
  const live = useLive();

  function send(draft: Draft): void {
    const cid = live.cid();
    const command: Omit<ChatSend, "ref"> = {
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
    live.outbox.add(cid, draft.room, { ...command }, { attachments: draft.attachments });
  }

  return {
    send,
    edit: (room: string, message: number, text: string) => live.call({ type: "chat.edit", room, message, text }),
    recall: (room: string, message: number) => live.call({ type: "chat.recall", room, message }),
    remove: (room: string, message: number, reason: string) => live.call({ type: "chat.delete", room, message, reason }),
    react: (room: string, message: number, emoji: string, on: boolean) => live.call({ type: "chat.react", room, message, emoji, on }),
    pin: (room: string, message: number, on: boolean) => live.call({ type: "chat.pin", room, message, on }),
    /** Lost notices are no loss. */
    typing: (room: string, thread: number | null) =>
      live.call({ type: "chat.typing", room, ...(thread === null ? {} : { thread }) }).catch(() => undefined),
    openDirect: async (member: string) => (await live.call({ type: "chat.open_direct", member })).room,
  };
}
