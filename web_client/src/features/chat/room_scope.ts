import { computed, ref, shallowReactive, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";

import { useMe } from "@/features/me/contract";
import { useNow } from "@/live/live";
import type { ChatMessage } from "@/protocol/chat";

import { useChatCommands } from "./commands";
import { beginEdit, useDrafts } from "./drafts";
import type { RoomHolding } from "./holding";
import { useNames } from "./names";
import { useRefusals } from "./notices";
import { provideChatScope, type MessageAction } from "./scope";

/** Texts taken back on this page, to be written again: message -> text. */
const recalled = shallowReactive(new Map<string, string>());

export interface RoomScope {
  /** What the server said when it refused the last command; empty when nothing. */
  refusal: Ref<string>;
  /** The message somebody is about to delete by right. */
  deleting: Ref<ChatMessage | null>;
  removeNow: (reason: string) => void;
}

/** Set up what the parts of a room or thread share, and what its menu does. */
export function useRoomScope(holding: RoomHolding, thread: number | null, jump: (seq: number) => void): RoomScope {
  const router = useRouter();
  const { t } = useI18n();
  const me = useMe();
  const commands = useChatCommands();
  const writing = useDrafts().of(holding.id, thread);
  const { refusal, attempt, say } = useRefusals();
  const { nameOf } = useNames(() => holding);
  const now = useNow(5_000);
  const deleting = ref<ChatMessage | null>(null);

  async function recall(message: ChatMessage): Promise<void> {
    if (await attempt(commands.recall(holding.id, message.seq))) recalled.set(`${holding.id} ${String(message.seq)}`, message.text);
  }

  async function copy(message: ChatMessage): Promise<void> {
    try {
      await navigator.clipboard.writeText(message.text);
      say(t("chat.copied"));
    } catch {
      say(t("chat.not_copied"));
    }
  }

  const actions: Record<MessageAction, (message: ChatMessage) => unknown> = {
    reply: (message) => (writing.replyTo = message.seq),
    thread: (message) => router.push({ name: "chat.thread", params: { room: holding.id, thread: String(message.thread ?? message.seq) } }),
    copy,
    edit: (message) => {
      beginEdit(writing, message.seq, message.text);
    },
    recall,
    delete: (message) => (deleting.value = message),
    pin: (message) => attempt(commands.pin(holding.id, message.seq, true)),
    unpin: (message) => attempt(commands.pin(holding.id, message.seq, false)),
    rewrite: (message) => (writing.text = recalled.get(`${holding.id} ${String(message.seq)}`) ?? ""),
  };

  provideChatScope({
    holding,
    thread,
    me: computed(() => me.state?.member ?? ""),
    nowMs: computed(() => now.value),
    nameOf,
    act: (action, message) => void actions[action](message),
    react: (message, emoji, on) => void attempt(commands.react(holding.id, message.seq, emoji, on)),
    jump,
    recalledText: (seq) => recalled.get(`${holding.id} ${String(seq)}`),
  });

  function removeNow(reason: string): void {
    const message = deleting.value;
    deleting.value = null;
    if (message !== null) void attempt(commands.remove(holding.id, message.seq, reason));
  }

  return { refusal, deleting, removeNow };
}
