import { createPinia, setActivePinia } from "pinia";
import { mount, type VueWrapper } from "@vue/test-utils";
import { vi } from "vitest";
import { type Component } from "vue";
import { createMemoryHistory, createRouter, type Router } from "vue-router";

import { i18n, setLocale } from "@/i18n";

/** One request as the page sent it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Answer = { status?: number; body?: unknown };
type Answers = Record<string, Answer | ((body: unknown) => Answer)>;

/** A problem document as the server writes it. */
export function refusal(status: number, key: string, zh: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { code: 1, key, message: { zh, en: key }, temporary: false, params: {}, ...more } };
}

/** Plays the server: `"POST /login": { body: … }`. What it has no answer for is refused with 404. */
export function playServer(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const path = address.replace("/api/v1", "");
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    asked.push({ method: init.method ?? "GET", path, body });
    const found = answers[`${init.method ?? "GET"} ${path}`] ?? refusal(404, "NOT_FOUND", "没有找到");
    const { status = 200, body: sent = null } = typeof found === "function" ? found(body) : found;
    return Promise.resolve(new Response(sent === null ? "" : JSON.stringify(sent), { status }));
  });
  return asked;
}

/** A page with texts, stores and the two routes of this feature. */
export async function stage(page: Component, path: string): Promise<{ wrapper: VueWrapper; router: Router }> {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  const nothing = { template: "<p />" };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/login", name: "account.login", component: nothing },
      { path: "/activate", name: "account.activate", component: nothing },
      { path: "/:rest(.*)*", component: nothing },
    ],
  });
  await router.push(path);
  const wrapper = mount(page, { global: { plugins: [i18n, router] }, attachTo: document.body });
  return { wrapper, router };
}
