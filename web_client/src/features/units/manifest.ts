import { Network } from "@lucide/vue";

import type { FeatureManifest } from "../feature";

/** 支部与小组: the tree of the organisation with its numbers; groups are made, renamed and closed here. */
export const units: FeatureManifest = {
  name: "units",
  routes: [
    {
      path: "/manage/units",
      component: async () => (await import("@/features/roll/contract")).RollFrame,
      children: [
        {
          path: "",
          name: "units.tree",
          component: () => import("./UnitsPage.vue"),
          meta: { title: "units.title", office: "units.tree", tab: "roll", deep: true },
        },
      ],
    },
  ],
  office: [{ route: "units.tree", label: "units.title", icon: Network, order: 30, capabilities: ["branch.manage_units", "branch.read_counts"] }],
};
