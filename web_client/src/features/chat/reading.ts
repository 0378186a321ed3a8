import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from "vue";

import { readN, useMe } from "@/features/me/contract";
import type { ChatMessage } from "@/protocol/chat";

import type { RoomHolding } from "./holding";

export interface ReadingParts {
  holding: RoomHolding;
  thread: number | null;
  messages: ComputedRef<ChatMessage[]>;
  /** Ordinal of the lowest message that is in view; 0 when none is. */
  seenN: ComputedRef<number>;
}

export interface Reading {
  /** Messages after the read cursor. */
  unseen: ComputedRef<number>;
  /** Where reading stopped when the room was opened, or when its page came back into view; null when nothing was unread. */
  readUpTo: Ref<number | null>;
}

/** Moves the read cursor to the lowest message in view while the page is visible. */
export function useReading(parts: ReadingParts): Reading {
  const me = useMe();
  const readUpTo = ref<number | null>(null);

  /** Remember the place before anything is marked as read. */
  function stopHere(): void {
    const line = me.room(parts.holding.id);
    if (line === undefined) return;
    const head = parts.thread === null ? line.head_n : (line.threads.find((thread) => thread.root === parts.thread)?.head_n ?? 0);
    const read = readN(line, parts.thread);
    readUpTo.value = head > read ? read : null;
  }
  const visible = ref(document.visibilityState === "visible");
  const look = (): void => {
    if (!visible.value && document.visibilityState === "visible") stopHere();
    visible.value = document.visibilityState === "visible";
  };
  document.addEventListener("visibilitychange", look);
  onScopeDispose(() => {
    document.removeEventListener("visibilitychange", look);
  });

  watch(() => me.state !== null, stopHere, { immediate: true, flush: "sync" });

  const newestN = computed(() => parts.messages.value.at(-1)?.n ?? 0);
  watch(
    [parts.seenN, visible, () => me.state !== null],
    () => {
      if (visible.value && parts.seenN.value > 0) me.markRead(parts.holding.id, parts.thread, parts.seenN.value);
    },
    { immediate: true },
  );

  const unseen = computed(() => {
    const line = me.room(parts.holding.id);
    if (line === undefined) return 0;
    return Math.max(0, (parts.thread === null ? line.head_n : newestN.value) - readN(line, parts.thread));
  });
  return { unseen, readUpTo };
}
