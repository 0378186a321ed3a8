import { expect, test } from "vitest";

type Texts = { [key: string]: string | Texts };

const files = import.meta.glob<Texts>(["./*.json", "../features/*/locales/*.json"], { eager: true, import: "default" });
const places = [...new Set(Object.keys(files).map((path) => path.replace(/(zh-CN|en)\.json$/, "")))];

const keysOf = (texts: Texts, before = ""): string[] =>
  Object.entries(texts).flatMap(([key, value]) => (typeof value === "string" ? [before + key] : keysOf(value, `${before}${key}.`)));

const valuesOf = (texts: Texts): string[] => Object.values(texts).flatMap((value) => (typeof value === "string" ? [value] : valuesOf(value)));

const inner = (texts: Texts): Texts[] => [texts, ...Object.values(texts).flatMap((value) => (typeof value === "string" ? [] : inner(value)))];

test("there are texts", () => {
  expect(places.length).toBeGreaterThan(1);
});

test.each(places)("%s has the same keys in both languages", (place) => {
  const [zh, en] = [files[`${place}zh-CN.json`], files[`${place}en.json`]];
  if (zh === undefined || en === undefined) throw new Error(`${place} lacks a language`);
  expect(keysOf(en)).toEqual(keysOf(zh));
});

test.each(places)("%s is empty in one language only where it is in the other", (place) => {
  const empty = (texts: Texts | undefined): boolean[] => valuesOf(texts ?? {}).map((value) => value.trim() === "");
  expect(empty(files[`${place}en.json`])).toEqual(empty(files[`${place}zh-CN.json`]));
});

test.each(Object.keys(files))("%s is sorted and free of exclamation marks", (path) => {
  const texts = files[path] ?? {};
  for (const level of inner(texts)) expect(Object.keys(level)).toEqual(Object.keys(level).sort());
  for (const value of valuesOf(texts)) expect(value).not.toMatch(/[!\uff01]/);
});

test.each(places)("%s uses the same fields in both languages", (place) => {
  const fields = (texts: Texts | undefined): string[] => valuesOf(texts ?? {}).map((value) => [...new Set(value.match(/\{[a-z_]+\}/g) ?? [])].sort().join());
  expect(fields(files[`${place}en.json`])).toEqual(fields(files[`${place}zh-CN.json`]));
});
