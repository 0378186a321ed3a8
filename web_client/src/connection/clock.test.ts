// @vitest-environment node
import { expect, test } from "vitest";

import { ServerClock } from "./clock";

test("before the first answer the device's time counts", () => {
  expect(new ServerClock(() => 500).nowMs()).toBe(500);
});

test("the answer is taken to be half a round trip old", () => {
  let local = 1_000;
  const clock = new ServerClock(() => local);
  local = 1_100;
  clock.sample(1_000, 61_050);
  expect(clock.offsetMs).toBe(60_000);
  expect(clock.nowMs()).toBe(61_100);
});

test("the shortest round trip wins until it is stale", () => {
  let local = 100;
  const clock = new ServerClock(() => local);
  clock.sample(80, 5_090);
  expect(clock.offsetMs).toBe(5_000);
  local = 2_000;
  clock.sample(1_000, 9_000);
  expect(clock.offsetMs).toBe(5_000);
  local = 700_000;
  clock.sample(699_000, 706_500);
  expect(clock.offsetMs).toBe(7_000);
});
