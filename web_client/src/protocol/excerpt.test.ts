// @vitest-environment node
import { expect, test } from "vitest";

import { excerpt } from "./excerpt";

test("one line, folded spaces, cut by code points with an ellipsis", () => {
  expect(excerpt(" 一\n\n二\t三  ")).toBe("一 二 三");
  expect(excerpt("😀".repeat(80))).toBe("😀".repeat(80));
  expect(excerpt("😀".repeat(81))).toBe(`${"😀".repeat(79)}…`);
  expect(excerpt("ab".repeat(4), 3)).toBe("ab…");
  expect(excerpt("")).toBe("");
});
