// @vitest-environment node
import { expect, test } from "vitest";

import { statusOf } from "./status";

test.each([
  ["idle", false, true, "idle"],
  ["connecting", false, true, "connecting"],
  ["waiting", false, true, "connecting"],
  ["waiting", true, true, "reconnecting"],
  ["connecting", true, true, "reconnecting"],
  ["waiting", true, false, "offline"],
  ["online", true, false, "online"],
  ["stopped", true, true, "stopped"],
] as const)("%s, was online %s, network %s: %s", (session, was, network, status) => {
  expect(statusOf(session, was, network)).toBe(status);
});
