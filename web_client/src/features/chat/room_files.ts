import { computed, ref, shallowRef, type ComputedRef, type Ref } from "vue";

import { ownProblem, Problem } from "@/connection/problem";
import { useLive } from "@/live/live";
import type { ChatMessage } from "@/protocol/chat";

import { heldMessages } from "./find";
import { findMessage, setAside, type RoomHolding } from "./holding";

const PAGE = 30;

export interface RoomFiles {
  /** Messages with files, newest first, as they are now. */
  messages: ComputedRef<ChatMessage[]>;
  more: Ref<boolean>;
  busy: Ref<boolean>;
  problem: Ref<Problem | null>;
  /** Ask for the first page, or for the next one. */
  load: () => Promise<void>;
}

/** Files of a room and its threads: asked of the server page by page, joined with what has come since. */
export function useRoomFiles(holding: RoomHolding): RoomFiles {
  const live = useLive();
  const asked = shallowRef<ChatMessage[]>([]);
  const more = ref(true);
  const busy = ref(false);
  const problem = ref<Problem | null>(null);

  async function load(): Promise<void> {
    if (busy.value || !more.value) return;
    busy.value = true;
    problem.value = null;
    const before = asked.value.at(-1)?.seq;
    try {
      const page = await live.call({ type: "chat.files", room: holding.id, limit: PAGE, ...(before === undefined ? {} : { before }) });
      // Kept up to date there: a file whose message is recalled leaves the list at once.
      for (const message of page.messages) setAside(holding, message.seq, message);
      asked.value = [...asked.value, ...page.messages];
      more.value = page.more;
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : ownProblem("UNREADABLE");
    } finally {
      busy.value = false;
    }
  }

  const messages = computed(() => {
    const oldest = more.value ? (asked.value.at(-1)?.seq ?? 0) : 0;
    const known = new Map([...asked.value, ...heldMessages(holding).filter((message) => message.seq >= oldest)].map((message) => [message.seq, message]));
    return [...known.values()]
      .map((message) => findMessage(holding, message.seq) ?? message)
      .filter((message) => message.gone === null && message.attachments.length > 0)
      .sort((a, b) => b.seq - a.seq);
  });

  return { messages, more, busy, problem, load };
}
