import { expect, it } from "vitest";

import { ownProblem, problemFrom } from "@/connection/problem";

import { isOver } from "./over";

it.each([
  ["NOT_SIGNED_IN", true],
  ["START_OVER", true],
  ["TOTP_WRONG", false],
])("a log-in refused with %s is over: %s", (key, over) => {
  expect(isOver(problemFrom({ key, message: {} }, 401))).toBe(over);
});

it("goes on without a refusal and after a lost network", () => {
  expect(isOver(null)).toBe(false);
  expect(isOver(ownProblem("NETWORK"))).toBe(false);
});
