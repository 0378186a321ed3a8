// @vitest-environment node
import { expect, test } from "vitest";

import { isPlain } from "./plain_text";
import { toHtml } from "./rich_text";

/** What a plain text looks like when it goes through the renderer. */
const asPlain = (text: string): string => `<p>${text.replaceAll('"', "&quot;").replaceAll("\n", "<br>\n")}</p>\n`;

test.each(["收到", "今晚 19:00 在社区二楼,请带好材料。", "一\n二\n三", "2026-11-22 上午", "共 42 人", 'He said "yes"', "100% 😀"])("%j is plain", (text) => {
  expect(isPlain(text)).toBe(true);
  expect(toHtml(text)).toBe(asPlain(text));
});

test.each(["**粗**", "见 https://a.cn", "- 一", "1. 一", "> 引", "`x`", "@宋佳宁", "a\n\nb", "  空", "a\n  b", "&amp;", "a\n1) b", "    code"])("%j is not", (text) => {
  expect(isPlain(text)).toBe(false);
});

test("whatever is called plain, the renderer would draw the same", () => {
  const signs = ["好", "a", " ", "\n", "*", "_", "`", "-", "1", ".", ")", ">", "<", "&", "\\", "@", "[", "]", "#", "+", "=", "|", "~", ":", "/", "h", "\t", "·", "”"];
  let chance = 11;
  const random = (): number => (chance = (chance * 48_271) % 2_147_483_647) / 2_147_483_647;
  let plain = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: 1 + Math.floor(random() * 7) }, () => signs[Math.floor(random() * signs.length)]).join("");
    if (!isPlain(text)) continue;
    plain += 1;
    expect(toHtml(text), JSON.stringify(text)).toBe(asPlain(text));
  }
  expect(plain).toBeGreaterThan(1_000);
});
