// @vitest-environment node
import { afterEach, expect, test } from "vitest";

import { badgeCount, clockTime, dayStartMs, dayTime, daysBetween, fileSize, isoDay, shortTime, showTimesIn } from "./format";
import { gather } from "./gather";
import { preferredLocale } from "./index";

const at = (day: number, hour: number, minute = 0, year = 2026) => new Date(year, 6, day, hour, minute).getTime();
const words = { today: "今天", yesterday: "昨天" };
const now = at(8, 9);

test.each([
  [at(8, 0, 1), "今天 00:01", "00:01"],
  [at(7, 23, 59), "昨天 23:59", "昨天"],
  [at(4, 12), "星期六 12:00", "周六"],
  [at(1, 12), "7月1日 12:00", "7/1"],
  [at(1, 12, 0, 2025), "2025年7月1日 12:00", "2025/7/1"],
  [at(9, 1), "7月9日 01:00", "7/9"],
])("%i", (time, long, short) => {
  expect(dayTime(time, now, "zh-CN", words)).toBe(long);
  expect(shortTime(time, now, "zh-CN", words)).toBe(short);
});

test("English says the same", () => {
  expect(dayTime(at(1, 12), now, "en", { today: "Today", yesterday: "Yesterday" })).toBe("1 July 12:00");
});

test("days are calendar days", () => {
  expect(daysBetween(at(7, 23, 59), at(8, 0, 1))).toBe(1);
  expect(daysBetween(at(8, 0), at(8, 23))).toBe(0);
});

test.each(["Asia/Shanghai", "America/New_York", "Europe/London", "Pacific/Auckland", undefined])("a day begins at its midnight in %s", (zone) => {
  showTimesIn(zone);
  // Days on which clocks are changed somewhere, and the ends of a year.
  for (const day of ["2026-01-01", "2026-03-08", "2026-03-29", "2026-04-05", "2026-07-01", "2026-09-27", "2026-10-25", "2026-11-01", "2026-12-31"]) {
    const start = dayStartMs(day);
    expect(isoDay(start)).toBe(day);
    expect(clockTime(start)).toBe("00:00");
    expect(isoDay(start - 1)).not.toBe(day);
  }
  expect(dayStartMs("2026-02-31x")).toBeNaN();
  expect(dayStartMs("")).toBeNaN();
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [34 * 1024, "34 KB"],
  [2.4 * 1024 * 1024, "2.4 MB"],
])("%i bytes", (bytes, text) => {
  expect(fileSize(bytes)).toBe(text);
});

test("figures", () => {
  expect(badgeCount(99)).toBe("99");
  expect(badgeCount(100)).toBe("99+");
  expect(clockTime(at(1, 5, 7))).toBe("05:07");
});

test("the language: what was chosen, else what the browser asks for, else Chinese", () => {
  expect(preferredLocale("en", ["zh-CN"])).toBe("en");
  expect(preferredLocale("fr", ["fr-FR", "en-US"])).toBe("en");
  expect(preferredLocale(null, ["zh-TW", "en"])).toBe("zh-TW");
  expect(preferredLocale(null, ["fr"])).toBe("zh-CN");
});

test("a feature's texts stand below its name", () => {
  expect(gather({ "../locales/en.json": { app: {} }, "../features/chat/locales/en.json": { send: "Send" } })).toEqual({ app: {}, chat: { send: "Send" } });
});

afterEach(() => {
  showTimesIn(undefined);
});

test("times are shown on the organisation's clock", () => {
  const late = Date.UTC(2026, 6, 7, 23, 30);
  showTimesIn("Asia/Shanghai");
  expect(clockTime(late)).toBe("07:30");
  expect(daysBetween(late, Date.UTC(2026, 6, 8, 1))).toBe(0);
  showTimesIn("UTC");
  expect(daysBetween(late, Date.UTC(2026, 6, 8, 1))).toBe(1);
});

test("an unknown zone leaves the device's own in force", () => {
  showTimesIn("Asia/Shanghai");
  showTimesIn("Nowhere/Else");
  expect(clockTime(at(8, 9, 5))).toBe("09:05");
});
