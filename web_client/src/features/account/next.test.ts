import { describe, expect, it } from "vitest";

import { nextPlace } from "./next";

describe("place after signing in", () => {
  it.each([
    ["/chat/1", "/chat/1"],
    ["/me/devices?x=1", "/me/devices?x=1"],
    ["/login-help", "/login-help"],
    ["/login", "/"],
    ["/login?next=/x", "/"],
    ["/activate#A", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["javascript:alert(1)", "/"],
    [undefined, "/"],
    [["/a"], "/"],
  ])("%j leads to %j", (wanted, place) => {
    expect(nextPlace(wanted)).toBe(place);
  });
});
