import { ClipboardList } from "@lucide/vue";
import { computed } from "vue";

import { useIdentity } from "@/identity/identity";

import type { FeatureManifest } from "../feature";
import { sectionsFor } from "./sections";

const list = () => import("./RollListPage.vue");

/** 管理: the roll, its import, roles, second-factor resets and bot tokens; for officers only. */
export const roll: FeatureManifest = {
  name: "roll",
  routes: [
    {
      path: "/manage",
      component: () => import("./RollPage.vue"),
      children: [
        { path: "", name: "roll.home", component: () => import("./RollHome.vue"), meta: { title: "roll.tab", section: "list" } },
        { path: "roll", name: "roll.list", component: list, meta: { title: "roll.section.list", section: "list", deep: true } },
        { path: "roll/import", name: "roll.import", component: () => import("./RollImportPage.vue"), meta: { title: "roll.section.import", section: "import", deep: true } },
        { path: "roll/:member", name: "roll.person", component: list, meta: { title: "roll.section.list", section: "list", deep: true } },
        { path: "roles", name: "roll.roles", component: () => import("./RollRolesPage.vue"), meta: { title: "roll.section.roles", section: "roles", deep: true } },
        { path: "resets", name: "roll.resets", component: () => import("./RollResetsPage.vue"), meta: { title: "roll.section.resets", section: "resets", deep: true } },
        { path: "tokens", name: "roll.tokens", component: () => import("./RollTokensPage.vue"), meta: { title: "roll.section.tokens", section: "tokens", deep: true } },
      ],
    },
  ],
  tab: {
    label: "roll.tab",
    icon: ClipboardList,
    route: "roll.home",
    order: 80,
    shown: () => {
      const identity = useIdentity();
      return computed(() => sectionsFor(identity.can).length > 0);
    },
  },
};
