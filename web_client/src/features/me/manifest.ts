import { UserRound } from "@lucide/vue";

import type { FeatureManifest } from "../feature";
import { keepPreferences } from "./keeping";

/** 我的: what is recorded about the reader and who saw it, devices, security, preferences. */
export const me: FeatureManifest = {
  name: "me",
  routes: [
    {
      path: "/me",
      component: () => import("./MePage.vue"),
      children: [
        { path: "", name: "me.home", component: () => import("./MeRecord.vue"), meta: { title: "me.tab" } },
        { path: "record", name: "me.record", component: () => import("./MeRecord.vue"), meta: { title: "me.section.record", deep: true } },
        { path: "views", name: "me.views", component: () => import("./MeViews.vue"), meta: { title: "me.section.views", deep: true } },
        { path: "notices", name: "me.notices", component: () => import("./MeNotices.vue"), meta: { title: "me.section.notices", deep: true } },
        { path: "devices", name: "me.devices", component: () => import("./MeDevices.vue"), meta: { title: "me.section.devices", deep: true } },
        { path: "security", name: "me.security", component: () => import("./MeSecurity.vue"), meta: { title: "me.section.security", deep: true } },
        {
          path: "preferences",
          name: "me.preferences",
          component: () => import("./MePreferences.vue"),
          meta: { title: "me.section.preferences", deep: true },
        },
        { path: "about", name: "me.about", component: () => import("./MeAbout.vue"), meta: { title: "me.section.about", deep: true } },
      ],
    },
  ],
  tab: { label: "me.tab", icon: UserRound, route: "me.home", order: 90 },
  start: keepPreferences,
};
