import { computed, ref, type ComputedRef, type Ref } from "vue";

import type { ChatMessage } from "@/protocol/chat";

import { findMessage, setAside, type RoomHolding } from "./holding";

/** More than anybody picks by hand, and few enough to be copied or forwarded at once. */
export const PICKED_MAX = 100;

/** Several messages of one list are being picked. */
export interface Picking {
  on: Ref<boolean>;
  /** The message picking began with; the focus goes there. */
  first: Ref<number>;
  /** What is picked and still stands, oldest first. */
  messages: ComputedRef<ChatMessage[]>;
  has: (seq: number) => boolean;
  full: ComputedRef<boolean>;
  begin: (message: ChatMessage) => void;
  toggle: (message: ChatMessage) => void;
  leave: () => void;
}

export function usePicking(holding: RoomHolding): Picking {
  const on = ref(false);
  const first = ref(0);
  const seqs = ref<ReadonlySet<number>>(new Set());

  const messages = computed(() =>
    [...seqs.value]
      .sort((a, b) => a - b)
      .flatMap((seq) => findMessage(holding, seq) ?? [])
      .filter((message) => message.gone === null),
  );

  function toggle(message: ChatMessage): void {
    const next = new Set(seqs.value);
    if (!next.delete(message.seq)) {
      if (next.size >= PICKED_MAX) return;
      next.add(message.seq);
      // Kept up to date there, also when the list lets go of it: what is recalled meanwhile is no longer picked.
      setAside(holding, message.seq, message);
    }
    seqs.value = next;
  }

  function leave(): void {
    on.value = false;
    seqs.value = new Set();
  }

  function begin(message: ChatMessage): void {
    leave();
    on.value = true;
    first.value = message.seq;
    toggle(message);
  }

  return { on, first, messages, has: (seq) => seqs.value.has(seq), full: computed(() => seqs.value.size >= PICKED_MAX), begin, toggle, leave };
}
