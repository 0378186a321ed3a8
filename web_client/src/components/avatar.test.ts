import { expect, test } from "vitest";

import { initialsOf, tintOf } from "./avatar";

test("a Chinese name shows its first character, others two letters", () => {
  expect(initialsOf("宋佳宁")).toBe("宋");
  expect(initialsOf("Grace Hopper")).toBe("GH");
  expect(initialsOf("阿依古丽·买买提")).toBe("阿");
  expect(initialsOf("第二党支部")).toBe("二");
  expect(initialsOf("第12小组")).toBe("12");
  expect(initialsOf("")).toBe("?");
});

test("the same person keeps the same tint", () => {
  expect(tintOf("0198-a")).toBe(tintOf("0198-a"));
});
