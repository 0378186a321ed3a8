import { createPinia, setActivePinia } from "pinia";
import { nextTick } from "vue";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { setLocale } from "@/i18n";
import { usePreferences } from "@/preferences/preferences";
import type { MePreferences, MeSnapshot } from "@/protocol/me";

import { keepPreferences } from "./keeping";
import { useMe } from "./store";

const SERVER: MePreferences = { typing_visible: false, locale: "zh-CN", large_type: false, theme: "system" };
let told: Partial<MePreferences>[];
let stop: () => void;

function heard(preferences: MePreferences): void {
  const state: MeSnapshot = { member: "m", name: "曹玉兰", rooms: [], notices: [], preferences };
  useMe().state = state;
}

beforeEach(async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  localStorage.clear();
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  told = [];
  useMe().setPreferences = (changes) => {
    told.push(changes);
    return Promise.resolve();
  };
  stop = keepPreferences();
});

describe("preferences of member and device", () => {
  it("take over what another device chose, and say nothing back", async () => {
    heard({ ...SERVER, large_type: true });
    await nextTick();
    expect(usePreferences().typeSize).toBe("large");
    heard({ ...SERVER, large_type: true, theme: "dark" });
    await nextTick();
    await nextTick();
    expect(usePreferences().theme).toBe("dark");
    expect(told).toEqual([]);
  });

  it("tell the server what is changed here", async () => {
    heard(SERVER);
    await nextTick();
    usePreferences().typeSize = "large";
    await setLocale("en");
    await nextTick();
    expect(Object.assign({}, ...told)).toEqual({ large_type: true, locale: "en" });
  });

  it("wait for the server's word before telling anything, and stop at sign-out", async () => {
    usePreferences().theme = "dark";
    await nextTick();
    expect(told).toEqual([]);
    heard(SERVER);
    await nextTick();
    expect(told).toEqual([{ theme: "dark" }]);
    stop();
    usePreferences().theme = "light";
    await nextTick();
    expect(told).toHaveLength(1);
  });
});
