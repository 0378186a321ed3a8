import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { contrast } from "./contrast";

const css = readFileSync("src/styles/tokens.css", "utf8");
const blocks = [...css.matchAll(/:root[^{]*\{([^}]*)\}/g)].map((match) => tokensOf(match[1] ?? ""));
const [light, dark, systemDark] = blocks;

function tokensOf(body: string): Record<string, string> {
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1], match[2]]));
}

const PAIRS = [
  ...["paper", "surface", "sunk"].flatMap((ground) => ["ink", "ink2", "ink3"].map((ink) => [ink, ground] as const)),
  ...["accent", "present", "late", "leave", "absent"].flatMap((tone) => [
    [tone, `${tone}-soft`] as const,
    [tone, "surface"] as const,
    [tone, "paper"] as const,
  ]),
  ["on-accent", "accent"] as const,
  ["ink", "accent-soft"] as const,
  ["ink2", "accent-soft"] as const,
];

test.each([
  ["light", light],
  ["dark", dark],
] as const)("every text pair of the %s table has a contrast of at least 4.5", (_name, table) => {
  for (const [text, ground] of PAIRS) {
    const ratio = contrast(table?.[text] ?? "", table?.[ground] ?? "");
    expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
});

test("the dark table is the same for those who chose it and those who follow their system", () => {
  expect(systemDark).toEqual(dark);
  expect(Object.keys(dark ?? {}).length).toBe(18);
});
