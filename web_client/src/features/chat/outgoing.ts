import { defineStore } from "pinia";
import { shallowRef } from "vue";

import type { Outgoing } from "@/connection/outbox";
import { useLive } from "@/live/live";

/** A message of one's own that does not stand in its room yet; `seq` and `atMs` once the server has confirmed it. */
export interface OutgoingMessage extends Outgoing {
  seq: number | null;
  atMs: number | null;
}

/** A confirmed message whose event does not come is dropped from the page after this time; the room has it in its log. */
const KEEP_CONFIRMED_MS = 30_000;

/** What waits in the outbox, as Vue sees it, oldest first. */
export const useOutgoing = defineStore("outgoing", () => {
  const live = useLive();
  const entries = shallowRef<OutgoingMessage[]>([]);

  const without = (cid: string): OutgoingMessage[] => entries.value.filter((entry) => entry.cid !== cid);

  function put(fresh: OutgoingMessage): void {
    const known = entries.value.some((entry) => entry.cid === fresh.cid);
    entries.value = known ? entries.value.map((entry) => (entry.cid === fresh.cid ? fresh : entry)) : [...entries.value, fresh];
  }

  function start(): () => void {
    entries.value = live.outbox.all().map((entry) => ({ ...entry, seq: null, atMs: null }));
    const stop = live.outbox.listen({
      changed: (entry) => {
        put({ ...entry, seq: null, atMs: null });
      },
      sent: (entry, result) => {
        put({ ...entry, seq: Number(result["seq"]), atMs: Number(result["at_ms"]) });
        setTimeout(() => (entries.value = without(entry.cid)), KEEP_CONFIRMED_MS);
      },
      removed: (entry) => {
        entries.value = without(entry.cid);
      },
    });
    return () => {
      stop();
      entries.value = [];
    };
  }

  /** A message arrived by its event: whatever stood for it here goes. */
  function arrived(room: string, seq: number): void {
    if (entries.value.some((entry) => entry.seq === seq && entry.lane === room)) {
      entries.value = entries.value.filter((entry) => entry.seq !== seq || entry.lane !== room);
    }
  }

  /** Those of a room, or of one of its threads. */
  const of = (room: string, thread: number | null): OutgoingMessage[] =>
    entries.value.filter((entry) => entry.lane === room && (entry.command["thread"] ?? null) === thread);

  return { entries, start, arrived, of };
});
