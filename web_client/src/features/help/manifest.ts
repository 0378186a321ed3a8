import { meFrame } from "@/features/me/contract";

import type { FeatureManifest } from "../feature";

/** 帮助: short answers below 我的, the same on paper. */
export const help: FeatureManifest = {
  name: "help",
  routes: [
    { path: "/welcome", name: "help.tour", component: () => import("./HelpTourPage.vue"), meta: { title: "help.tour.name", tab: "me", deep: true } },
    {
      path: "/me/help",
      component: meFrame,
      children: [{ path: "", name: "help.home", component: () => import("./HelpPage.vue"), meta: { title: "help.title", tab: "me", deep: true } }],
    },
  ],
};
