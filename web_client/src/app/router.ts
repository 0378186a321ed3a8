import { createRouter, createWebHistory, type RouteLocationNormalized, type Router, type RouteRecordRaw } from "vue-router";

import { FEATURES } from "@/features";
import { useIdentity } from "@/identity/identity";

const routes: RouteRecordRaw[] = [
  // Accounts without a membership (system administrators) have no rooms.
  { path: "/", name: "start", redirect: () => ({ name: useIdentity().signedIn && useIdentity().member === null ? "me.home" : "chat.rooms" }) },
  ...FEATURES.flatMap((feature) => feature.routes),
  { path: "/:rest(.*)*", name: "lost", component: () => import("./LostPage.vue"), meta: { open: true } },
];

/** Name of the page that asks people to sign in; the account feature brings it. */
const SIGN_IN = "account.login";

const inOwnPages = (to: RouteLocationNormalized): boolean => (to.meta.tab ?? String(to.name).split(".")[0]) === "me";

/** Pages not marked `open` are for people who are signed in; others are sent to sign in and come back afterwards. */
export function createAppRouter(): Router {
  const router = createRouter({ history: createWebHistory("/"), routes });
  router.beforeEach((to) => {
    const identity = useIdentity();
    if (identity.signedIn && identity.member === null && to.meta.open !== true && !inOwnPages(to)) return { name: "me.home" };
    if (to.meta.open === true || identity.signedIn || identity.step === "unknown" || !router.hasRoute(SIGN_IN)) return true;
    return { name: SIGN_IN, query: to.fullPath === "/" || to.name === "chat.rooms" ? {} : { next: to.fullPath } };
  });
  return router;
}
