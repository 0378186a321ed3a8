import { watch, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute } from "vue-router";

import { isoDay } from "@/i18n/format";
import type { ChatMessage } from "@/protocol/chat";

import type { RoomHolding } from "./holding";
import type { RoomScope } from "./room_scope";

/** What a list of messages can be asked for (ChatTimeline.vue). */
export interface ShowingList {
  show: (seq: number) => Promise<void>;
  showDay: (day: string) => Promise<ChatMessage | null>;
}

/** Bring the list of a room or thread to what somebody wants to see: a link may name a message (/chat/<room>#m7), pages beside it a message or a day. */
export function useLanding(holding: RoomHolding, thread: number | null, list: Ref<ShowingList | null>, room: Pick<RoomScope, "attempt" | "say">): void {
  const route = useRoute();
  const { t } = useI18n();
  const loaded = (): boolean => holding.chat !== null && (thread === null || holding.chat.threads[thread] !== undefined);

  watch(
    () => [route.hash, holding.chat !== null, list.value] as const,
    ([hash, ready, there]) => {
      const seq = Number(/^#m(\d+)$/.exec(hash)?.[1]);
      if (thread === null && ready && there !== null && seq > 0) void there.show(seq);
    },
  );

  async function toDay(there: ShowingList, day: string): Promise<void> {
    const landing = there.showDay(day);
    if (!(await room.attempt(landing))) return;
    const message = await landing;
    if (message === null || isoDay(message.at_ms) !== day) room.say(t("chat.day_empty"));
  }

  watch(
    () => [holding.wanted, loaded(), list.value] as const,
    ([wanted, ready, there]) => {
      if (wanted === null || !ready || there === null || ("seq" in wanted ? wanted.thread : null) !== thread) return;
      holding.wanted = null;
      void ("seq" in wanted ? there.show(wanted.seq) : toDay(there, wanted.day));
    },
    { flush: "post" },
  );
}
