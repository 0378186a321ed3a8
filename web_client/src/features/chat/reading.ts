import { computed, onScopeDispose, ref, watch, type ComputedRef } from "vue";

import { readN, useMe } from "@/features/me/contract";
import type { ChatMessage } from "@/protocol/chat";

import type { RoomHolding } from "./holding";

export interface ReadingParts {
  holding: RoomHolding;
  thread: number | null;
  messages: ComputedRef<ChatMessage[]>;
  /** The newest message is in view. */
  atEnd: ComputedRef<boolean>;
}

/** Moves the read cursor while the newest message is in view of a person: the page is visible and its window has the focus or a pointer. */
export function useReading(parts: ReadingParts): { unseen: ComputedRef<number> } {
  const me = useMe();
  const visible = ref(document.visibilityState === "visible");
  const look = (): void => {
    visible.value = document.visibilityState === "visible";
  };
  document.addEventListener("visibilitychange", look);
  onScopeDispose(() => {
    document.removeEventListener("visibilitychange", look);
  });

  const newestN = computed(() => parts.messages.value.at(-1)?.n ?? 0);
  watch(
    [newestN, parts.atEnd, visible, () => me.state !== null],
    () => {
      if (visible.value && parts.atEnd.value && newestN.value > 0) me.markRead(parts.holding.id, parts.thread, newestN.value);
    },
    { immediate: true },
  );

  const unseen = computed(() => {
    const line = me.room(parts.holding.id);
    if (line === undefined) return 0;
    return Math.max(0, (parts.thread === null ? line.head_n : newestN.value) - readN(line, parts.thread));
  });
  return { unseen };
}
