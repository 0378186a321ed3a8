import { computed, ref, shallowReactive, shallowRef, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";

import { useMe } from "@/features/me/contract";
import { asLocale, fullTime, isoDay } from "@/i18n/format";
import { useNow } from "@/live/live";
import type { ChatMessage } from "@/protocol/chat";

import { useChatCommands } from "./commands";
import { beginEdit, useDrafts } from "./drafts";
import { setAside, type RoomHolding } from "./holding";
import { useNames } from "./names";
import { useRefusals } from "./notices";
import { usePicking } from "./picking";
import { asPlainText } from "./said";
import { provideChatScope, type MessageAction } from "./scope";

/** Texts taken back on this page, to be written again: message -> text. */
const recalled = shallowReactive(new Map<string, string>());

export interface RoomScope {
  /** What the server said when it refused the last command; empty when nothing. */
  refusal: Ref<string>;
  attempt: (command: Promise<unknown>) => Promise<boolean>;
  say: (text: string) => void;
  /** A day (`2026-07-01`) the reader is asked to change; null while nobody asks. */
  dayAsked: Ref<string | null>;
  /** Messages somebody is about to delete by right; empty when none. */
  deleting: Ref<ChatMessage[]>;
  askDelete: (messages: ChatMessage[]) => void;
  removeNow: (reason: string) => Promise<void>;
  /** Messages somebody is about to forward; empty when none. */
  forwarding: Ref<ChatMessage[]>;
  askForward: (messages: ChatMessage[]) => void;
  forwarded: (room: string) => void;
  copyAll: (messages: ChatMessage[]) => Promise<void>;
  /** A question is being asked: Escape belongs to it. */
  busy: ComputedRef<boolean>;
}

/** Set up what the parts of a room or thread share, and what its menu does. */
export function useRoomScope(holding: RoomHolding, thread: number | null, jump: (seq: number) => void): RoomScope {
  const router = useRouter();
  const { t, locale } = useI18n();
  const me = useMe();
  const commands = useChatCommands();
  const writing = useDrafts().of(holding.id, thread);
  const { refusal, attempt, say } = useRefusals();
  const { nameOf } = useNames(() => holding);
  const now = useNow(5_000);
  const deleting = shallowRef<ChatMessage[]>([]);
  const forwarding = shallowRef<ChatMessage[]>([]);
  const picking = usePicking(holding);
  const dayAsked = ref<string | null>(null);

  async function recall(message: ChatMessage): Promise<void> {
    if (await attempt(commands.recall(holding.id, message.seq))) recalled.set(`${holding.id} ${String(message.seq)}`, message.text);
  }

  async function copy(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
      say(t("chat.copied"));
      return true;
    } catch {
      say(t("chat.not_copied"));
      return false;
    }
  }

  async function copyAll(messages: ChatMessage[]): Promise<void> {
    const text = asPlainText(messages, {
      nameOf,
      timeOf: (atMs) => fullTime(atMs, asLocale(locale.value)),
      fileOf: (name) => t("chat.file_in_text", { name }),
    });
    if (await copy(text)) picking.leave();
  }

  /** Kept up to date while the question stands, also when the list lets go of them. */
  function askForward(messages: ChatMessage[]): void {
    for (const message of messages) setAside(holding, message.seq, message);
    forwarding.value = messages;
  }

  const actions: Record<MessageAction, (message: ChatMessage) => unknown> = {
    reply: (message) => (writing.replyTo = message.seq),
    thread: (message) => router.push({ name: "chat.thread", params: { room: holding.id, thread: String(message.thread ?? message.seq) } }),
    copy: (message) => copy(message.text),
    edit: (message) => {
      beginEdit(writing, message.seq, message.text);
    },
    recall,
    delete: (message) => (deleting.value = [message]),
    select: picking.begin,
    forward: (message) => {
      askForward([message]);
    },
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
    picking,
    askDay: (atMs) => (dayAsked.value = isoDay(atMs)),
    recalledText: (seq) => recalled.get(`${holding.id} ${String(seq)}`),
  });

  /** One after the other; at the first refusal the rest stays picked. */
  async function removeNow(reason: string): Promise<void> {
    const messages = deleting.value;
    deleting.value = [];
    for (const message of messages) {
      if (!(await attempt(commands.remove(holding.id, message.seq, reason)))) return;
    }
    picking.leave();
  }

  return {
    refusal,
    attempt,
    say,
    dayAsked,
    deleting,
    askDelete: (messages) => (deleting.value = messages),
    removeNow,
    forwarding,
    askForward,
    forwarded: (room) => {
      picking.leave();
      say(t("chat.forwarded", { room }));
    },
    copyAll,
    busy: computed(() => deleting.value.length > 0 || forwarding.value.length > 0 || dayAsked.value !== null),
  };
}
