import { describe, expect, it } from "vitest";

import type { MePreferences } from "@/protocol/me";

import { changed, type DeviceLook, follow, meet } from "./preferences";

const SERVER: MePreferences = { typing_visible: false, locale: "zh-CN", large_type: false, theme: "system" };
const DEVICE: DeviceLook = { theme: "system", large_type: false, locale: "zh-CN" };

describe("first look after signing in", () => {
  it("does nothing when both agree", () => {
    expect(meet(DEVICE, SERVER)).toEqual({ apply: {}, tell: {} });
  });

  it("keeps large type that was switched on at the log-in page, and tells the server", () => {
    expect(meet({ ...DEVICE, large_type: true }, SERVER)).toEqual({ apply: {}, tell: { large_type: true } });
  });

  it("takes over what the member chose on another device", () => {
    expect(meet(DEVICE, { ...SERVER, large_type: true, theme: "dark" })).toEqual({ apply: { large_type: true, theme: "dark" }, tell: {} });
  });

  it("lets the server's theme win over another one here, but not a mere default", () => {
    expect(meet({ ...DEVICE, theme: "light" }, { ...SERVER, theme: "dark" }).apply).toEqual({ theme: "dark" });
    expect(meet({ ...DEVICE, theme: "light" }, SERVER).tell).toEqual({ theme: "light" });
  });

  it("leaves the language of the device alone and tells it", () => {
    expect(meet({ ...DEVICE, locale: "en" }, SERVER)).toEqual({ apply: {}, tell: { locale: "en" } });
  });
});

describe("later", () => {
  it("follows theme and large type of another device only", () => {
    expect(follow(SERVER, { ...SERVER, theme: "dark", locale: "en", typing_visible: true })).toEqual({ theme: "dark" });
    expect(follow({ ...SERVER, large_type: true }, SERVER)).toEqual({ large_type: false });
  });

  it("tells what changed here, unless the server has it already", () => {
    expect(changed(DEVICE, { ...DEVICE, theme: "dark", locale: "en" }, SERVER)).toEqual({ theme: "dark", locale: "en" });
    expect(changed(DEVICE, { ...DEVICE, large_type: true }, { ...SERVER, large_type: true })).toEqual({});
    expect(changed(DEVICE, DEVICE, { ...SERVER, theme: "dark" })).toEqual({});
  });
});
