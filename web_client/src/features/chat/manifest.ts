import { MessageSquare } from "@lucide/vue";
import { computed, defineAsyncComponent } from "vue";

import { useMe } from "@/features/me/contract";
import { useIdentity } from "@/identity/identity";

import type { FeatureManifest } from "../feature";
import { useDrafts } from "./drafts";
import { useOutgoing } from "./outgoing";
import { useRooms } from "./store";

const page = () => import("./ChatPage.vue");

/** 消息: rooms, threads, direct talks. Also starts the member's own topic, which the room list stands on. */
export const chat: FeatureManifest = {
  name: "chat",
  routes: [
    { path: "/chat", name: "chat.rooms", component: page, meta: { title: "chat.tab" } },
    { path: "/chat/:room", name: "chat.room", component: page, meta: { title: "chat.tab", deep: true } },
    { path: "/chat/:room/thread/:thread(\\d+)", name: "chat.thread", component: page, meta: { title: "chat.tab", deep: true } },
    { path: "/chat/:room/people", name: "chat.people", component: page, meta: { title: "chat.tab", deep: true } },
  ],
  tab: {
    label: "chat.tab",
    icon: MessageSquare,
    route: "chat.rooms",
    order: 10,
    shown: () => {
      const identity = useIdentity();
      return computed(() => identity.member !== null);
    },
    badge: () => {
      const me = useMe();
      return computed(() => me.unread);
    },
  },
  overlay: defineAsyncComponent(() => import("./ChatOverlay.vue")),
  start: () => {
    const stops = [useMe().start(), useOutgoing().start(), useRooms().start(), useDrafts().start()];
    return () => {
      for (const stop of stops.reverse()) stop();
    };
  },
};
