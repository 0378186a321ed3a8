// @vitest-environment node
import { expect, test } from "vitest";

import { accentOf } from "./accent";
import { contrast } from "./contrast";

test("black on white is 21, equal colours 1", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#336699", "#336699")).toBe(1);
});

/** Accents of the templates, and some that cannot be read as they are. */
const COLOURS = ["#b63a2b", "#6a3fa0", "#1a6b50", "#855400", "#1f5fa8", "#ffff00", "#ffffff", "#000000", "#808080", "#ff0000"];

test.each(COLOURS.flatMap((colour) => (["light", "dark"] as const).map((theme) => [colour, theme] as const)))("%s can be read in %s", (colour, theme) => {
  const accent = accentOf(colour, theme);
  const surface = theme === "light" ? "#ffffff" : "#1c1f25";
  expect(accent).not.toBeNull();
  for (const [text, ground] of [[accent?.accent, surface], [accent?.accent, accent?.soft], [accent?.on, accent?.accent]]) {
    expect(contrast(text ?? "", ground ?? "")).toBeGreaterThanOrEqual(4.5);
  }
});

test("a colour that can be read stays as it is; what is no colour is refused", () => {
  expect(accentOf("#1F5FA8", "light")?.accent).toBe("#1f5fa8");
  expect(accentOf("red", "light")).toBeNull();
  expect(accentOf("#12345", "dark")).toBeNull();
});
