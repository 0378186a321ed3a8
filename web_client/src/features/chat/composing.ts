import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from "vue";

import { useMe } from "@/features/me/contract";
import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";

import { useChatCommands } from "./commands";
import { beginEdit, endEdit, useDrafts, type Writing } from "./drafts";
import type { usePickedFiles } from "./files";
import { EVERYONE, stillNamed } from "./mentions";
import { useRefusals } from "./notices";
import { rightsOver } from "./rights";
import type { ChatScope } from "./scope";

/** Code points of a message (server: channels/chat/protocol.py). */
export const TEXT_MAX = 4_000;

/** Key of 所有人 among the picked. */
export const EVERYONE_KEY = "everyone";

/** Others are told that one types at most this often. */
const TYPING_EVERY_MS = 3_000;

export interface Composing {
  writing: Writing;
  /** Code points left; negative when too long. */
  left: ComputedRef<number>;
  sendable: ComputedRef<boolean>;
  busy: Ref<boolean>;
  /** Sending was asked for and happens when the last file is uploaded. */
  afterUpload: Ref<boolean>;
  refusal: Ref<string>;
  send: () => Promise<void>;
  editLast: () => boolean;
  cancel: () => void;
  typed: () => void;
}

/** What the composer of a room or thread does: sends, edits, tells that one types. */
export function useComposing(scope: ChatScope, files: ReturnType<typeof usePickedFiles>): Composing {
  const me = useMe();
  const live = useLive();
  const identity = useIdentity();
  const commands = useChatCommands();
  const { refusal, attempt } = useRefusals();
  const room = scope.holding.id;
  const writing = scope.writing ?? useDrafts().of(room, scope.thread);
  const busy = ref(false);
  let typedAt = 0;

  const left = computed(() => TEXT_MAX - [...writing.text.trim()].length);
  const afterUpload = ref(false);
  const uploaded = computed(() => files.files.value.every((file) => file.attachment !== null));
  const sendable = computed(() => {
    if (busy.value || left.value < 0) return false;
    if (writing.editing !== null) return writing.text.trim() !== "";
    if (files.files.value.some((file) => file.problem !== null)) return false;
    return writing.text.trim() !== "" || files.files.value.length > 0;
  });

  watch([uploaded, sendable], () => {
    if (!sendable.value) afterUpload.value = false;
    else if (uploaded.value && afterUpload.value) void send();
  });

  async function send(): Promise<void> {
    if (!sendable.value) return;
    afterUpload.value = writing.editing === null && !uploaded.value;
    if (afterUpload.value) return;
    if (writing.editing !== null) {
      busy.value = true;
      if (await attempt(commands.edit(room, writing.editing, writing.text.trim()))) endEdit(writing);
      busy.value = false;
      return;
    }
    const everyone = writing.picked.has(EVERYONE_KEY) && EVERYONE.some((word) => writing.text.includes(`@${word}`));
    const people = new Map([...writing.picked].filter(([key]) => key !== EVERYONE_KEY));
    commands.send({
      room,
      thread: scope.thread,
      text: writing.text.trim(),
      replyTo: writing.replyTo,
      mentions: stillNamed(writing.text, people),
      everyone,
      attachments: files.attachments(),
    });
    Object.assign(writing, { text: "", replyTo: null, picked: new Map() });
    files.clear();
  }

  /** ↑ in an empty field: edit one's newest message, as long as that is allowed. */
  function editLast(): boolean {
    const list = scope.thread === null ? scope.holding.chat?.room.messages : scope.holding.chat?.threads[scope.thread];
    const last = list?.findLast((message) => message.sender === scope.me.value && message.gone === null && message.text !== "");
    if (last === undefined || !rightsOver(last, scope.me.value, live.nowMs(), identity.can).edit) return false;
    beginEdit(writing, last.seq, last.text);
    return true;
  }

  function cancel(): void {
    if (writing.editing !== null) endEdit(writing);
    else writing.replyTo = null;
  }

  function typed(): void {
    const now = live.nowMs();
    if (writing.text === "" || writing.editing !== null || me.preferences?.typing_visible !== true || now - typedAt < TYPING_EVERY_MS) return;
    typedAt = now;
    void commands.typing(room, scope.thread);
  }

  onScopeDispose(() => {
    if (writing.editing !== null) endEdit(writing);
  });

  return { writing, left, sendable, busy, afterUpload, refusal, send, editLast, cancel, typed };
}
