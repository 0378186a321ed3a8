import { describe, expect, it } from "vitest";

import { listen, soundAt } from "@/pinyin/sound";

import { emojiOf, findEmoji, GROUPS, groupsOf, moved, RECENT_MOST, usedNow } from "./set";

const all = GROUPS.flatMap((group) => group.emoji);
const signs = (query: string): string[] => findEmoji(query, soundAt).map((one) => one.sign);

describe("the set", () => {
  it("has every emoji once, with a name in both languages that no other has", () => {
    expect(all.length).toBeGreaterThan(150);
    for (const pick of ["sign", "zh", "en"] as const) {
      const words = all.map((one) => one[pick]);
      expect(words.filter((word, place) => word === "" || words.indexOf(word) !== place)).toEqual([]);
    }
  });

  it("is found by Chinese, English, pinyin and initials", async () => {
    await listen();
    expect(signs("鼓掌")).toEqual(["👏"]);
    expect(signs("clap")).toEqual(["👏"]);
    expect(signs("guzhang")).toContain("👏");
    expect(signs("gz")).toContain("👏");
    expect(signs("no such thing")).toEqual([]);
    expect(signs("  ")).toEqual([]);
  });

  it("has its names in traditional characters, too, and both kinds find", async () => {
    await listen();
    const named = groupsOf((await import("virtual:emoji-zh-TW")).default);
    expect(emojiOf("😄", named).zh).toBe("開心");
    for (const query of ["開心", "开心", "kaixin"]) expect(findEmoji(query, soundAt, named).map((one) => [one.sign, one.zh])).toContainEqual(["😄", "開心"]);
    expect(findEmoji("開心", soundAt)).toEqual([]);
  });

  it("names what is not in it by its sign", () => {
    expect(emojiOf("🦄")).toEqual({ sign: "🦄", zh: "🦄", en: "🦄" });
    expect(emojiOf("👏").en).toBe("clapping");
  });
});

it("what was used last comes first, once, and only so many", () => {
  expect(usedNow(["a", "b"], "b")).toEqual(["b", "a"]);
  const many = Array.from({ length: RECENT_MOST }, (_, place) => String(place));
  expect(usedNow(many, "new")).toEqual(["new", ...many.slice(0, -1)]);
});

it.each([
  [0, "ArrowRight", 1], [0, "ArrowLeft", 0], [3, "ArrowDown", 7], [8, "ArrowDown", 8], [5, "ArrowUp", 1], [1, "ArrowUp", 1], [4, "Home", 0], [4, "End", 9], [4, "x", 4],
])("from %i with %s to %i in a grid of four columns and ten", (at, key, expected) => {
  expect(moved(at, key, 4, 10)).toBe(expected);
});
