import { ScrollText } from "@lucide/vue";

import type { FeatureManifest } from "../feature";

/** 操作记录: what officers did in a branch, for those who watch over it. */
export const audit: FeatureManifest = {
  name: "audit",
  routes: [
    {
      path: "/manage/audit",
      component: async () => (await import("@/features/roll/contract")).RollFrame,
      children: [
        {
          path: "",
          name: "audit.list",
          component: () => import("./AuditPage.vue"),
          meta: { title: "audit.title", office: "audit.list", tab: "roll", deep: true },
        },
      ],
    },
  ],
  office: [{ route: "audit.list", label: "audit.title", icon: ScrollText, order: 70, capabilities: ["branch.read_audit"] }],
};
