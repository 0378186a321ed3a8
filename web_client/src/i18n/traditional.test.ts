// @vitest-environment node
import { expect, test } from "vitest";

import { preferredLocale } from "./index";
import simplified from "./zh-CN";

type Texts = { [key: string]: string | Texts };

const flat = (texts: Texts, before = ""): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]): [string, string][] => (typeof value === "string" ? [[before + key, value]] : flat(value, `${before}${key}.`)));

const fields = (text: string): string => [...new Set(text.match(/\{[a-z_]+\}/g) ?? [])].sort().join();

test("the texts in traditional characters are the same texts: keys, fields, plural bars", async () => {
  const { default: traditional } = await import("virtual:texts-zh-TW");
  const [ours, theirs] = [flat(simplified as Texts), new Map(flat(traditional as Texts))];
  expect(theirs.size).toBe(ours.length);
  for (const [key, text] of ours) {
    const other = theirs.get(key) ?? "";
    expect(fields(other), key).toBe(fields(text));
    expect(other.split("|").length, key).toBe(text.split("|").length);
  }
  expect(theirs.get("app.name")).toBe("會堂");
  expect([...theirs.values()].join("")).not.toMatch(/[们这个来说对时会开关]/u);
});

test.each([
  [["zh-TW", "en"], "zh-TW"],
  [["zh-Hant-HK"], "zh-TW"],
  [["zh-HK"], "zh-TW"],
  [["zh-Hans-SG"], "zh-CN"],
  [["zh"], "zh-CN"],
  [["de", "en-GB"], "en"],
  [["de"], "zh-CN"],
] as const)("a browser that asks for %j is shown %s", (languages, locale) => {
  expect(preferredLocale(null, languages)).toBe(locale);
});

test("what the device chose comes first", () => {
  expect(preferredLocale("zh-TW", ["en"])).toBe("zh-TW");
  expect(preferredLocale("xx", ["en"])).toBe("en");
});
