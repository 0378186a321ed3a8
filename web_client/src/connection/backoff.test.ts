// @vitest-environment node
import { expect, test } from "vitest";

import { retryDelayMs } from "./backoff";
import { readClosing } from "./closing";

test("full jitter: between nothing and a doubling bound with a ceiling", () => {
  expect(retryDelayMs(0, 0)).toBe(0);
  expect(retryDelayMs(0, 0.5)).toBe(250);
  expect(retryDelayMs(3, 0.5)).toBe(2_000);
  expect(retryDelayMs(30, 0.999_999)).toBe(20_000);
});

test("advice of the server is a floor under the jitter", () => {
  expect(retryDelayMs(0, 0, 4_000)).toBe(4_000);
  expect(retryDelayMs(0, 0.5, 4_000)).toBe(4_250);
});

test.each([
  [1006, "", true, 0],
  [1001, "GOING_AWAY", true, 0],
  [1012, "SERVICE_RESTART retry_after_ms=1500", true, 1_500],
  [1013, "TRY_LATER retry_after_ms=99", true, 99],
  [4400, "SLOW_CONSUMER", true, 0],
  [4401, "HEARTBEAT_MISSED", true, 0],
  [4500, "SESSION_ENDED", false, 0],
  [4503, "VERSION_UNKNOWN", false, 0],
  [1002, "PROTOCOL_ERROR", false, 0],
  [1009, "MESSAGE_TOO_BIG", false, 0],
])("close code %i %s: reconnect %s after at least %i ms", (code, reason, reconnect, retryAfterMs) => {
  expect(readClosing(code, reason)).toEqual({ code, key: reason.split(" ")[0], reconnect, retryAfterMs });
});
