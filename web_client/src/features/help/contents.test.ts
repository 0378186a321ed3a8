import { expect, it } from "vitest";

import contents from "./contents.json";
import en from "./locales/en.json";
import zh from "./locales/zh-CN.json";

it.each([zh, en])("the guide leaves no question and no answer out", (texts) => {
  const named = [...contents.guide].sort();
  expect(named.length).toBeGreaterThan(3);
  expect(Object.keys(texts.question)).toEqual(named);
  expect(Object.keys(texts.answer)).toEqual(named);
});
