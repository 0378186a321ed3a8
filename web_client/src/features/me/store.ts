import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";

import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";
import type { ChatLogEvent } from "@/protocol/chat";
import type { MeLogEvent, MeMeetingTold, MePreferences, MeRoom, MeSnapshot } from "@/protocol/me";

import { readN, reduce } from "./reduce";

/** A burst of reading (scrolling through a room) becomes one command. */
const MARK_READ_MS = 400;

/** What concerns one member on all devices: rooms with their unread counts, notices, preferences. */
export const useMe = defineStore("me", () => {
  const live = useLive();
  const state = shallowRef<MeSnapshot | null>(null);
  const meetingNews = shallowRef<MeMeetingTold | null>(null);
  const marks = new Map<string, { room: string; thread: number | null; n: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const whenFresh = new Set<() => void>();

  /** Hold the member's own topic while signed in. */
  function start(): () => void {
    const topic = ownTopic();
    live.enter(topic, {
      snapshot: (snapshot) => {
        state.value = snapshot as unknown as MeSnapshot;
        for (const call of whenFresh) call();
        flushMarks();
      },
      event: (event) => {
        apply(event as unknown as MeLogEvent);
        // Words of the organisation came with the session: they are asked for again.
        if (event.type === "me.organisation_told") useIdentity().refresh().catch(() => undefined);
        if (event.type === "me.meeting_told") meetingNews.value = event as unknown as MeMeetingTold;
      },
      lost: () => {
        state.value = null;
      },
      keeping: {
        form: 1,
        marks: () => (state.value === null ? null : [state.value]),
        save: () => state.value,
        restore: (kept) => {
          state.value = kept as MeSnapshot;
        },
      },
    });
    return () => {
      live.leave(topic);
      clearTimeout(timer);
      marks.clear();
      state.value = null;
    };
  }

  const ownTopic = (): string => `me:${useIdentity().member?.id ?? ""}`;

  /** Take an event of the own topic, or of a room's topic (the room list lives on both). */
  function apply(event: MeLogEvent | ChatLogEvent): void {
    if (state.value !== null) state.value = reduce(state.value, event);
  }

  const room = (id: string): MeRoom | undefined => state.value?.rooms.find((line) => line.room === id);

  /** Everything up to ordinal `n` was seen here. Shown at once; told to the server soon, and again until it stands. */
  function markRead(id: string, thread: number | null, n: number): void {
    const line = room(id);
    if (line === undefined || n <= readN(line, thread)) return;
    if (thread !== null && !line.threads.some((known) => known.root === thread)) return;
    apply({ type: "me.read", topic: `me:${state.value?.member ?? ""}`, seq: 0, at_ms: 0, room: id, thread, n });
    marks.set(`${id} ${String(thread)}`, { room: id, thread, n });
    clearTimeout(timer);
    timer = setTimeout(flushMarks, MARK_READ_MS);
  }

  function flushMarks(): void {
    for (const [key, mark] of marks) {
      live.call({ type: "chat.mark_read", ...mark }).then(
        () => {
          if (marks.get(key)?.n === mark.n) marks.delete(key);
        },
        () => undefined, // Kept; sent again with the next mark or the next fresh state.
      );
    }
  }

  async function setPreferences(changes: Partial<MePreferences>): Promise<void> {
    const { preferences } = await live.call({ type: "me.set_preferences", ...changes });
    if (state.value !== null) state.value = { ...state.value, preferences };
  }

  return {
    state,
    /** The newest thing told about a meeting, also what does not stand among the notices. */
    meetingNews,
    rooms: computed(() => state.value?.rooms ?? []),
    notices: computed(() => state.value?.notices ?? []),
    preferences: computed(() => state.value?.preferences ?? null),
    unread: computed(() => (state.value?.rooms ?? []).reduce((sum, line) => sum + Math.max(0, line.head_n - line.read_n), 0)),
    start,
    startOver: () => live.startOver(ownTopic()),
    apply,
    room,
    markRead,
    setPreferences,
    /** Be called whenever a whole new state has come; returns the way to stop. */
    onFresh: (call: () => void) => {
      whenFresh.add(call);
      return () => void whenFresh.delete(call);
    },
  };
});
