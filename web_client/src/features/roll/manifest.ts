import { Bot, ClipboardList, FileUp, ShieldQuestionMark, UserCog, Users } from "@lucide/vue";
import { computed } from "vue";

import { useIdentity } from "@/identity/identity";

import type { FeatureManifest } from "../feature";
import { officeFor } from "../office";

const list = () => import("./RollListPage.vue");

/** 管理: the roll, its import, roles, second-factor resets and bot tokens; for officers only. */
export const roll: FeatureManifest = {
  name: "roll",
  routes: [
    {
      path: "/manage",
      component: () => import("./RollPage.vue"),
      children: [
        { path: "", name: "roll.home", component: () => import("./RollHome.vue"), meta: { title: "roll.tab", office: "roll.list" } },
        { path: "roll", name: "roll.list", component: list, meta: { title: "roll.section.list", office: "roll.list", deep: true } },
        { path: "roll/import", name: "roll.import", component: () => import("./RollImportPage.vue"), meta: { title: "roll.section.import", office: "roll.import", deep: true } },
        { path: "roll/:member", name: "roll.person", component: list, meta: { title: "roll.section.list", office: "roll.list", deep: true } },
        { path: "roles", name: "roll.roles", component: () => import("./RollRolesPage.vue"), meta: { title: "roll.section.roles", office: "roll.roles", deep: true } },
        { path: "resets", name: "roll.resets", component: () => import("./RollResetsPage.vue"), meta: { title: "roll.section.resets", office: "roll.resets", deep: true } },
        { path: "tokens", name: "roll.tokens", component: () => import("./RollTokensPage.vue"), meta: { title: "roll.section.tokens", office: "roll.tokens", deep: true } },
      ],
    },
  ],
  office: [
    {
      route: "roll.list", label: "roll.section.list", icon: Users, order: 10,
      capabilities: ["branch.manage_roll", "branch.read_personal", "branch.issue_activation", "branch.manage_roles"],
    },
    { route: "roll.import", label: "roll.section.import", icon: FileUp, order: 20, capabilities: ["branch.manage_roll"] },
    { route: "roll.roles", label: "roll.section.roles", icon: UserCog, order: 40, capabilities: ["branch.manage_roles"] },
    { route: "roll.resets", label: "roll.section.resets", icon: ShieldQuestionMark, order: 50, capabilities: ["account.mfa_reset"] },
    { route: "roll.tokens", label: "roll.section.tokens", icon: Bot, order: 60, capabilities: ["bot.manage"] },
  ],
  tab: {
    label: "roll.tab",
    icon: ClipboardList,
    route: "roll.home",
    order: 80,
    shown: () => {
      const identity = useIdentity();
      return computed(() => officeFor(identity.can).length > 0);
    },
  },
};
