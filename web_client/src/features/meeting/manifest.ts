import { CalendarCheck } from "@lucide/vue";
import { computed } from "vue";

import { useIdentity } from "@/identity/identity";

import type { FeatureManifest } from "../feature";

/** 会议: list, the member's own view, console, big screen, minutes. All loaded when they are opened. */
export const meeting: FeatureManifest = {
  name: "meeting",
  routes: [
    { path: "/meetings", name: "meeting.list", component: () => import("./MeetingListPage.vue"), meta: { title: "meeting.tab" } },
    { path: "/meetings/new", name: "meeting.new", component: () => import("./MeetingPlanPage.vue"), meta: { title: "meeting.plan.new", deep: true } },
    { path: "/meetings/check-in", name: "meeting.arrive", component: () => import("./MeetingArrivePage.vue"), meta: { title: "meeting.check_in.title", open: true } },
    { path: "/meetings/:meeting", name: "meeting.one", component: () => import("./MeetingPage.vue"), meta: { title: "meeting.tab", deep: true } },
    { path: "/meetings/:meeting/edit", name: "meeting.edit", component: () => import("./MeetingPlanPage.vue"), meta: { title: "meeting.plan.edit", deep: true } },
    { path: "/meetings/:meeting/desk", name: "meeting.desk", component: () => import("./desk/MeetingDeskPage.vue"), meta: { title: "meeting.desk.title", deep: true } },
    { path: "/meetings/:meeting/screen", name: "meeting.screen", component: () => import("./desk/MeetingScreenPage.vue"), meta: { title: "meeting.screen.title", deep: true } },
    { path: "/meetings/:meeting/minutes", name: "meeting.minutes", component: () => import("./MeetingMinutesPage.vue"), meta: { title: "meeting.minutes.title", deep: true } },
  ],
  tab: {
    label: "meeting.tab",
    icon: CalendarCheck,
    route: "meeting.list",
    order: 20,
    shown: () => {
      const identity = useIdentity();
      return computed(() => identity.member !== null);
    },
  },
};
