import { Scale } from "@lucide/vue";

import { meFrame } from "@/features/me/contract";

import type { FeatureManifest } from "../feature";

/** 叫法与规则: what things are called here and how meetings decide; read by everybody, changed by two officers. */
export const template: FeatureManifest = {
  name: "template",
  routes: [
    {
      path: "/me/rules",
      component: meFrame,
      children: [{ path: "", name: "template.home", component: () => import("./TemplatePage.vue"), meta: { title: "template.title", tab: "me", deep: true } }],
    },
    {
      path: "/manage/rules",
      component: async () => (await import("@/features/roll/contract")).RollFrame,
      children: [
        {
          path: "",
          name: "template.edit",
          component: () => import("./TemplateEditPage.vue"),
          meta: { title: "template.title", office: "template.edit", tab: "roll", deep: true },
        },
      ],
    },
  ],
  office: [{ route: "template.edit", label: "template.title", icon: Scale, order: 35, capabilities: ["template.propose", "template.decide"] }],
};
