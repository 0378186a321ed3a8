import { expect, test } from "vitest";

import { between, minuteOfDay } from "./plan_time";
import { namesOf } from "./MeetingPlanGuests.vue";

const HOUR_MS = 3_600_000;

test("a meeting that ends after midnight ends on the next day", () => {
  expect(between(0, "19:00", "20:30")).toEqual({ starts_at_ms: 19 * HOUR_MS, ends_at_ms: 20.5 * HOUR_MS });
  expect(between(0, "22:00", "00:30")).toEqual({ starts_at_ms: 22 * HOUR_MS, ends_at_ms: 24.5 * HOUR_MS });
});

test.each(["", "7", "19.30", "19:3", "x"])("what is no time is none: %s", (time) => {
  expect(minuteOfDay(time)).toBeNaN();
});

test("guests stand one on a line, or with commas of either kind between them", () => {
  expect(namesOf(" 沈岚 \n\n周晓禾、吴工,沈岚")).toEqual(["沈岚", "周晓禾", "吴工"]);
  expect(namesOf("")).toEqual([]);
});
