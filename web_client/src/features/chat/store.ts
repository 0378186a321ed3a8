import { defineStore } from "pinia";
import { shallowReactive, watch } from "vue";

import type { Problem } from "@/connection/problem";
import { useMe } from "@/features/me/contract";
import { useLive } from "@/live/live";
import type { ChatLogEvent, ChatSnapshot, ChatTypingEvent, PresenceChanged, PresenceState } from "@/protocol/chat";
import { isLogEvent, type WireEvent } from "@/protocol/wire";

import { useBridge } from "./bridge";
import { letGo, newHolding, type RoomHolding } from "./holding";
import { FORM, keepRoom, restoreRoom } from "./keeping";
import { useOutgoing } from "./outgoing";
import { reducePresence } from "./presence";
import { amend, reduce } from "./reduce";
import { withTypist } from "./typing";

/** Every room of the member is held, so that the list is live and a room opens at once; the server bounds topics at 500. */
const ROOMS_AT_MOST = 300;

const topicOf = (room: string): string => `chat:${room}`;

/** The rooms this page holds. Thin: keeps state, calls the reducers; pages and commands live in history.ts and commands.ts. */
export const useRooms = defineStore("rooms", () => {
  const live = useLive();
  const me = useMe();
  const outgoing = useOutgoing();
  const bridge = useBridge();
  const rooms = shallowReactive(new Map<string, RoomHolding>());

  /** The holding of a room; made, and its topic entered, when there is none yet. */
  function hold(id: string): RoomHolding {
    const known = rooms.get(id);
    if (known !== undefined && !known.lost) return known;
    const holding = known ?? newHolding(id);
    holding.lost = false;
    rooms.set(id, holding);
    live.enter(topicOf(id), {
      snapshot: (snapshot) => {
        takeSnapshot(holding, snapshot as unknown as ChatSnapshot);
      },
      event: (event) => {
        if (isLogEvent(event)) takeLogEvent(holding, event as unknown as ChatLogEvent);
        else takeLiveEvent(holding, event);
      },
      lost: (problem) => {
        lose(holding, problem);
      },
      resumed: () => void bridge.close(id),
      keeping: {
        form: FORM,
        marks: () => (holding.chat === null ? null : [holding.chat.room, holding.people]),
        save: () => keepRoom(holding),
        restore: (kept) => {
          restoreRoom(holding, kept);
        },
      },
    });
    return holding;
  }

  function lose(holding: RoomHolding, problem: Problem | null): void {
    holding.lost = true;
    holding.problem = problem;
    holding.chat = null;
  }

  /** Forget a room; a page that still shows it says that it is closed. */
  function drop(id: string): void {
    live.leave(topicOf(id));
    const holding = rooms.get(id);
    if (holding !== undefined) lose(holding, null);
    rooms.delete(id);
  }

  function start(): () => void {
    const stopWatch = watch(
      () => me.rooms.map((room) => room.room),
      (ids, before = []) => {
        for (const id of ids.slice(0, ROOMS_AT_MOST)) hold(id);
        for (const id of before) if (!ids.includes(id)) drop(id);
      },
      { immediate: true },
    );
    const stopFresh = me.onFresh(() => {
      for (const id of rooms.keys()) void bridge.close(id);
    });
    return () => {
      stopWatch();
      stopFresh();
      for (const id of [...rooms.keys()]) drop(id);
    };
  }

  function takeSnapshot(holding: RoomHolding, snapshot: ChatSnapshot): void {
    holding.chat = { room: snapshot, threads: {} };
    holding.jumped = null;
    holding.aside = new Map();
    holding.threadsComplete = new Set();
    void bridge.close(holding.id);
  }

  function takeLogEvent(holding: RoomHolding, event: ChatLogEvent): void {
    for (const late of holding.late) late.push(event);
    if (holding.chat !== null) holding.chat = reduce(holding.chat, event);
    if (holding.shown === 0 || holding.jumped !== null) letGo(holding);
    if (holding.jumped !== null) holding.jumped = { ...holding.jumped, messages: holding.jumped.messages.map((message) => amend(message, event)) };
    if (holding.aside.size > 0) {
      holding.aside = new Map([...holding.aside].map(([seq, message]) => [seq, message === null ? null : amend(message, event)]));
    }
    if (event.type === "chat.sent") {
      holding.typists = holding.typists.filter((typist) => typist.member !== event.sender);
      outgoing.arrived(holding.id, event.seq);
    }
    bridge.tell(holding.id, event);
  }

  function takeLiveEvent(holding: RoomHolding, event: WireEvent): void {
    if (event.type === "presence.state" || event.type === "presence.changed") {
      holding.present = reducePresence(holding.present, event as PresenceState | PresenceChanged);
    } else if (event.type === "chat.typing") {
      const { member, thread } = event as ChatTypingEvent;
      if (member !== me.state?.member) holding.typists = withTypist(holding.typists, member, thread, live.nowMs());
    }
  }

  return { rooms, hold, start };
});
