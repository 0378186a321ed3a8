import { afterEach, expect, test } from "vitest";

import { i18n, setLocale } from "@/i18n";

import { takeTerms, termsIn } from "./terms";

afterEach(() => {
  takeTerms(undefined);
});

const said = (key: string): string => i18n.global.t(key);

test("texts speak the organisation's words, in the language shown, and change with them", async () => {
  await setLocale("zh-CN");
  expect(said("units.title")).toBe("支部与小组");
  takeTerms({ unit: { zh: "基层工会", en: "union" }, subunit: { zh: "工会小组", en: "team" } });
  expect(said("units.title")).toBe("基层工会与工会小组");
  await setLocale("en");
  expect(said("units.title")).toBe("Union and team");
  takeTerms({ unit: { zh: "分会", en: "chapter" } });
  expect(said("units.title")).toBe("Chapter and group");
});

test("without words of its own an organisation has the catalogue's", async () => {
  await setLocale("zh-CN");
  takeTerms({ unit: { zh: "分会", en: "chapter" } });
  takeTerms({});
  expect(said("units.title")).toBe("支部与小组");
});

test("what is no word is passed over, and signs of messages are no signs in words", () => {
  takeTerms({ unit: "支部", subunit: { zh: "组{0}|@", en: "g" } });
  expect(termsIn("zh-TW")).toEqual({ subunit: "组0" });
});
