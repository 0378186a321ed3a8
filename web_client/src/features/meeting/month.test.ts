import { expect, test } from "vitest";

import { monthsFrom, weeksOf } from "./month";

test("months follow each other over the year", () => {
  expect([monthsFrom("2026-12", 1), monthsFrom("2026-01", -1), monthsFrom("2026-12", 0)]).toEqual(["2027-01", "2025-12", "2026-12"]);
});

test("December 2026 begins on a Tuesday and has five weeks", () => {
  const weeks = weeksOf("2026-12");
  expect(weeks).toHaveLength(5);
  expect(weeks[0]).toEqual([null, "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05", "2026-12-06"]);
  expect(weeks[4]).toEqual(["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31", null, null, null]);
});

test("every day of a month stands once, leap years too", () => {
  for (const [month, days] of [["2028-02", 29], ["2027-02", 28], ["2026-11", 30]] as const) {
    const found = weeksOf(month).flat().filter((day) => day !== null);
    expect(new Set(found).size).toBe(days);
    expect(weeksOf(month).every((week) => week.length === 7)).toBe(true);
  }
});
