import { expect, test } from "vitest";

type Texts = { [key: string]: string | Texts };

const files = import.meta.glob<Texts>(["./*.json", "../{features/*,gallery}/locales/*.json"], { eager: true, import: "default" });
const places = [...new Set(Object.keys(files).map((path) => path.replace(/(zh-CN|en)\.json$/, "")))];

const keysOf = (texts: Texts, before = ""): string[] =>
  Object.entries(texts).flatMap(([key, value]) => (typeof value === "string" ? [before + key] : keysOf(value, `${before}${key}.`)));

const valuesOf = (texts: Texts): string[] => Object.values(texts).flatMap((value) => (typeof value === "string" ? [value] : valuesOf(value)));

const inner = (texts: Texts): Texts[] => [texts, ...Object.values(texts).flatMap((value) => (typeof value === "string" ? [] : inner(value)))];

/** Words in code that are no texts of pages: both languages side by side, names of languages, what people type, signs. */
const SPEAKING = new Set([
  "../app/AppShell.vue",
  "../components/avatar.ts",
  "../connection/problem.ts",
  "../features/account/AccountFrame.vue",
  "../features/chat/emoji/table.ts",
  "../features/chat/mentions.ts",
  "../features/chat/words.ts",
  "../features/me/MePreferences.vue",
  "../pinyin/table.ts",
]);

const sources = import.meta.glob<string>(["../**/*.ts", "../**/*.vue", "!../**/*.test.ts", "!../**/*.testkit.ts", "!../protocol/generated.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});

const uncommented = (source: string): string =>
  source
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/<!--[^]*?-->/g, "")
    .replace(/(^|\s)\/\/.*$/gm, "");

test("no page speaks Chinese outside the catalogue", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  const found = Object.entries(sources).filter(([path, source]) => !SPEAKING.has(path) && /\p{Script=Han}/u.test(uncommented(source)));
  expect(found.map(([path]) => path)).toEqual([]);
});

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
