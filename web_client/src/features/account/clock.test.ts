import { describe, expect, it } from "vitest";

import { clockDifference, secondsLeft } from "./clock";

const NOON = Date.UTC(2026, 11, 10, 4, 0, 0);
const minutes = (n: number): number => n * 60_000;

describe("clock difference", () => {
  it.each([
    [minutes(7), "fast", 7],
    [minutes(-7), "slow", 7],
    [minutes(6.6), "fast", 7],
    [minutes(1), "fast", 1],
    [minutes(-1.4), "slow", 1],
    [59_999, "right", 0],
    [-40_000, "right", 0],
    [0, "right", 0],
    [minutes(60 * 24 * 365), "fast", 525_600],
  ] as const)("a device ahead by %d ms is %s by %d minutes", (ahead, direction, count) => {
    expect(clockDifference(NOON + ahead, NOON)).toEqual({ direction, minutes: count });
  });
});

describe("seconds left", () => {
  it("rounds up and never goes below zero", () => {
    expect(secondsLeft(NOON + 1, NOON)).toBe(1);
    expect(secondsLeft(NOON + 30_000, NOON)).toBe(30);
    expect(secondsLeft(NOON, NOON)).toBe(0);
    expect(secondsLeft(NOON - 5, NOON)).toBe(0);
  });
});
