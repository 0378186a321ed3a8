import type { FeatureManifest } from "../feature";

/** 练习: a sample branch on this device only, for whoever wants to try things before others see them. */
export const practice: FeatureManifest = {
  name: "practice",
  routes: [{ path: "/practice", name: "practice.home", component: () => import("./PracticePage.vue"), meta: { title: "practice.title", tab: "me", deep: true } }],
};
