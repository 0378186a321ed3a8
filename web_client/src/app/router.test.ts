import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, test } from "vitest";

import { useIdentity } from "@/identity/identity";

import { createAppRouter } from "./router";

beforeEach(() => {
  setActivePinia(createPinia());
  history.replaceState(null, "", "/");
});

function signIn(member: { id: string } | null) {
  const identity = useIdentity();
  identity.step = "done";
  identity.member = member as typeof identity.member;
  return identity;
}

test("whose sign-in ends on the room list is led to sign in", async () => {
  const identity = signIn({ id: "anna" });
  const router = createAppRouter();
  await router.push("/chat");
  expect(router.currentRoute.value.name).toBe("chat.rooms");
  identity.forget();
  await router.push({ name: "start", force: true });
  expect(router.currentRoute.value.name).toBe("account.login");
});

test("an account without a membership finds its own page behind every address", async () => {
  signIn(null);
  const router = createAppRouter();
  for (const address of ["/chat", "/manage/roll", "/"]) {
    await router.push(address);
    expect(router.currentRoute.value.name).toBe("me.home");
  }
  await router.push("/me/devices");
  expect(router.currentRoute.value.name).toBe("me.devices");
  await router.push("/me/help");
  expect(router.currentRoute.value.name).toBe("help.home");
});
