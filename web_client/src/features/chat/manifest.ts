import { MessageSquare } from "@lucide/vue";

import type { FeatureManifest } from "../feature";

const page = () => import("./ChatPage.vue");

export const chat: FeatureManifest = {
  name: "chat",
  routes: [
    { path: "/chat", name: "chat.rooms", component: page, meta: { title: "chat.tab" } },
    { path: "/chat/:room", name: "chat.room", component: page, meta: { title: "chat.tab", deep: true } },
    { path: "/chat/:room/thread/:thread", name: "chat.thread", component: page, meta: { title: "chat.tab", deep: true } },
  ],
  tab: { label: "chat.tab", icon: MessageSquare, route: "chat.rooms", order: 10 },
};
