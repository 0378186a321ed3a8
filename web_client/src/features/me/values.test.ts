import { describe, expect, it } from "vitest";

import { shownValue, type ValueWords } from "./values";

const words = (locale: string): ValueWords => ({
  locale,
  comma: "、",
  word: (key) => (key === "status.active" ? "在册" : null),
  time: (atMs) => `t${String(atMs)}`,
});

describe("values of the record", () => {
  it.each([
    [{ key: "name", values: ["曹玉兰"], at_ms: 0 }, "曹玉兰"],
    [{ key: "groups", values: ["第一组", "第二组"], at_ms: 0 }, "第一组、第二组"],
    [{ key: "password_at", values: [], at_ms: 5 }, "t5"],
    [{ key: "status", values: ["active"], at_ms: 0 }, "在册"],
    [{ key: "status", values: ["new word"], at_ms: 0 }, "new word"],
    [{ key: "class", values: ["正式党员", "full member"], at_ms: 0 }, "正式党员"],
    [{ key: "mail", values: [], at_ms: 0 }, ""],
    [{ key: "class", values: [], at_ms: 0 }, ""],
  ])("%j", (field, shown) => {
    expect(shownValue(field, words("zh-CN"))).toBe(shown);
  });

  it("shows the class in the reader's language", () => {
    expect(shownValue({ key: "class", values: ["正式党员", "full member"], at_ms: 0 }, words("en"))).toBe("full member");
    expect(shownValue({ key: "class", values: ["正式党员"], at_ms: 0 }, words("en"))).toBe("正式党员");
  });
});
