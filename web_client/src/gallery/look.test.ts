// @vitest-environment node
import { expect, test } from "vitest";

import { addressOf, lookOf } from "./look";
import { PARTS } from "./parts";

test("an address is a look and back", () => {
  const look = { locale: "en", theme: "dark", type: 200, part: "messages" } as const;
  expect(lookOf(addressOf(look))).toEqual(look);
});

test.each(["", "?locale=fr&theme=blue&type=5", "?type=1e9", "?type=x"])("what makes no sense is the default: %s", (search) => {
  expect(lookOf(search)).toEqual({ locale: "zh-CN", theme: "light", type: 100, part: "" });
});

test("parts have names of their own", () => {
  expect(new Set(PARTS.map((part) => part.name)).size).toBe(PARTS.length);
  expect(PARTS.every((part) => /^[a-z-]+$/.test(part.name))).toBe(true);
});

test("every base component is shown somewhere", () => {
  const names = Object.keys(import.meta.glob("../components/Base*.vue")).map((path) => path.replace(/^.*\/|\.vue$/g, ""));
  const shown = Object.values(import.meta.glob<string>("./**/*.vue", { eager: true, query: "?raw", import: "default" })).join();
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !shown.includes(`<${name}`))).toEqual([]);
});
