// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Flow } from "./line_flow";

let sent: string[];
let flow: Flow<string, string>;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  flow = new Flow(() => Date.now(), (command) => sent.push(command));
});

afterEach(() => {
  flow.clear();
  vi.useRealTimers();
});

test("a page with much to say does not keep another waiting", () => {
  for (let count = 0; count < 60; count += 1) flow.put("a", `a${String(count)}`);
  expect(sent).toHaveLength(24);
  flow.put("b", "b0");
  flow.put("b", "b1");
  for (let count = 0; count < 4; count += 1) flow.answered();
  expect(sent.slice(24)).toEqual(["a24", "b0", "a25", "b1"]);
});

test("stays below the rate of one connection, and goes on by itself", async () => {
  for (let count = 0; count < 300; count += 1) {
    flow.put("a", "x");
    flow.answered();
  }
  expect(sent).toHaveLength(200);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent.length).toBeGreaterThanOrEqual(218);
  expect(sent.length).toBeLessThanOrEqual(221);
});

test("after the server called us too fast there are no more bursts", async () => {
  flow.slowDown();
  for (let count = 0; count < 30; count += 1) {
    flow.put("a", "x");
    flow.answered();
  }
  expect(sent).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(500);
  expect(sent.length).toBeGreaterThan(7);
  expect(sent.length).toBeLessThan(12);
});

test("what a page that is gone had to say is not sent", () => {
  for (let count = 0; count < 26; count += 1) flow.put("a", "x");
  flow.put("b", "b0");
  expect(flow.drop("a")).toEqual(["x", "x"]);
  flow.answered();
  expect(sent.at(-1)).toBe("b0");
});
