import { describe, expect, it } from "vitest";

import type { TemplateSetting } from "@/protocol/generated";

import { changed, fits, needed, same, sections, type Value, wished } from "./values";

const PART = { zh: "一", en: "one" };
const HALF = { base: "entitled", num: 1, den: 2, op: ">=" } as const;

const setting = (key: string, kind: TemplateSetting["kind"], value: Value, more: Partial<TemplateSetting> = {}): TemplateSetting => ({
  key, section: PART, label: PART, kind, value, standard: value, least: 1, most: 9, choices: [], optional: false, unit: null, ...more,
});

describe("what was edited", () => {
  const settings = [setting("a", "count", 3), setting("b", "share", HALF, { standard: { ...HALF, op: ">" } }), setting("c", "switch", false)];

  it("is only what differs from now", () => {
    expect(changed(settings, new Map<string, Value>([["a", 3], ["c", true]])).map((one) => one.key)).toEqual(["c"]);
    expect(changed(settings, new Map<string, Value>([["b", { ...HALF }]]))).toEqual([]);
  });

  it("goes to the server with what differs from the file already, and without what came back to it", () => {
    expect(wished(settings, new Map<string, Value>([["a", 4]]))).toEqual([{ key: "a", value: 4 }, { key: "b", value: HALF }]);
    expect(wished(settings, new Map<string, Value>([["b", { ...HALF, op: ">" }]]))).toEqual([]);
  });
});

describe("values", () => {
  it.each<[Value, Value, boolean]>([
    [HALF, { ...HALF }, true], [HALF, { ...HALF, den: 3 }, false], [{ zh: "一", en: "a" }, { zh: "一", en: "a" }, true],
    [{ zh: "一", en: "a" }, { zh: "二", en: "a" }, false], [1, 1, true], [null, HALF, false], [true, false, false],
  ])("%j and %j: same is %s", (one, other, expected) => {
    expect(same(one, other)).toBe(expected);
  });

  it("are wrong where the server refuses them", () => {
    expect(fits(setting("a", "count", 3), Number.NaN)).toBe(false);
    expect(fits(setting("a", "count", 3), 10)).toBe(false);
    expect(fits(setting("a", "share", HALF), { ...HALF, num: 3 })).toBe(false);
    expect(fits(setting("a", "share", HALF), { ...HALF, num: 2, op: ">" })).toBe(false);
    expect(fits(setting("a", "share", HALF), null)).toBe(false);
    expect(fits(setting("a", "share", HALF, { optional: true }), null)).toBe(true);
    expect(fits(setting("a", "text", null), { zh: " ", en: "a" })).toBe(false);
    expect(fits(setting("a", "count", 3), 9)).toBe(true);
  });

  it("count as the server counts", () => {
    expect(needed({ ...HALF, op: ">" }, 42)).toBe(22);
    expect(needed(HALF, 42)).toBe(21);
    expect(needed({ ...HALF, num: 2, den: 3 }, 40)).toBe(27);
  });

  it("stand together by section", () => {
    const other = { zh: "二", en: "two" };
    const found = sections([setting("a", "count", 1), setting("b", "count", 1), setting("c", "count", 1, { section: other })]);
    expect(found.map((part) => part.settings.map((one) => one.key))).toEqual([["a", "b"], ["c"]]);
  });
});
