import type { FeatureManifest } from "../feature";

/** Activation and signing in: the only pages open to people who are not signed in. */
export const account: FeatureManifest = {
  name: "account",
  routes: [
    { path: "/login", name: "account.login", component: () => import("./AccountLoginPage.vue"), meta: { open: true, title: "account.sign_in" } },
    {
      path: "/activate",
      name: "account.activate",
      component: () => import("./AccountActivatePage.vue"),
      meta: { open: true, title: "account.activate_title" },
    },
  ],
};
