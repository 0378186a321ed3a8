import { computed, onScopeDispose, reactive, shallowRef, watch, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import { beginEdit, blankWriting, type Draft, type MessageAction, newHolding, provideChatCommands, provideChatScope, type RoomHolding, usePicking } from "@/features/chat/contract";
import { useIdentity } from "@/identity/identity";
import { useLive, useNow } from "@/live/live";

import { edit, founded, react, recall, ROOM, type SampleBranch, say, write } from "./branch";

/** A sample member answers after this time. */
const ANSWER_MS = 1_200;

const OFFERED: readonly MessageAction[] = ["reply", "edit", "recall"];

/** The sample branch as a room of the chat, carried out on this page alone: no command of it reaches the line. */
export function usePracticeRoom(): { holding: RoomHolding; branch: ComputedRef<SampleBranch>; restart: () => void } {
  const { t } = useI18n();
  const me = useIdentity().member?.id ?? "me";
  const now = useNow(5_000);
  const holding = newHolding(ROOM);
  const writing = reactive(blankWriting());
  const branch = shallowRef<SampleBranch>(founded([]));
  let answer: ReturnType<typeof setTimeout> | undefined;
  const live = useLive();
  const nowMs = (): number => live.nowMs();

  const people = computed(() => {
    const named: [string, string][] = [["tian", t("practice.name.tian")], ["chen", t("practice.name.chen")], [me, t("practice.me")]];
    return new Map(named.map(([member, name]) => [member, { member, name, number: "", titles: [], groups: [], present: true }]));
  });
  watch(people, (found) => (holding.people = found), { immediate: true });
  watch(branch, ({ chat }) => (holding.chat = chat), { immediate: true });

  function restart(): void {
    clearTimeout(answer);
    Object.assign(writing, blankWriting());
    branch.value = founded([
      { sender: "chen", text: t("practice.welcome"), atMs: nowMs() - 60_000 },
      { sender: "tian", text: t("practice.notice"), atMs: nowMs() - 30_000 },
    ]);
  }

  function send(draft: Draft): void {
    const first = !branch.value.done.has("send") && !branch.value.done.has("reply");
    branch.value = write(branch.value, { sender: me, text: draft.text, replyTo: draft.replyTo, atMs: nowMs() });
    if (first) answer = setTimeout(() => (branch.value = say(branch.value, { sender: "tian", text: t("practice.answer"), atMs: nowMs() })), ANSWER_MS);
  }

  const taken = async (change: SampleBranch): Promise<Record<string, never>> => {
    branch.value = change;
    return Promise.resolve({});
  };
  provideChatCommands({
    send,
    edit: (_room, message, text) => taken(edit(branch.value, message, text, nowMs())) as never,
    typing: () => Promise.resolve(undefined),
  });
  const find = (seq: number) => branch.value.chat.room.messages.find((message) => message.seq === seq);
  const actions: Partial<Record<MessageAction, (seq: number) => void>> = {
    reply: (seq) => (writing.replyTo = seq),
    edit: (seq) => {
      beginEdit(writing, seq, find(seq)?.text ?? "");
    },
    recall: (seq) => (branch.value = recall(branch.value, seq, me, nowMs())),
  };
  provideChatScope({
    holding,
    thread: null,
    me: computed(() => me),
    nowMs: computed(() => now.value),
    nameOf: (member) => people.value.get(member)?.name ?? "",
    writing,
    act: (action, message) => actions[action]?.(message.seq),
    react: (message, emoji, on) => (branch.value = react(branch.value, message.seq, emoji, on, me, nowMs())),
    jump: () => undefined,
    picking: usePicking(holding),
    askDay: () => undefined,
    offers: (action) => OFFERED.includes(action),
    recalledText: () => undefined,
  });
  restart();
  onScopeDispose(() => {
    clearTimeout(answer);
  });
  return { holding, branch: computed(() => branch.value), restart };
}
