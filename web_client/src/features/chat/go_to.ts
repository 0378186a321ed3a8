import { nextTick } from "vue";
import { useRouter } from "vue-router";

import type { ChatMessage } from "@/protocol/chat";

import type { RoomHolding } from "./holding";

/** Here list, room and the page about it stand beside each other (styles/base.css, `wide`). */
const BESIDE = "(min-width: 64rem)";

/** From the page about a room to what it tells of: on a desktop the room beside it moves there, on a phone the room comes up. */
export function useGoTo(holding: RoomHolding): { toMessage: (message: Pick<ChatMessage, "seq" | "thread">) => Promise<void>; toDay: (day: string) => Promise<void> } {
  const router = useRouter();

  async function toRoom(): Promise<void> {
    if (!matchMedia(BESIDE).matches) await router.push({ name: "chat.room", params: { room: holding.id } });
    await nextTick();
  }

  async function toMessage({ seq, thread }: Pick<ChatMessage, "seq" | "thread">): Promise<void> {
    if (thread === null) await toRoom();
    else await router.push({ name: "chat.thread", params: { room: holding.id, thread: String(thread) } });
    holding.wanted = { seq, thread };
  }

  async function toDay(day: string): Promise<void> {
    await toRoom();
    holding.wanted = { day };
  }

  return { toMessage, toDay };
}
